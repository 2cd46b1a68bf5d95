import { describe, expect, test } from 'vitest';
import { catalogue, say } from './catalogue.ts';
import type { TextKey } from './catalogue.ts';

function holes(text: string): readonly string[] {
  return [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? ''))].toSorted();
}

const entries = Object.entries(catalogue);

/** Keys of the entries that break a rule, so that a failure names all of them. */
function offenders(
  breaks: (text: { readonly en: string; readonly zh: string }, key: string) => boolean,
): readonly string[] {
  return entries.filter(([key, text]) => breaks(text, key)).map(([key]) => key);
}

describe('catalogue', () => {
  test('holds something', () => {
    expect(entries.length).toBeGreaterThan(100);
  });

  test('the same parameters in both languages', () => {
    // The parser of YAML speaks English only.
    const isOurs = (key: string): boolean => !key.startsWith('manifest.yaml.');
    expect(offenders(({ en, zh }, key) => isOurs(key) && holes(en).join() !== holes(zh).join())).toEqual([]);
  });

  test('every entry is said in both languages', () => {
    expect(offenders(({ en, zh }) => en.trim() === '' || zh.trim() === '')).toEqual([]);
  });

  test('keys begin with their domain', () => {
    expect(offenders((_text, key) => !/^[a-z][A-Za-z]*(\.[A-Za-z][A-Za-z0-9_-]*)+$/.test(key))).toEqual([]);
  });

  test('no Chinese in English, no English punctuation between Chinese characters', () => {
    expect(offenders(({ en }) => /[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]/.test(en))).toEqual([]);
    expect(offenders(({ zh }) => /[\u4e00-\u9fff][,;:!?][\u4e00-\u9fff]/.test(zh))).toEqual([]);
  });
});

test('say fills parameters in and leaves missing ones visible', () => {
  const key: TextKey = 'fault.notFound';
  expect(say('en', { key, params: { kind: 'Pod', name: 'a' } })).toBe('Pod a does not exist in namespace {namespace}');
});
