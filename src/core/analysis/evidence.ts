/** Takes a look into the judge's state: counts, share, and every e-process. */
import type { ArmCounts, Tally, TallyPair } from './counts.ts';
import { addCounts, addPair, addTally, badRate, failures, noCounts, slowerThan } from './counts.ts';
import { errorAlternatives, updateHarm } from './harm.ts';
import type { JudgeLook, JudgeState, Stay } from './judge-state.ts';
import type { JudgeSettings } from './judge-settings.ts';
import { learnLatency, nearestBound, updateLatency } from './latency.ts';
import { clamp, logSum, shareOdds } from './log-space.ts';
import { startMismatch, updateMismatch } from './mismatch.ts';
import { silenceOf, updateSilence } from './no-data.ts';
import type { SafetyLook, SafetyState } from './safety.ts';
import { updateSafety } from './safety.ts';
import type { MetricEvidence, MetricName } from './verdict.ts';

/** Mean time to the onset of a late fault that harm evidence is prepared for. */
const onsetMs = 900_000;
/** Time in which the reserve of safety evidence comes back. */
const returnMs = 240_000;
/** A new weight reaches all proxies, and requests begun before it end, within this time. */
const settlesMs = 2000;
/** A minute's memory of stable's rate, drawn towards its rate since the beginning with this many requests. */
const minuteMs = 60_000;
const drawnBy = 200;
/** Without a candidate among this many of its expected requests, what stable did meanwhile is no comparison. */
const mostExpected = 10;
const recentMs = 60_000;
const podsKept = 200;

const metricParts: Readonly<Record<MetricName, number>> = { errors: 0.5, latency: 0.3 };

/** Parts of the global evidence; the parts of metrics that are not measured go to the others. */
function metricWeights(settings: JudgeSettings): Readonly<Record<MetricName, number>> {
  const latency = settings.latency ? metricParts.latency : 0;
  const sum = metricParts.errors + latency;
  return { errors: metricParts.errors / sum, latency: latency / sum };
}

/** Evidence by metric and as a whole: a weighted mean, valid under any dependence between the metrics. */
export function evidenceOf(state: JudgeState): { readonly logE: number; readonly metrics: readonly MetricEvidence[] } {
  const weights = metricWeights(state.settings);
  const metrics: MetricEvidence[] = [{ metric: 'errors', weight: weights.errors, logE: state.errors.logE }];
  if (state.latency) metrics.push({ metric: 'latency', weight: weights.latency, logE: state.latency.logE });
  return { logE: logSum(metrics.map((one) => Math.log(one.weight) + one.logE)), metrics };
}

export function takeIn(state: JudgeState, look: JudgeLook): JudgeState {
  const pair = { stable: failures(look.stable), candidate: failures(look.candidate) };
  const silence = updateSilence(state.silence, {
    now: look.now,
    share: look.share,
    stable: pair.stable.requests,
    candidate: pair.candidate.requests,
  });
  const tickMs = silenceOf(silence, look.now) === 'both' ? 0 : Math.max(0, look.tickMs);
  const stay = nextStay(state.stay, look, tickMs);
  const calm = evidenceOf(state).logE <= 0 && look.now - state.recent.since >= recentMs;
  const recent = calm
    ? { ...pair, since: look.now - look.tickMs }
    : { ...addPair(state.recent, pair), since: state.recent.since };
  const counted: JudgeState = {
    ...state,
    silence,
    stay,
    recent,
    counts: addPair(state.counts, pair),
    slow: nextSlow(state, look),
    mismatch: nextMismatch(state, look, stay),
    candidatePods: addPods(state.candidatePods, look.candidate.byPod),
    pending: {
      stable: addCounts(state.pending.stable, look.stable),
      elapsedMs: state.pending.elapsedMs + tickMs,
    },
  };
  if (look.share > 0 && look.candidate.requests > 0) return compare(counted, look);
  const expected = shareOdds(look.share) * counted.pending.stable.requests;
  return look.share <= 0 || expected >= mostExpected ? learn(counted) : counted;
}

function nextStay(stay: Stay, look: JudgeLook, tickMs: number): Stay {
  const counts = { stable: failures(look.stable), candidate: failures(look.candidate) };
  if (look.share === stay.share) {
    return { ...stay, activeMs: stay.activeMs + tickMs, counts: addPair(stay.counts, counts) };
  }
  return { share: look.share, previous: stay.share, since: look.now - look.tickMs, activeMs: tickMs, counts };
}

function nextSlow(state: JudgeState, look: JudgeLook): TallyPair {
  const { latency } = state.settings;
  if (!latency) return state.slow;
  const bound = nearestBound(latency.slowerThanMs);
  const slow = { stable: slowerThan(look.stable, bound), candidate: slowerThan(look.candidate, bound) };
  return look.share === state.stay.share ? addPair(state.slow, slow) : slow;
}

