/** Takes what was counted into the run's evidence, exactly once, and asks the judge. */
import type { Message } from '../../texts/catalogue.ts';
import { judge, startJudge } from '../analysis/judge.ts';
import { judgeFor } from './compile.ts';
import type { Evidence } from './evidence.ts';
import { flowed, rates } from './evidence.ts';
import type { CountsSeen, Observation } from './observation.ts';
import type { RunRecord } from './state.ts';
import type { Noted } from './transition.ts';
import { note } from './transition.ts';

/** Counts older than this say nothing about the present. */
export const FRESH_MS = 5_000;
/** How often the history gets a line with rates and shares. */
const NOTE_MS = 5_000;

export interface Looked {
  readonly run: RunRecord;
  readonly notes: readonly Noted[];
  /** The judge says that the candidate does harm. */
  readonly harm?: Message;
}

type Read = Extract<CountsSeen, { readonly kind: 'read' }>;

/** Without counts the evidence stays as it is. */
export function lookAt(run: RunRecord, seen: Observation, now: number): Looked {
  const { counts } = seen;
  if (counts.kind !== 'read') return { run, notes: [] };
  const tickMs = Math.max(0, now - (run.evidence.lookedAt ?? now));
  const flow = flowed(run.evidence.flow, {
    stable: counts.stable.requests,
    candidate: counts.candidate.requests,
    tickMs,
  });
  const evidence: Evidence = {
    ...run.evidence,
    cursor: counts.cursor,
    lookedAt: now,
    flow,
    quietSince: quiet(run, counts, now),
    refusedSince: refusedSince(run, counts, now),
  };
  const looked = judged({ ...run, evidence }, seen, { now, tickMs, counts });
  const noted = observed(looked.run, now);
  return { ...looked, run: noted.run, notes: [...looked.notes, ...noted.notes] };
}

interface Tick {
  readonly now: number;
  readonly tickMs: number;
  readonly counts: Read;
}

function judged(run: RunRecord, seen: Observation, { now, tickMs, counts }: Tick): Looked {
  // At 100 % there is no control to compare with, and taking back needs no judge.
  const onTrial =
    run.phase === 'preparing' || run.phase === 'stepping' || (run.phase === 'promoting' && run.desired < 100);
  if (!onTrial || seen.spec === null) return { run, notes: [] };
  const before = run.evidence.judge ?? startJudge(judgeFor(seen.spec, run));
  const { state, verdict } = judge(before, {
    now,
    tickMs,
    share: run.desired / 100,
    stable: counts.stable,
    candidate: counts.candidate,
    ageMs: counts.ageMs,
  });
  const notes =
    before.verdict?.kind === verdict.kind || run.desired === 0
      ? []
      : [note({ run: run.name, at: now }, 'verdict', { ...verdict })];
  const next = { ...run, evidence: { ...run.evidence, judge: state } };
  return verdict.kind === 'fail' ? { run: next, notes, harm: verdict.sentence } : { run: next, notes };
}

/**
 * Where stable is refused too, the fault is not the candidate's. Answers of the same look may have come before the refusal,
 * so they start the time anew; answers without a refusal end it.
 */
function refusedSince(run: RunRecord, { stable, candidate }: Read, now: number): number | null {
  const before = run.evidence.refusedSince;
  const answered = candidate.requests > candidate.failures;
  if ((stable.refused ?? 0) > 0) return null;
  if ((candidate.refused ?? 0) > 0) return answered ? now : (before ?? now);
  return answered ? null : before;
}

/** The arm that lost its share: stable where the candidate has everything, else the candidate. */
function quiet(run: RunRecord, counts: Read, now: number): number | null {
  const leaving = run.desired >= 100 ? counts.stable : counts.candidate;
  const told = run.desired >= 100 || run.desired === 0;
  if (!told || run.inForceSince === null || leaving.requests > 0) return null;
  // Old counts show nothing, and nothing shown is no silence.
  return counts.ageMs > FRESH_MS ? run.evidence.quietSince : (run.evidence.quietSince ?? now);
}

function observed(run: RunRecord, now: number): { readonly run: RunRecord; readonly notes: readonly Noted[] } {
  const { notedAt, judge: state, flow } = run.evidence;
  if (run.peak === 0 || (notedAt !== null && now - notedAt < NOTE_MS)) return { run, notes: [] };
  const { share, stable, candidate } = rates(flow);
  const verdict = state?.verdict;
  const body = {
    desired: run.desired,
    observed: share,
    stableRps: Math.round(stable * 10) / 10,
    candidateRps: Math.round(candidate * 10) / 10,
    ...(verdict && { verdict: verdict.kind, evidence: verdict.evidence, counts: verdict.counts }),
  };
  return {
    run: { ...run, evidence: { ...run.evidence, notedAt: now } },
    notes: [note({ run: run.name, at: now }, 'observed', body)],
  };
}
