/** Commands about releases. */
import type { CommandSpec } from './command-spec.ts';
import { filename, maybeRelease, output, reason, release, watchRun } from './options.ts';

const steering = [reason, watchRun, output('json', 'yaml', 'name')];

const steps: readonly CommandSpec[] = [
  {
    name: 'start',
    arguments: [release],
    options: [{ flags: '--version <version>', text: 'cli.option.version', takes: 'text' }, ...steering],
    summary: 'cli.start',
    example: 'cli.start.example',
    load: () => import('./commands/start.ts'),
  },
  {
    name: 'pause',
    arguments: [release],
    options: steering,
    summary: 'cli.pause',
    example: 'cli.pause.example',
    load: () => import('./commands/pause.ts'),
  },
  {
    name: 'resume',
    arguments: [release],
    options: steering,
    summary: 'cli.resume',
    example: 'cli.resume.example',
    load: () => import('./commands/resume.ts'),
  },
  {
    name: 'approve',
    arguments: [release],
    options: steering,
    summary: 'cli.approve',
    example: 'cli.approve.example',
    load: () => import('./commands/approve.ts'),
  },
  {
    name: 'promote',
    arguments: [release],
    options: [{ flags: '--full', text: 'cli.option.full', takes: 'nothing' }, ...steering],
    summary: 'cli.promote',
    example: 'cli.promote.example',
    load: () => import('./commands/promote.ts'),
  },
  {
    name: 'set-weight',
    arguments: [release, { name: 'weight', text: 'cli.argument.weight', isRequired: true }],
    options: steering,
    summary: 'cli.setWeight',
    example: 'cli.setWeight.example',
    load: () => import('./commands/set-weight.ts'),
  },
  {
    name: 'skip',
    arguments: [release],
    options: steering,
    summary: 'cli.skip',
    example: 'cli.skip.example',
    load: () => import('./commands/skip.ts'),
  },
  {
    name: 'abort',
    arguments: [release],
    options: steering,
    summary: 'cli.abort',
    example: 'cli.abort.example',
    load: () => import('./commands/abort.ts'),
  },
  {
    name: 'rollback',
    arguments: [release],
    options: [{ flags: '--to <version>', text: 'cli.option.toVersion', takes: 'text' }, ...steering],
    summary: 'cli.rollback',
    example: 'cli.rollback.example',
    load: () => import('./commands/rollback.ts'),
  },
];

const views: readonly CommandSpec[] = [
  {
    name: 'watch',
    arguments: [maybeRelease],
    options: [output('json')],
    summary: 'cli.watch',
    example: 'cli.watch.example',
    load: () => import('./commands/watch.ts'),
  },
  {
    name: 'history',
    arguments: [maybeRelease],
    options: [{ flags: '--run <name>', text: 'cli.option.run', takes: 'text' }, output('json', 'yaml')],
    summary: 'cli.history',
    example: 'cli.history.example',
    load: () => import('./commands/history.ts'),
  },
  {
    name: 'why',
    arguments: [maybeRelease],
    options: [{ flags: '--run <name>', text: 'cli.option.run', takes: 'text' }, output('json', 'yaml')],
    summary: 'cli.why',
    example: 'cli.why.example',
    load: () => import('./commands/why.ts'),
  },
  {
    name: 'plan',
    arguments: [maybeRelease],
    options: [filename, output('json', 'yaml')],
    summary: 'cli.plan',
    example: 'cli.plan.example',
    load: () => import('./commands/plan.ts'),
  },
  {
    name: 'route test',
    arguments: [{ name: 'url', text: 'cli.argument.url', isRequired: true }],
    options: [
      { flags: '-H, --header <header>', text: 'cli.option.header', takes: 'list' },
      { flags: '--cookie <cookies>', text: 'cli.option.cookie', takes: 'text' },
      { flags: '-X, --method <method>', text: 'cli.option.method', takes: 'text' },
      { flags: '--from <caller>', text: 'cli.option.from', takes: 'text' },
      output('json', 'yaml'),
    ],
    summary: 'cli.routeTest',
    example: 'cli.routeTest.example',
    load: () => import('./commands/route-test.ts'),
  },
];

export const releaseCommands: readonly CommandSpec[] = [...steps, ...views];
