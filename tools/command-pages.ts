/** Writes the pages about commands, kinds and exit codes out of the tables that the program itself reads. */
import type { CommandSpec, OptionSpec } from '../src/cli/command-spec.ts';
import { commands, globalOptions, sections } from '../src/cli/commands.ts';
import { kinds } from '../src/core/model/kinds.ts';
import { faultCodes, type FaultCode } from '../src/lib/fault.ts';
import { say, type TextKey } from '../src/texts/catalogue.ts';
import type { Language, Text } from '../src/texts/message.ts';

const words = {
  title: { en: 'Commands', zh: '命令' },
  other: { en: '[中文](commands.zh.md)', zh: '[English](commands.md)' },
  about: {
    en: 'Written by `./dev docs` from the tables that the program itself reads. `serin COMMAND --help` says the same.',
    zh: '本页由 `./dev docs` 根据程序自身使用的表生成。`serin 命令 --help` 显示同样的内容。',
  },
  everywhere: { en: 'Options of every command', zh: '所有命令通用的选项' },
  kinds: { en: 'Kinds', zh: '类型' },
  codes: { en: 'Exit codes', zh: '退出码' },
  option: { en: 'option', zh: '选项' },
  argument: { en: 'argument', zh: '参数' },
  meaning: { en: 'meaning', zh: '含义' },
  kind: { en: 'kind', zh: '类型' },
  names: { en: 'names', zh: '名称' },
  stored: { en: 'stored as', zh: '存储版本' },
  accepted: { en: 'accepted too', zh: '同样接受' },
  exit: { en: 'exit code', zh: '退出码' },
  fault: { en: 'fault', zh: '错误代码' },
  http: { en: 'HTTP status of the control API', zh: '控制接口的 HTTP 状态' },
} as const satisfies Record<string, Text>;

const outcomes: Readonly<Record<'done' | 'bug' | FaultCode, Text>> = {
  done: { en: 'done, or already so', zh: '已完成，或本来就是如此' },
  bug: {
    en: 'a mistake in Serin itself; of `demo`: an outcome was not right',
    zh: 'Serin 自身的错误；对 `demo` 而言：结果不符合预期',
  },
  invalid: { en: 'a manifest or a value is wrong; nothing was changed', zh: '清单或值有误；未做任何改动' },
  usage: { en: 'the command line is wrong', zh: '命令行写法有误' },
  notFound: { en: 'the object does not exist', zh: '对象不存在' },
  exists: { en: 'the object exists already', zh: '对象已经存在' },
  conflict: { en: 'somebody else changed it meanwhile; try again', zh: '对象同时被他人修改；请重试' },
  refused: {
    en: 'not possible in this state, the message says why; of `--watch`: the run was not promoted',
    zh: '当前状态下不允许，消息中说明原因；对 `--watch` 而言：本次发布没有全量',
  },
  denied: { en: 'the token is missing or not allowed to do this', zh: '缺少令牌，或没有相应权限' },
  unreachable: { en: 'no control plane answers', zh: '控制平面没有应答' },
  timeout: { en: 'it took longer than allowed', zh: '超过了允许的时间' },
  busy: { en: 'another control plane uses the data folder', zh: '数据目录正被另一个控制平面使用' },
};

const cell = (text: string): string => text.replaceAll('|', '\\|');
const code = (text: string): string => `\`${text}\``;

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n');
}

function usageOf({ name, arguments: all = [], options = [] }: CommandSpec): string {
  const operands = all.map((one) => {
    const inner = `${one.name}${one.isMany === true ? '...' : ''}`;
    return one.isRequired === true ? `<${inner}>` : `[${inner}]`;
  });
  return ['serin', name, ...(options.length > 0 ? ['[options]'] : []), ...operands].join(' ');
}

function pageIn(language: Language): string {
  const word = (key: keyof typeof words): string => words[key][language];
  const text = (key: TextKey): string => say(language, { key });
  const meaning = (key: TextKey, choices: readonly string[] | undefined): string =>
    choices === undefined ? text(key) : `${text(key)} (${choices.map(code).join(', ')})`;
  const optionTable = (options: readonly OptionSpec[]): string =>
    table(
      [word('option'), word('meaning')],
      options.map(({ flags, text: key, choices }) => [code(flags), meaning(key, choices)]),
    );
  const commandPart = (spec: CommandSpec): string =>
    [
      `### ${spec.name}`,
      text(spec.summary),
      `\`\`\`text\n${usageOf(spec)}\n\`\`\``,
      ...(spec.arguments === undefined
        ? []
        : [
            table(
              [word('argument'), word('meaning')],
              spec.arguments.map(({ name, text: key, choices }) => [code(name), meaning(key, choices)]),
            ),
          ]),
      ...(spec.options === undefined ? [] : [optionTable(spec.options)]),
      `\`\`\`sh\n${text(spec.example)}\n\`\`\``,
    ].join('\n\n');
  const parts = sections.flatMap(({ title, words: first }) => [
    `## ${text(title).replace(/[:：]$/, '')}`,
    ...first.flatMap((word) => commands.filter(({ name }) => name.split(' ')[0] === word).map(commandPart)),
  ]);
  const codes: readonly (readonly string[])[] = [
    ['0', '', '200', outcomes.done[language]],
    ['1', '', '500', outcomes.bug[language]],
    ...Object.entries(faultCodes).map(([name, { exit, http }]) => [
      String(exit),
      code(name),
      String(http),
      outcomes[name as FaultCode][language],
    ]),
  ];
  return [
    `# ${word('title')}`,
    word('other'),
    word('about'),
    `## ${word('everywhere')}`,
    optionTable(globalOptions),
    ...parts,
    `## ${word('kinds')}`,
    table(
      [word('kind'), word('names'), word('stored'), word('accepted')],
      kinds.map(({ kind, plural, shortNames, apiVersion, otherVersions }) => [
        kind,
        [plural, ...shortNames].map(code).join(', '),
        code(apiVersion),
        otherVersions.map(code).join(', '),
      ]),
    ),
    `## ${word('codes')}`,
    table([word('exit'), word('fault'), word('http'), word('meaning')], codes),
  ].join('\n\n');
}

/** File name → Markdown, not yet in the house format. */
export function commandPages(): Readonly<Record<string, string>> {
  return { 'docs/commands.md': pageIn('en'), 'docs/commands.zh.md': pageIn('zh') };
}
