/** SPEC.md is the truth about the machine: every cell of its table is compared with what `step` does. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Plan } from '../strategy/plan.ts';
import type { Asked, EventKind, ReleaseEvent } from './event.ts';
import { EVENT_KINDS } from './event.ts';
import type { Hold, Phase, ReleaseRecord, RunRecord, VersionRef } from './state.ts';
import { PHASES, phaseOf } from './state.ts';
import { step, table } from './step.ts';
import { begin } from './transition.ts';
import { emptyRecord } from './state.ts';

const here = new URL('.', import.meta.url);
const spec = readFileSync(new URL('SPEC.md', here), 'utf8');

const v1: VersionRef = { version: 'v1', hash: 'h1', deployment: 'reviews-v1' };
const v2: VersionRef = { version: 'v2', hash: 'h2', deployment: 'reviews-v2' };
const v3: VersionRef = { version: 'v3', hash: 'h3', deployment: 'reviews-v3' };
const plan: Plan = {
  strategy: 'canary',
  revision: 1,
  specHash: 'a',
  steps: [
    { kind: 'setWeight', weight: 10, lookMs: 0 },
    { kind: 'approve', by: [] },
    { kind: 'setWeight', weight: 50, lookMs: 0 },
    { kind: 'promote' },
  ],
};
const asked: Asked = { id: 'c1', name: 'c1', by: 'ada' };
const begun = { to: v2, plan, number: 1, name: 'reviews-1', restarts: 0, own: 1 };
const reason = { key: 'run.reason.deleted' } as const;

const events: { readonly [K in EventKind]: Extract<ReleaseEvent, { readonly kind: K }> } = {
  abortRequested: { kind: 'abortRequested', asked },
  harmFound: { kind: 'harmFound', reason },
  candidateBroken: { kind: 'candidateBroken', reason },
  deadlinePassed: { kind: 'deadlinePassed', reason },
  candidateGone: { kind: 'candidateGone', reason },
  releaseDeleted: { kind: 'releaseDeleted' },
  versionAppeared: { kind: 'versionAppeared', version: v3, policy: 'replace' },
  runDue: { kind: 'runDue', start: begun },
  startRequested: { kind: 'startRequested', asked, start: begun },
  rollbackRequested: { kind: 'rollbackRequested', asked, start: begun },
  pauseRequested: { kind: 'pauseRequested', asked },
  resumeRequested: { kind: 'resumeRequested', asked },
  approveRequested: { kind: 'approveRequested', asked },
  promoteRequested: { kind: 'promoteRequested', asked },
  promoteFullRequested: { kind: 'promoteFullRequested', asked },
  skipRequested: { kind: 'skipRequested', asked },
  setWeightRequested: { kind: 'setWeightRequested', asked, weight: 30 },
  planEdited: { kind: 'planEdited', plan: { ...plan, specHash: 'b' } },
  shareWanted: { kind: 'shareWanted', weight: 25 },
  capacityReady: { kind: 'capacityReady' },
  splitInForce: { kind: 'splitInForce' },
  splitLost: { kind: 'splitLost', reason },
  stepDone: { kind: 'stepDone' },
  drained: { kind: 'drained', delayMs: 0, afterwards: 'scaleDown' },
};

const paused: Hold = {
  reason: 'paused',
  since: 0,
  message: { key: 'run.hold.wait' },
  ends: { key: 'run.ends.resume' },
};

/** A record in this phase, such that the event has something to do there if it ever has. */
function sample(phase: Phase, kind: EventKind): ReleaseRecord {
  const idle: ReleaseRecord = { ...emptyRecord(), stable: v1 };
  const started = begin(idle, begun, { now: 1, cause: 'newVersion' }).state;
  if (phase === 'idle' || started.run === null) return idle;
  const run: RunRecord = {
    ...started.run,
    phase,
    target: 50,
    desired: 10,
    inForceSince: kind === 'splitLost' ? 1 : null,
    step: { ...started.run.step, index: kind === 'approveRequested' ? 1 : 0 },
    holds: kind === 'resumeRequested' ? [paused] : [],
  };
  return { ...started, run };
}

