/** One release watched from its start to its end: what the status said, what users saw. */
import { why } from '../control/commands/release/history.ts';
import type { Release } from '../core/model/release.ts';
import type { Run } from '../core/model/run.ts';
import { say } from '../texts/catalogue.ts';
import { between, type Seen, type Users, type VersionCount } from './load.ts';
import { bar, type Printer } from './printer.ts';
import { poll, type Stage } from './stage.ts';

export interface Theatre {
  readonly stage: Stage;
  readonly users: Users;
  readonly printer: Printer;
}

export interface WeightMark {
  /** Seconds since the act began. */
  readonly at: number;
  readonly weight: number;
}

/** What one release cost and how it ended. Times in seconds; null where nothing failed. */
export interface ActResult {
  readonly from: string;
  readonly to: string;
  readonly outcome: string;
  readonly why: string;
  readonly requests: number;
  readonly failed: number;
  /** Failed requests that the new version answered. */
  readonly because: number;
  /** First failure → decision. */
  readonly detected: number | null;
  /** First failure → last request on the new version. */
  readonly gone: number | null;
  readonly flips: number;
  readonly weights: readonly WeightMark[];
}

const releaseRef = { kind: 'Release', namespace: 'default', name: 'reviews' } as const;
/** What the programs of the example call themselves. */
export const servedBy = (version: string): string => `reviews-${version}`;

export async function releaseStatus(stage: Stage): Promise<NonNullable<Release['status']>> {
  return (await stage.store.get<Release>(releaseRef))?.status ?? {};
}

async function runTo(stage: Stage, version: string): Promise<Run | undefined> {
  const { items } = await stage.store.list<Run>('Run', { namespace: 'default' });
  return items.findLast((run) => run.spec.release === releaseRef.name && run.spec.to.version === version);
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)}%`;
}

/** Follows the release to `version` and prints each change of weight; ends with the run, or after `limitMs`. */
export async function watchRun(theatre: Theatre, version: string, limitMs: number): Promise<Run | undefined> {
  const { stage, users, printer } = theatre;
  let shown = -1;
  let before: Seen = users.seen();
  await poll(async () => {
    const status = await releaseStatus(stage);
    const run = await runTo(stage, version);
    const weight = status.candidate?.version === version ? (status.desiredWeight ?? 0) : 0;
    const seen = users.seen();
    const [arm, whole] = [between(before, seen, servedBy(version)), seen.requests - before.requests];
    const failing = arm.requests > 0 ? `, ${percent(arm.failed, arm.requests)} ✘` : '';
    const text = `${version} ${bar(weight)} ${weight}% → ${percent(arm.requests, whole)}${failing}`;
    printer.live(`${text}  ${status.message ?? ''}`);
    if (weight !== shown && weight > 0) printer.mark(`${version} ${bar(weight)} ${weight}%`);
    if (weight !== shown) {
      shown = weight;
      before = seen;
    }
    return run?.status?.outcome === undefined ? undefined : true;
  }, limitMs);
  return runTo(stage, version);
}

/** Weights with their times, from the run's journal. */
async function weightsOf(stage: Stage, run: Run): Promise<{ marks: WeightMark[]; abortedAt: number | null }> {
  const journal = await stage.store.journal(`run/default/${run.metadata.name}`);
  const start = journal[0]?.at ?? 0;
  const marks = journal
    .filter((entry) => entry.kind === 'weight')
    .map((entry) => ({ at: (entry.at - start) / 1000, weight: Number(entry.body['weight'] ?? entry.body['to'] ?? 0) }));
  const aborting = journal.find((entry) => entry.kind === 'phase' && entry.body['to'] === 'aborting');
  return { marks, abortedAt: aborting?.at ?? null };
}

/** Seconds from the first failed request on the new version to the decision, and to the last request sent to it. */
function reaction(
  arm: VersionCount | undefined,
  abortedAt: number | null,
): { detected: number | null; gone: number | null } {
  if (arm === undefined || abortedAt === null) return { detected: null, gone: null };
  const { firstFailureAt, lastAt } = arm;
  if (firstFailureAt === null) return { detected: null, gone: null };
  const seconds = (end: number): number => Math.max(0, (end - firstFailureAt) / 1000);
  return { detected: seconds(abortedAt), gone: seconds(lastAt) };
}

/** Sums up a run against what the users saw since `before`. */
export async function resultOf(theatre: Theatre, run: Run, before: Seen): Promise<ActResult> {
  const after = await theatre.users.next();
  const { from, to } = run.spec;
  const { marks, abortedAt } = await weightsOf(theatre.stage, run);
  const { decisive } = await why(theatre.stage.store, { ...releaseRef, run: run.metadata.name });
  const back = `${servedBy(to.version)}>${servedBy(from.version)}`;
  return {
    from: from.version,
    to: to.version,
    outcome: run.status?.outcome ?? 'unfinished',
    why: say(theatre.printer.language, decisive),
    requests: after.requests - before.requests,
    failed: after.failed - before.failed,
    because: between(before, after, servedBy(to.version)).failed,
    ...reaction(after.versions[servedBy(to.version)], abortedAt),
    flips: (after.flips[back] ?? 0) - (before.flips[back] ?? 0),
    weights: marks,
  };
}
