/** The reasons to wait that stem from what is seen now. They come and go with it; people's reasons stay beside them. */
import type { Message } from '../../texts/catalogue.ts';
import { podsForShare } from './capacity.ts';
import type { Observation } from './observation.ts';
import { armOf } from './observation.ts';
import type { Hold, HoldReason, RunRecord } from './state.ts';
import type { Noted } from './transition.ts';
import { note } from './transition.ts';

const STANDING: readonly HoldReason[] = ['paused', 'byHand', 'wait', 'approval'];

/** The router normally confirms within milliseconds; before this it is no news that it has not. */
const ROUTE_PATIENCE_MS = 1_000;

/** Only reasons with an effect on what happens next are holds; the judge's waiting for evidence is not one. */
export function observeHolds(
  run: RunRecord,
  seen: Observation,
  now: number,
): { readonly run: RunRecord; readonly notes: readonly Noted[] } {
  const found =
    run.phase === 'aborting' || run.phase === 'superseded' ? routeHold(run, seen, now) : trialHolds(run, seen, now);
  const standing = run.holds.filter((hold) => STANDING.includes(hold.reason));
  const observed = found.map((hold) => {
    const before = run.holds.find((one) => one.reason === hold.reason);
    return before === undefined ? hold : { ...hold, since: before.since };
  });
  const holds = [...standing, ...observed];
  const begun = observed.filter((hold) => !run.holds.some((one) => one.reason === hold.reason));
  const ended = run.holds.filter((hold) => !holds.some((one) => one.reason === hold.reason));
  if (begun.length === 0 && ended.length === 0 && sameSentences(run.holds, holds)) return { run, notes: [] };
  return {
    run: { ...run, holds },
    notes: [
      ...begun.map((hold) => note({ run: run.name, at: now }, 'hold', { ...hold })),
      ...ended.map((hold) => note({ run: run.name, at: now }, 'holdEnded', { reason: hold.reason, since: hold.since })),
    ],
  };
}

function sameSentences(left: readonly Hold[], right: readonly Hold[]): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function trialHolds(run: RunRecord, seen: Observation, now: number): readonly Hold[] {
  return [...evidenceHolds(run, seen, now), ...capacityHolds(run, seen, now), ...routeHold(run, seen, now)];
}

const findingHolds: Readonly<Record<string, HoldReason>> = {
  candidateSilent: 'noData',
  bothSilent: 'noData',
  mismatch: 'mismatch',
  stale: 'metrics',
  invalidCounts: 'metrics',
  outage: 'inconclusive',
  onePod: 'inconclusive',
  suspicion: 'inconclusive',
};

const endsWith: Readonly<Partial<Record<HoldReason, Message>>> = {
  noData: { key: 'run.ends.data' },
  mismatch: { key: 'run.ends.mismatch' },
  metrics: { key: 'run.ends.metrics' },
  inconclusive: { key: 'run.ends.inconclusive' },
};

function evidenceHolds(run: RunRecord, seen: Observation, now: number): readonly Hold[] {
  const ends = (reason: HoldReason): Message => endsWith[reason] ?? { key: 'run.ends.data' };
  if (seen.counts.kind === 'failed') {
    const message: Message = { key: 'run.hold.metrics', params: { problem: seen.counts.message } };
    return [{ reason: 'metrics', since: now, message, ends: ends('metrics') }];
  }
  if (run.desired === 0 || run.desired >= 100) return [];
  const holds = new Map<HoldReason, Hold>();
  for (const finding of run.evidence.judge?.findings ?? []) {
    const reason = findingHolds[finding.kind];
    if (!finding.holds || reason === undefined || holds.has(reason)) continue;
    holds.set(reason, { reason, since: finding.since, message: finding.message, ends: ends(reason) });
  }
  return [...holds.values()];
}

function capacityHolds(run: RunRecord, seen: Observation, now: number): readonly Hold[] {
  const holds: Hold[] = [];
  const candidate = armOf(seen, run.to);
  const need = Math.max(run.phase === 'preparing' ? 1 : 0, podsForShare(Math.max(run.target, run.desired), seen.full));
  const ready = candidate?.ready ?? 0;
  if (ready < need) {
    holds.push({
      reason: 'capacity',
      since: now,
      message: { key: 'run.hold.capacity', params: { version: run.to.version, ready, need } },
      ends: { key: 'run.ends.capacity', params: { version: run.to.version, need } },
    });
  }
  const stable = armOf(seen, run.from);
  if (run.desired < 100 && (stable?.ready ?? 0) < seen.full) {
    holds.push({
      reason: 'stable',
      since: now,
      message: {
        key: 'run.hold.stable',
        params: { version: run.from.version, ready: stable?.ready ?? 0, need: seen.full },
      },
      ends: { key: 'run.ends.capacity', params: { version: run.from.version, need: seen.full } },
    });
  }
  return holds;
}

function routeHold(run: RunRecord, seen: Observation, now: number): readonly Hold[] {
  if (run.phase === 'preparing' || run.inForceSince !== null) return [];
  // The first share is decided and not yet told.
  if (run.peak === 0 && run.desired !== run.target) return [];
  const { route } = seen;
  const ends: Message = { key: 'run.ends.route', params: { weight: run.desired } };
  if (route.kind === 'failed') {
    const message: Message = { key: 'run.hold.routeFailed', params: { problem: route.message } };
    return [{ reason: 'route', since: now, message, ends }];
  }
  if (now - run.desiredSince < ROUTE_PATIENCE_MS) return [];
  return [{ reason: 'route', since: now, message: { key: 'run.hold.route', params: { weight: run.desired } }, ends }];
}