/** `stay`, `change`, `refuse`, or `→ phase`. */
function outcome(phase: Phase, kind: EventKind): string {
  const before = sample(phase, kind);
  const { state, reply } = step(before, events[kind], 2);
  if (reply?.result === 'refused') return 'refuse';
  if (phaseOf(state) !== phase) return `→ ${phaseOf(state)}`;
  return state === before ? 'stay' : 'change';
}

interface Row {
  readonly event: string;
  readonly cells: readonly string[];
}

function readTable(): { readonly phases: readonly string[]; readonly rows: readonly Row[] } {
  const lines = spec.split('\n').filter((line) => line.startsWith('|'));
  const at = lines.findIndex((line) => line.startsWith('| event'));
  const cellsOf = (line: string): string[] =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
  const [, ...phases] = cellsOf(lines[at] ?? '');
  const rows: Row[] = [];
  for (const line of lines.slice(at + 2)) {
    const [event = '', ...cells] = cellsOf(line);
    if (!event.startsWith('`')) break;
    rows.push({ event: event.replaceAll('`', ''), cells });
  }
  return { phases, rows };
}

const found = readTable();

test('the table names every phase and every event, and no other', () => {
  expect(found.phases).toEqual([...PHASES]);
  expect(found.rows.map((row) => row.event)).toEqual([...EVENT_KINDS]);
  expect(Object.keys(table)).toEqual([...PHASES]);
  for (const phase of PHASES) expect(Object.keys(table[phase]).sort()).toEqual([...EVENT_KINDS].sort());
});

test.each(PHASES.flatMap((phase, column) => EVENT_KINDS.map((kind) => ({ phase, kind, column }))))(
  'cell $phase × $kind',
  ({ phase, kind, column }) => {
    const cell = found.rows.find((row) => row.event === kind)?.cells[column] ?? '';
    expect(cell.split(' · ')[0]).toBe(outcome(phase, kind));
  },
);

test('what stays is the very same object', () => {
  for (const phase of PHASES) {
    for (const kind of EVENT_KINDS) {
      if (outcome(phase, kind) !== 'stay') continue;
      const before = sample(phase, kind);
      expect(step(before, events[kind], 2)).toEqual({ state: before, notes: [] });
    }
  }
});

const invariants = [...spec.matchAll(/^### (I\d+) (.+)$/gm)].map(([, id = '', title = '']) => ({ id, title }));

test.each(invariants)('invariant $id names the test that enforces it', ({ id }) => {
  const section = spec.slice(spec.indexOf(`### ${id} `)).split('\n### ')[0] ?? '';
  const named = [...section.matchAll(/^Enforcement: `(.+?)` "(.+?)"$/gm)];
  expect(named.length).toBeGreaterThan(0);
  for (const [, file = '', title = ''] of named) {
    const text = readFileSync(fileURLToPath(new URL(`../../${file}`, here)), 'utf8');
    expect(text).toContain(`'${title}'`);
    expect(title).toContain(id);
  }
});

test('every test that carries the number of an invariant is named in SPEC.md, and none is missing', () => {
  expect(invariants.map((one) => one.id)).toEqual(invariants.map((_, index) => `I${index + 1}`));
  for (const file of ['core/release/walk.test.ts', 'core/release/decide.test.ts', 'control/release/chaos.test.ts']) {
    const text = readFileSync(fileURLToPath(new URL(`../../${file}`, here)), 'utf8');
    for (const [, title = ''] of text.matchAll(/test\('(I\d+ .+?)'/g)) expect(spec).toContain(`"${title}"`);
  }
});

test('prints the table', { skip: process.env['PRINT_SPEC'] === undefined }, () => {
  const lines = EVENT_KINDS.map(
    (kind) => `| \`${kind}\` | ${PHASES.map((phase) => outcome(phase, kind)).join(' | ')} |`,
  );
  process.stdout.write(`${lines.join('\n')}\n`);
});
