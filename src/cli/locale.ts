import type { Language } from '../texts/message.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** POSIX order: LC_ALL, then LC_MESSAGES, then LANG; the first that is set and not empty decides. Default English. */
export function languageOfEnv(env: Env): Language {
  const locale = [env['LC_ALL'], env['LC_MESSAGES'], env['LANG']].find((value) => value !== undefined && value !== '');
  return /^zh([_.@-]|$)/i.test(locale ?? '') ? 'zh' : 'en';
}

/** `--lang` is needed before anything is parsed, because errors of parsing are sentences too. */
export function languageOfArguments(args: readonly string[], env: Env): Language {
  const end = args.indexOf('--');
  const own = end < 0 ? args : args.slice(0, end);
  const at = own.findIndex((arg) => arg === '--lang' || arg.startsWith('--lang='));
  const given = at < 0 ? undefined : own[at] === '--lang' ? own[at + 1] : own[at]?.slice('--lang='.length);
  return given === 'zh' || given === 'en' ? given : languageOfEnv(env);
}
