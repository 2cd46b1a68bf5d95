/** What is worth saying beside the verdict, and what holds a run. */
import { badRate } from './counts.ts';
import { evidenceOf } from './evidence.ts';
import type { JudgeLook, JudgeState } from './judge-state.ts';
import { latencyBoundsMs } from './counts.ts';
import { nearestBound } from './latency.ts';
import { isMismatch } from './mismatch.ts';
import { silenceOf } from './no-data.ts';
import { failingPod } from './one-pod.ts';
import { count, percent, seconds } from './sentences.ts';
import type { Finding } from './verdict.ts';

type Unsaid = Omit<Finding, 'since'>;

/** Findings that lasted keep the time of their first look. */
export function findingsOf(state: JudgeState, look: JudgeLook & { readonly sound: boolean }): readonly Finding[] {
  const found = [
    broken(look),
    stale(state, look),
    silent(state, look),
    mismatched(state, look),
    troubled(state),
    onePod(state),
    suspected(state),
    otherBoundary(state),
  ].filter((one) => one !== undefined);
  return found.map((one) => {
    const before = state.findings.find((earlier) => earlier.kind === one.kind);
    return { ...one, since: before?.since ?? look.now };
  });
}

function broken(look: JudgeLook & { readonly sound: boolean }): Unsaid | undefined {
  if (look.sound) return undefined;
  const params = {
    requests: String(look.candidate.requests),
    failures: String(look.candidate.failures),
    stableRequests: String(look.stable.requests),
    stableFailures: String(look.stable.failures),
  };
  return { kind: 'invalidCounts', holds: true, message: { key: 'release.finding.invalidCounts', params } };
}

function stale(state: JudgeState, look: JudgeLook): Unsaid | undefined {
  if (look.ageMs <= state.settings.staleAfterMs) return undefined;
  if (look.ageMs === Infinity) return { kind: 'stale', holds: true, message: { key: 'release.finding.neverCounted' } };
  const params = { age: seconds(look.ageMs), limit: seconds(state.settings.staleAfterMs) };
  return { kind: 'stale', holds: true, message: { key: 'release.finding.stale', params } };
}

function silent(state: JudgeState, look: JudgeLook): Unsaid | undefined {
  const { silence, settings } = state;
  const kind = silenceOf(silence, look.now);
  if (kind === 'none' || look.share === 0) return undefined;
  if (kind === 'both') {
    const params = { since: seconds(look.now - silence.anyAt) };
    return { kind: 'bothSilent', holds: true, message: { key: 'release.finding.bothSilent', params } };
  }
  const silentMs = look.now - silence.candidateAt;
  const params = {
    candidate: settings.candidate,
    since: seconds(silentMs),
    expected: count(silence.missing),
    timeout: seconds(settings.noDataTimeoutMs),
  };
  const expired = silentMs >= settings.noDataTimeoutMs;
  return { kind: 'candidateSilent', holds: true, expired, message: { key: 'release.finding.candidateSilent', params } };
}

function mismatched(state: JudgeState, look: JudgeLook): Unsaid | undefined {
  if (!isMismatch(state.mismatch)) return undefined;
  const { stable, candidate } = state.stay.counts;
  const all = stable.requests + candidate.requests;
  const params = {
    candidate: state.settings.candidate,
    observed: percent(candidate.requests / Math.max(1, all)),
    share: percent(look.share),
    requests: count(all),
  };
  return { kind: 'mismatch', holds: true, message: { key: 'release.finding.mismatch', params } };
}

/** Stable itself fails far more than it used to: comparing goes on, growing does not. */
function troubled(state: JudgeState): Unsaid | undefined {
  const { minute, errors, settings } = state;
  const before = {
    requests: Math.max(1, errors.stable.requests - minute.errors.requests),
    bad: Math.max(0, errors.stable.bad - minute.errors.bad),
  };
  const usual = badRate(before);
  if (minute.errors.requests < 50 || badRate(minute.errors) <= Math.max(5 * usual, usual + 0.02)) return undefined;
  const params = { stable: settings.stable, rate: percent(badRate(minute.errors)), usual: percent(usual) };
  return { kind: 'outage', holds: true, message: { key: 'release.finding.outage', params } };
}

/** Evidence from which a larger share waits; the same bound as at the end of a time box. */
const suspicious = Math.exp(1.5);

/** Fixed steps end by time: without this, a bad version could outrun the proof against it. */
function suspected(state: JudgeState): Unsaid | undefined {
  const evidence = Math.exp(evidenceOf(state).logE);
  if (evidence < suspicious) return undefined;
  const { candidate, alpha } = state.settings;
  const params = {
    candidate,
    evidence: evidence.toFixed(1),
    threshold: count(1 / alpha),
    enough: suspicious.toFixed(1),
  };
  return { kind: 'suspicion', holds: true, message: { key: 'release.finding.suspicion', params } };
}

function onePod(state: JudgeState): Unsaid | undefined {
  const found = failingPod(state.candidatePods);
  if (found === undefined) return undefined;
  const params = {
    candidate: state.settings.candidate,
    pod: found.pod,
    part: percent(found.part),
    failures: count(found.failures),
    pods: found.pods,
  };
  return { kind: 'onePod', holds: true, message: { key: 'release.finding.onePod', params } };
}

function otherBoundary(state: JudgeState): Unsaid | undefined {
  const limit = state.settings.latency?.slowerThanMs;
  if (limit === undefined) return undefined;
  const bound = latencyBoundsMs[nearestBound(limit)];
  if (bound === undefined || bound === limit) return undefined;
  const message = { key: 'release.finding.latencyBoundary', params: { limit, bound } } as const;
  return { kind: 'latencyBoundary', holds: false, message };
}