function nextMismatch(state: JudgeState, look: JudgeLook, stay: Stay): JudgeState['mismatch'] {
  if (look.share !== state.stay.share) return startMismatch();
  const told = look.share > 0 && look.share < 1 && state.settings.split === 'request';
  if (!told || look.now - stay.since <= settlesMs) return state.mismatch;
  const counts = { candidate: look.candidate.requests, stable: look.stable.requests };
  return updateMismatch(state.mismatch, { share: look.share, ...counts });
}

function addPods(sum: JudgeState['candidatePods'], more: ArmCounts['byPod']): JudgeState['candidatePods'] {
  const pods = { ...sum };
  let room = podsKept - Object.keys(pods).length;
  for (const [name, counts] of Object.entries(more)) {
    const known = pods[name];
    if (known) {
      pods[name] = { requests: known.requests + counts.requests, failures: known.failures + counts.failures };
    } else if (room > 0) {
      pods[name] = counts;
      room -= 1;
    }
  }
  return pods;
}

/**
 * The share that the evidence is computed with. Exact is the configured weight. Where the candidate visibly gets less
 * (routing on its way, sticky users, a broken route), the missing requests would look like evidence: so the share is cut
 * to what the counts allow. Too small a share only makes the judge slower.
 */
export function usedShare(state: JudgeState, look: Pick<JudgeLook, 'now' | 'share'>): number {
  const { stay } = state;
  const got = stay.counts.candidate.requests;
  const all = got + stay.counts.stable.requests;
  if (state.settings.split === 'user') return (got + 50 * look.share) / (all + 50);
  const settling = look.now - stay.since < settlesMs && stay.previous > 0;
  const told = settling ? Math.min(stay.previous, look.share) : look.share;
  return all === 0 ? told : Math.min(told, (got + 1 + 2.6 * Math.sqrt(got + 1)) / all);
}

/** Stable without comparison: only its rates are learned. */
function learn(state: JudgeState): JudgeState {
  const { stable } = state.pending;
  const known = { ...state.errors, stable: addTally(state.errors.stable, failures(stable)) };
  return {
    ...state,
    errors: known,
    ...(state.latency && { latency: learnLatency(state.latency, stable) }),
    minute: nextMinute(state),
    pending: { stable: noCounts, elapsedMs: 0 },
  };
}

/** One look of every e-process, over everything since the candidate's last request. */
function compare(state: JudgeState, look: JudgeLook): JudgeState {
  const { settings, pending } = state;
  const share = usedShare(state, look);
  const hazard = clamp(pending.elapsedMs / onsetMs, 0, 0.5);
  const pair = { stable: failures(pending.stable), candidate: failures(look.candidate) };
  const errors = updateHarm(
    state.errors,
    { ...settings.errors, alternatives: errorAlternatives },
    { ...pair, share, hazard },
  );
  const arms = { share, hazard, stable: pending.stable, candidate: look.candidate };
  return {
    ...state,
    errors,
    ...(state.latency && settings.latency && { latency: updateLatency(state.latency, settings.latency, arms) }),
    safety: nextSafety(state, look, share),
    minute: nextMinute(state),
    pending: { stable: noCounts, elapsedMs: 0 },
  };
}

function nextSafety(state: JudgeState, look: JudgeLook, share: number): JudgeState['safety'] {
  const { settings, pending, minute } = state;
  const hazard = clamp(pending.elapsedMs / returnMs, 0, 0.5);
  const advance = (states: readonly SafetyState[], phi: number, evidence: SafetyLook): readonly SafetyState[] =>
    states.map((one, index) => updateSafety(one, { margin: settings.margins[index] ?? 1, phi }, evidence));
  const errors = advance(state.safety.errors, settings.errors.phi, {
    stable: failures(pending.stable),
    candidate: failures(look.candidate),
    share,
    hazard,
    expected: drawn(minute.errors, badRate(state.errors.stable)),
  });
  if (!settings.latency || !state.safety.latency) return { errors };
  const bound = nearestBound(settings.latency.slowerThanMs);
  const latency = advance(state.safety.latency, settings.latency.phi, {
    stable: slowerThan(pending.stable, bound),
    candidate: slowerThan(look.candidate, bound),
    share,
    hazard,
    expected: drawn(minute.slow, badRate(minute.slowEver)),
  });
  return { errors, latency };
}

function drawn(recent: Tally, ever: number): number {
  return (recent.bad + drawnBy * ever) / (recent.requests + drawnBy);
}

function nextMinute(state: JudgeState): JudgeState['minute'] {
  const { minute, pending, settings } = state;
  const keep = Math.exp(-pending.elapsedMs / minuteMs);
  const fade = (tally: Tally): Tally => ({ requests: tally.requests * keep, bad: tally.bad * keep });
  const errors = addTally(fade(minute.errors), failures(pending.stable));
  if (!settings.latency) return { ...minute, errors };
  const slow = slowerThan(pending.stable, nearestBound(settings.latency.slowerThanMs));
  return { errors, slow: addTally(fade(minute.slow), slow), slowEver: addTally(minute.slowEver, slow) };
}
