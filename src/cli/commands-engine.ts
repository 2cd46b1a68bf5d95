/** Commands about the program and the control plane itself. */
import type { CommandSpec } from './command-spec.ts';
import { filename, output } from './options.ts';

export const engineCommands: readonly CommandSpec[] = [
  {
    name: 'up',
    options: [
      { flags: '-d, --detach', text: 'cli.option.detach', takes: 'nothing' },
      filename,
      { flags: '--config <file>', text: 'cli.option.config', takes: 'text', completes: 'file' },
      { flags: '--port <number>', text: 'cli.option.port', takes: 'number' },
      { flags: '--bind <address>', text: 'cli.option.bind', takes: 'text' },
      { flags: '--workers <number>', text: 'cli.option.workers', takes: 'number' },
    ],
    summary: 'cli.up',
    example: 'cli.up.example',
    load: () => import('./commands/up.ts'),
  },
  {
    name: 'down',
    options: [{ flags: '--keep-pods', text: 'cli.option.keepPods', takes: 'nothing' }],
    summary: 'cli.down',
    example: 'cli.down.example',
    load: () => import('./commands/down.ts'),
  },
  {
    name: 'status',
    options: [output('json', 'yaml')],
    summary: 'cli.status',
    example: 'cli.status.example',
    load: () => import('./commands/status.ts'),
  },
  {
    name: 'demo',
    options: [{ flags: '--keep', text: 'cli.option.keep', takes: 'nothing' }],
    summary: 'cli.demo',
    example: 'cli.demo.example',
    load: () => import('./commands/demo.ts'),
  },
  {
    name: 'completion',
    arguments: [{ name: 'shell', text: 'cli.argument.shell', isRequired: true, choices: ['bash', 'zsh', 'fish'] }],
    summary: 'cli.completion',
    example: 'cli.completion.example',
    load: () => import('./commands/completion.ts'),
  },
  {
    name: 'version',
    options: [output('json', 'yaml')],
    summary: 'cli.version',
    example: 'cli.version.example',
    load: () => import('./commands/version.ts'),
  },
];
