import { describe, expect, test } from 'vitest';
import { catalogue, isKnown, say, sayWording, wordingOf } from './catalogue.ts';
import type { Message, TextKey } from './catalogue.ts';

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

describe('sentences inside sentences', () => {
  const holding: Message = {
    key: 'run.now.holding',
    params: {
      message: [{ key: 'run.hold.wait' }, { key: 'run.hold.paused', params: { by: 'ada' } }],
      ends: { key: 'run.ends.resume' },
    },
  };

  test('are said in the same language, several in a row', () => {
    expect(say('en', holding)).toBe(
      'waits: the plan waits here until someone resumes; paused by ada; ends by: `serin resume` or `serin promote`',
    );
    expect(say('zh', holding)).toBe(
      '等待中：计划在此等待，直到有人继续；已由 ada 暂停；结束条件：执行 `serin resume` 或 `serin promote`',
    );
  });

  test('a sentence of another program is known only with all that is in it', () => {
    expect(isKnown(holding)).toBe(true);
    expect(isKnown({ key: 'run.from.the.future' })).toBe(false);
    expect(isKnown({ key: 'run.now.holding', params: { message: [{ key: 'run.from.the.future' }] } })).toBe(false);
  });

  test('what an object says is said in the reader’s language where it is known, else as it was written', () => {
    const wording = wordingOf({ key: 'run.ends.route', params: { weight: 5 } });
    expect(wording.message).toBe('the router confirming 5%');
    expect(sayWording('zh', wording)).toBe('路由器确认 5%');
    expect(sayWording('zh', { message: 'as it was', text: { key: 'run.from.the.future' } })).toBe('as it was');
    expect(sayWording('zh', { message: 'as it was' })).toBe('as it was');
  });
});
