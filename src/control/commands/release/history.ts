/** What became of a release's versions: its runs, the reasons, and what happened when. */
import type { Message } from '../../../texts/catalogue.ts';
import type { Run, RunOutcome } from '../../../core/model/run.ts';
import type { Verdict } from '../../../core/analysis/verdict.ts';
import type { ReleaseRecord, RunRecord } from '../../../core/release/state.ts';
import { nextMessage, sentenceOf } from '../../../core/release/sentence.ts';
import { Fault } from '../../../lib/fault.ts';
import type { Store } from '../../../ports/store.ts';
import { runJournal } from '../../release/persist.ts';
import type { ReleaseTarget } from './target.ts';
import { readTarget, runsOf } from './target.ts';
import type { WeightStage } from './stages.ts';
import { stagesOf } from './stages.ts';
import type { TimelineItem } from './timeline.ts';
import { timelineOf } from './timeline.ts';

export interface RunSummary {
  readonly run: string;
  readonly from: string;
  readonly to: string;
  readonly cause: string;
  readonly by?: string;
  readonly phase: string;
  readonly outcome?: RunOutcome;
  readonly reason?: Message;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly finishedAt?: number;
  /** Largest share that the candidate had, percent. */
  readonly peak: number;
}

/** Newest first. @throws Fault `notFound` */
export async function history(store: Store, target: ReleaseTarget): Promise<readonly RunSummary[]> {
  const { runs, state } = await readTarget(store, target);
  return runs.flatMap((run) => {
    const record = recordOf(run, state);
    return record === undefined ? [] : [summary(record)];
  });
}

function recordOf(run: Run, state: ReleaseRecord): RunRecord | undefined {
  if (run.metadata.name === state.run?.name) return state.run;
  // Written by the release controller; `loadRecord` refuses records of a newer program before anything is shown.
  return run.status?.record as RunRecord | undefined;
}

function summary(record: RunRecord): RunSummary {
  return {
    run: record.name,
    from: record.from.version,
    to: record.to.version,
    cause: record.cause,
    ...(record.by === undefined ? {} : { by: record.by }),
    phase: record.phase,
    ...(record.outcome === undefined ? {} : { outcome: record.outcome }),
    ...(record.reason === undefined ? {} : { reason: record.reason }),
    startedAt: record.startedAt,
    ...(record.finishedAt === undefined ? {} : { finishedAt: record.finishedAt }),
    peak: record.peak,
  };
}

export interface Why extends RunSummary {
  /** What decided: the reason of an abort, the last hold of a run in flight, or that it was promoted. */
  readonly decisive: Message;
  /** The judge's last word, with its numbers. */
  readonly verdict?: Verdict;
  /** What it does or waits for now; only of a run in flight. */
  readonly now?: Message;
  /** What is missing for the next weight; only where pace follows the evidence. */
  readonly next?: Message;
  readonly weights: readonly WeightStage[];
  readonly timeline: readonly TimelineItem[];
}

/** The named run, else the newest. @throws Fault `notFound` */
export async function why(store: Store, target: ReleaseTarget & { readonly run?: string }): Promise<Why> {
  const { state } = await readTarget(store, target);
  const runs = await runsOf(store, target);
  const run = target.run === undefined ? runs[0] : runs.find((one) => one.metadata.name === target.run);
  const record = run === undefined ? undefined : recordOf(run, state);
  if (record === undefined) throw noRun(target);
  const entries = await store.journal(runJournal(target.namespace, record.name));
  const verdict = record.evidence.judge?.verdict;
  return {
    ...summary(record),
    decisive: decisive(record),
    ...(state.run?.name === record.name ? presentOf(state, record) : {}),
    ...(verdict === undefined ? {} : { verdict }),
    weights: stagesOf(entries, record.finishedAt),
    timeline: timelineOf(entries, record.plan),
  };
}

function presentOf(state: ReleaseRecord, run: RunRecord): Pick<Why, 'now' | 'next'> {
  const next = nextMessage(run);
  return { now: sentenceOf(state), ...(next && { next }) };
}

function decisive(record: RunRecord): Message {
  const [hold] = record.holds;
  const said = record.reason ?? hold?.message ?? record.evidence.judge?.verdict?.sentence;
  return said ?? { key: 'run.now.preparing', params: { version: record.to.version } };
}

function noRun(target: ReleaseTarget & { readonly run?: string }): Fault {
  const { namespace, name, run } = target;
  return run === undefined
    ? new Fault('notFound', { key: 'run.refused.neverRan', params: { name } })
    : new Fault('notFound', { key: 'fault.notFound', params: { kind: 'Run', name: run, namespace } });
}
