/** Every sentence that a user can read, in both languages. A domain has one file; this one joins them. */
import { cliTexts } from './cli.ts';
import { demoTexts } from './demo.ts';
import { engineTexts } from './engine.ts';
import { faultTexts } from './fault.ts';
import { manifestTexts } from './manifest.ts';
import { meshTexts } from './mesh.ts';
import type { Language, Text, TextParams } from './message.ts';
import { releaseTexts } from './release.ts';
import { rolloutTexts } from './rollout.ts';
import { runTexts } from './run.ts';
import { routingTexts } from './routing.ts';
import { serverTexts } from './server.ts';
import { storeTexts } from './store.ts';
import { verdictTexts } from './verdict.ts';
import { trafficTexts } from './traffic.ts';
import { workloadTexts } from './workload.ts';

export type TextKey =
  | keyof typeof cliTexts
  | keyof typeof demoTexts
  | keyof typeof engineTexts
  | keyof typeof faultTexts
  | keyof typeof manifestTexts
  | keyof typeof meshTexts
  | keyof typeof releaseTexts
  | keyof typeof rolloutTexts
  | keyof typeof runTexts
  | keyof typeof routingTexts
  | keyof typeof serverTexts
  | keyof typeof storeTexts
  | keyof typeof verdictTexts
  | keyof typeof trafficTexts
  | keyof typeof workloadTexts;

export const catalogue: Readonly<Record<TextKey, Text>> = {
  ...cliTexts,
  ...demoTexts,
  ...engineTexts,
  ...faultTexts,
  ...manifestTexts,
  ...meshTexts,
  ...releaseTexts,
  ...rolloutTexts,
  ...runTexts,
  ...routingTexts,
  ...serverTexts,
  ...storeTexts,
  ...verdictTexts,
  ...trafficTexts,
  ...workloadTexts,
};

/** A sentence not yet in a language. Plain data: it can be stored and sent. */
export interface Message {
  readonly key: TextKey;
  readonly params?: TextParams;
}

/** Puts a message into words. A parameter that is missing stays visible as `{name}`. */
export function say(language: Language, message: Message): string {
  const text = catalogue[message.key];
  return text[language].replace(/\{(\w+)\}/g, (hole, name: string) => {
    const value = message.params?.[name];
    return value === undefined ? hole : String(value);
  });
}
