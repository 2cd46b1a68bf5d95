/** Every sentence that a user can read, in both languages. A domain has one file; this one joins them. */
import { cliTexts } from './cli.ts';
import { demoTexts } from './demo.ts';
import { engineTexts } from './engine.ts';
import { faultTexts } from './fault.ts';
import { happeningTexts } from './happening.ts';
import { manifestTexts } from './manifest.ts';
import type { Language, Phrase, Text, TextParam } from './message.ts';
import { releaseTexts } from './release.ts';
import { rolloutTexts } from './rollout.ts';
import { runTexts } from './run.ts';
import { runWordTexts } from './run-words.ts';
import { routingTexts } from './routing.ts';
import { serverTexts } from './server.ts';
import { storeTexts } from './store.ts';
import { verdictTexts } from './verdict.ts';
import { trafficTexts } from './traffic.ts';
import { workloadTexts } from './workload.ts';
import { yamlTexts } from './yaml.ts';

export type TextKey =
  | keyof typeof cliTexts
  | keyof typeof demoTexts
  | keyof typeof engineTexts
  | keyof typeof faultTexts
  | keyof typeof happeningTexts
  | keyof typeof manifestTexts
  | keyof typeof releaseTexts
  | keyof typeof rolloutTexts
  | keyof typeof runTexts
  | keyof typeof runWordTexts
  | keyof typeof routingTexts
  | keyof typeof serverTexts
  | keyof typeof storeTexts
  | keyof typeof verdictTexts
  | keyof typeof trafficTexts
  | keyof typeof workloadTexts
  | keyof typeof yamlTexts;

export const catalogue: Readonly<Record<TextKey, Text>> = {
  ...cliTexts,
  ...demoTexts,
  ...engineTexts,
  ...faultTexts,
  ...happeningTexts,
  ...manifestTexts,
  ...releaseTexts,
  ...rolloutTexts,
  ...runTexts,
  ...runWordTexts,
  ...routingTexts,
  ...serverTexts,
  ...storeTexts,
  ...verdictTexts,
  ...trafficTexts,
  ...workloadTexts,
  ...yamlTexts,
};

/** A sentence not yet in a language. Plain data: it can be stored and sent. */
export interface Message extends Phrase {
  readonly key: TextKey;
}

/** Puts a message into words. A parameter that is missing stays visible as `{name}`. */
export function say(language: Language, message: Message): string {
  const text = catalogue[message.key];
  return text[language].replace(/\{(\w+)\}/g, (hole, name: string) => {
    const value = message.params?.[name];
    return value === undefined ? hole : inWords(language, value);
  });
}

const listed: Readonly<Record<Language, string>> = { en: '; ', zh: '；' };

function inWords(language: Language, value: TextParam): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  if ('key' in value) return isKnown(value) ? say(language, value) : value.key;
  return value.map((one) => inWords(language, one)).join(listed[language]);
}

/** The word of the catalogue for one of a record's words; a word that this program does not know stays as it is. */
export function wordFor(family: WordFamily, word: string): Message | string {
  const phrase = { key: `run.${family}.${word}` };
  return isKnown(phrase) ? phrase : word;
}

export type WordFamily = 'phase' | 'outcome' | 'verdict' | 'cause' | 'verb' | 'kind' | 'hold.reason';

/** True where this program can say it, with every sentence inside it. */
export function isKnown(phrase: Phrase): phrase is Message {
  if (!Object.hasOwn(catalogue, phrase.key)) return false;
  return Object.values(phrase.params ?? {}).every((value) => {
    if (typeof value === 'string' || typeof value === 'number') return true;
    return 'key' in value ? isKnown(value) : value.every(isKnown);
  });
}

/**
 * How every object of the store says something: `message` in English, because the tools around Kubernetes read it there,
 * and beside it `text`, from which the command line says the same in the reader's language.
 */
export interface Wording {
  readonly message: string;
  readonly text?: Phrase;
}

export function wordingOf(message: Message): { readonly message: string; readonly text: Message } {
  return { message: say('en', message), text: message };
}

/** In the reader's language where this program knows the sentence; else as it was written. */
export function sayWording(language: Language, { message, text }: Wording): string {
  return text !== undefined && isKnown(text) ? say(language, text) : message;
}
