import type { Run } from '../command-spec.ts';

export const run: Run = async (context, input) => {
  const { runDemo } = await import('../../demo/demo.ts');
  const program = context.host.command.at(-1) ?? '';
  return runDemo({ program, language: context.language, keep: input.flag('keep'), output: process.stdout });
};
