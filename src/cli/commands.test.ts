import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../test/support/command-line.ts';
import { serinHere } from '../../test/support/command-line.ts';
import type { Language } from '../texts/message.ts';
import { commands, globalOptions, groups } from './commands.ts';
import { languageOfArguments, languageOfEnv } from './locale.ts';
import { optionName } from './run.ts';

const output = (args: readonly string[], language: Language): Promise<Outcome> =>
  serinHere([...args, '--lang', language]);

const words = {
  en: { usage: 'Usage: serin', examples: 'Examples:', options: 'Options:' },
  zh: { usage: '用法：serin', examples: '示例：', options: '选项：' },
} as const;

describe.each(commands.map((command) => [command.name, command] as const))('serin %s', (name, command) => {
  test.each(['en', 'zh'] as const)('has help with an example in %s', async (language) => {
    const { code, out } = await output([...name.split(' '), '--help'], language);
    expect(code).toBe(0);
    expect(out).toContain(`${words[language].usage} ${name}`);
    expect(out).toContain(words[language].options);
    const example = out.slice(out.indexOf(words[language].examples));
    expect(example).toContain(`serin ${name}`);
    if (language === 'zh') expect(out).toMatch(/[\u4e00-\u9fff]/);
    else expect(out).not.toMatch(/[\u4e00-\u9fff]/);
  });

  test('can be loaded', async () => {
    expect(typeof (await command.load()).run).toBe('function');
  });

  test('does not take a letter away from the global options', () => {
    const own = (command.options ?? []).flatMap(({ flags }) =>
      flags.split(/[ ,]+/).filter((part) => part.startsWith('-')),
    );
    const taken = globalOptions.flatMap(({ flags }) => flags.split(/[ ,]+/).filter((part) => part.startsWith('-')));
    expect(own.filter((flag) => taken.includes(flag) || flag === '-h')).toEqual([]);
    expect(new Set(own).size).toBe(own.length);
  });
});

test('every group has a summary, and help of a group lists its commands', async () => {
  const first = new Set(commands.filter(({ name }) => name.includes(' ')).map(({ name }) => name.split(' ')[0] ?? ''));
  expect([...first].toSorted()).toEqual(Object.keys(groups).toSorted());
  const { out } = await output(['rollout'], 'zh');
  expect(out).toContain('回退到之前的修订');
});

test('no word of the help is left in English for Chinese readers', async () => {
  const { out } = await output(['--help'], 'zh');
  for (const title of ['Usage', 'Options', 'Commands', 'Arguments']) expect(out).not.toContain(`${title}:`);
});

test.each([[], ['rollout'], ['rollout', 'undo']])('help %s is what --help says', async (...args) => {
  const help = await output(['help', ...args], 'en');
  expect(help.code).toBe(0);
  expect(help.out).toBe((await output([...args, '--help'], 'en')).out);
});

test('names of options', () => {
  const option = (flags: string): string => optionName({ flags, text: 'cli.option.wait', takes: 'text' });
  expect(option('--to-revision <n>')).toBe('toRevision');
  expect(option('-f, --filename <path>')).toBe('filename');
  expect(option('--no-headers')).toBe('headers');
});

test.each([
  [{ LC_ALL: 'zh_CN.UTF-8', LANG: 'en_US.UTF-8' }, 'zh'],
  [{ LC_ALL: '', LC_MESSAGES: 'zh_TW', LANG: 'en_US' }, 'zh'],
  [{ LC_ALL: 'C', LANG: 'zh_CN' }, 'en'],
  [{ LANG: 'zh' }, 'zh'],
  [{ LANG: 'zhuang' }, 'en'],
  [{}, 'en'],
] as const)('locale %j gives %s', (env, language) => {
  expect(languageOfEnv(env)).toBe(language);
});

test('--lang wins over the locale, but not behind --', () => {
  expect(languageOfArguments(['get', '--lang', 'zh'], { LANG: 'en' })).toBe('zh');
  expect(languageOfArguments(['get', '--', '--lang=zh'], {})).toBe('en');
});
