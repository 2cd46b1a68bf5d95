/** Numbers as people read them, and the sentence of a verdict. */
import type { Message } from '../../texts/catalogue.ts';
import { badRate, latencyBoundsMs } from './counts.ts';
import type { JudgeState } from './judge-state.ts';
import type { Finding, SafetyProof, Verdict } from './verdict.ts';

/** `0.4%`, `31.2%`, `0.03%`, `100%`; from 0–1. */
export function percent(part: number): string {
  const value = part * 100;
  const digits = value !== 0 && Math.abs(value) < 0.1 ? 2 : 1;
  return `${Number(value.toFixed(digits))}%`;
}

/** `2,375`. */
export function count(number: number): string {
  return String(Math.round(number)).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** `182`, `4.2`, `0.31`. */
export function factor(number: number): string {
  if (number >= 1e6) return '1,000,000+';
  if (number >= 100) return count(number);
  return String(Number(number.toPrecision(2)));
}

/** `12 s`. */
export function seconds(ms: number): Message {
  return { key: 'release.seconds', params: { count: count(ms / 1000) } };
}

/** Percentage points of a margin, `0.5`. */
export function points(margin: number): string {
  return String(Number((margin * 100).toFixed(2)));
}

type Bare = Omit<Verdict, 'sentence'>;

export function verdictSentence(state: JudgeState, verdict: Bare, findings: readonly Finding[]): Message {
  if (verdict.kind === 'fail') return failSentence(state, verdict);
  if (verdict.kind === 'pass') return { key: 'release.verdict.pass', params: proofParams(state, verdict) };
  const holding = findings.find((one) => one.holds && one.kind !== 'onePod' && one.kind !== 'outage');
  if (holding) return holding.message;
  if (verdict.kind === 'noData') {
    const { candidate } = state.settings;
    return { key: 'release.verdict.noRequestsYet', params: { candidate, share: percent(verdict.share) } };
  }
  return { key: 'release.verdict.inconclusive', params: proofParams(state, verdict) };
}

function failSentence(state: JudgeState, verdict: Bare): Message {
  const latency = verdict.metrics.find((one) => one.metric === 'latency');
  const errors = verdict.metrics.find((one) => one.metric === 'errors');
  const slow =
    latency !== undefined &&
    errors !== undefined &&
    latency.logE + Math.log(latency.weight) > errors.logE + Math.log(errors.weight);
  // A fault that began late would drown in what went well before: then the counts since the evidence grew say more.
  const late = badRate(verdict.recent.candidate) > 2 * badRate(verdict.counts.candidate);
  const { stable, candidate } = late ? verdict.recent : verdict.counts;
  const params = {
    candidate: state.settings.candidate,
    stable: state.settings.stable,
    candidateRate: percent(badRate(candidate)),
    candidateFailures: count(candidate.bad),
    candidateRequests: count(candidate.requests),
    stableRate: percent(badRate(stable)),
    stableFailures: count(stable.bad),
    stableRequests: count(stable.requests),
    evidence: factor(verdict.evidence),
    threshold: count(verdict.threshold),
  };
  if (!slow) return { key: 'release.verdict.fail', params };
  return { key: 'release.verdict.failSlow', params: { ...params, boundMs: strongestBound(state) } };
}

/** The boundary beyond which the candidate has most too many requests. */
function strongestBound(state: JudgeState): number {
  let best = 0;
  state.latency?.harm.forEach((one, index) => {
    if (one.logE > (state.latency?.harm[best]?.logE ?? -Infinity)) best = index;
  });
  return latencyBoundsMs[state.latency?.bounds[best] ?? 0] ?? 0;
}

function proofParams(state: JudgeState, verdict: Bare): Record<string, string> {
  const enough = Math.log(1 / state.settings.beta);
  const next = nextProof(verdict.safety, enough);
  return {
    candidate: state.settings.candidate,
    stable: state.settings.stable,
    candidateRate: percent(badRate(verdict.counts.candidate)),
    candidateFailures: count(verdict.counts.candidate.bad),
    candidateRequests: count(verdict.counts.candidate.requests),
    stableRate: percent(badRate(verdict.counts.stable)),
    stableFailures: count(verdict.counts.stable.bad),
    stableRequests: count(verdict.counts.stable.requests),
    evidence: factor(verdict.evidence),
    threshold: count(verdict.threshold),
    margin: points(verdict.kind === 'pass' ? next.proven : next.margin),
    proof: factor(Math.exp(next.logE)),
    needed: count(1 / state.settings.beta),
  };
}

/** The smallest margin that all metrics have proven, and the weakest proof of the largest that is still open. */
function nextProof(
  proofs: readonly SafetyProof[],
  enough: number,
): { readonly proven: number; readonly margin: number; readonly logE: number } {
  const open = proofs.filter((proof) => proof.logE < enough);
  const margin = Math.max(0, ...open.map((proof) => proof.margin));
  const closed = proofs.filter((proof) => proof.margin > margin).map((proof) => proof.margin);
  const logE = Math.min(...open.filter((proof) => proof.margin === margin).map((proof) => proof.logE), enough);
  return { proven: closed.length > 0 ? Math.min(...closed) : 1, margin, logE };
}
