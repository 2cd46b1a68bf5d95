/**
 * The judge of one run: every look adds what was counted since the last one and answers with a verdict. Evidence of harm
 * never starts anew within a run; proof of safety is carried over from weight to weight.
 */
import type { ArmCounts, TallyPair } from './counts.ts';
import { badRate, noCounts, noRequests } from './counts.ts';
import { evidenceOf, takeIn, usedShare } from './evidence.ts';
import { findingsOf } from './findings.ts';
import { errorAlternatives, startHarm } from './harm.ts';
import type { JudgeSettings } from './judge-settings.ts';
import type { Judgement, JudgeLook, JudgeState } from './judge-state.ts';
import { startLatency } from './latency.ts';
import { isMismatch, startMismatch } from './mismatch.ts';
import { silenceOf, startSilence } from './no-data.ts';
import { marginAt } from './pace-settings.ts';
import { startSafety } from './safety.ts';
import { verdictSentence } from './sentences.ts';
import type { Finding, SafetyProof, Verdict, VerdictKind } from './verdict.ts';

/** Evidence above this is not told apart any more; it keeps the number in JSON. */
const mostEvidence = 1e12;

export function startJudge(settings: JudgeSettings): JudgeState {
  const nothing: TallyPair = { stable: noRequests, candidate: noRequests };
  const safety = settings.margins.map(() => startSafety());
  return {
    settings,
    errors: startHarm({ alternatives: errorAlternatives, history: settings.history, placed: 0.5 }),
    ...(settings.latency && { latency: startLatency() }),
    safety: { errors: safety, ...(settings.latency && { latency: safety }) },
    mismatch: startMismatch(),
    silence: startSilence(),
    stay: { share: 0, previous: 0, since: 0, activeMs: 0, counts: nothing },
    counts: nothing,
    slow: nothing,
    recent: { ...nothing, since: 0 },
    pending: { stable: noCounts, elapsedMs: 0 },
    minute: { errors: noRequests, slow: noRequests, slowEver: { requests: 100, bad: 1 } },
    candidatePods: {},
    findings: [],
  };
}

/** Total: bad counts give the verdict `error` and leave the evidence as it was. */
export function judge(state: JudgeState, look: JudgeLook): Judgement {
  const sound = isSound(look.stable) && isSound(look.candidate) && look.share >= 0 && look.share <= 1;
  const counted = sound ? takeIn(state, look) : state;
  const findings = findingsOf(counted, { ...look, sound });
  const verdict = state.verdict?.kind === 'fail' ? state.verdict : pronounce(counted, look, findings);
  const next: JudgeState = { ...counted, verdict, findings };
  return { state: next, verdict, findings };
}

function isSound(counts: ArmCounts): boolean {
  const numbers = [counts.requests, counts.failures, ...counts.latency];
  return numbers.every((number) => Number.isFinite(number) && number >= 0) && counts.failures <= counts.requests;
}

function pronounce(state: JudgeState, look: JudgeLook, findings: readonly Finding[]): Verdict {
  const { settings } = state;
  const { logE, metrics } = evidenceOf(state);
  const harmful = logE >= Math.log(1 / settings.alpha) && isTrustworthy(state);
  const kind = harmful ? 'fail' : kindOf(state, look, findings);
  const bare: Omit<Verdict, 'sentence'> = {
    kind,
    at: look.now,
    evidence: Math.min(mostEvidence, Math.exp(logE)),
    threshold: 1 / settings.alpha,
    logE,
    phi: settings.errors.phi,
    share: look.share,
    usedShare: usedShare(state, look),
    counts: state.counts,
    recent: { stable: state.recent.stable, candidate: state.recent.candidate },
    metrics,
    safety: proofsOf(state),
  };
  return { ...bare, sentence: verdictSentence(state, bare, findings) };
}

export function proofsOf(state: JudgeState): readonly SafetyProof[] {
  const { settings, safety } = state;
  const proofs = (metric: 'errors' | 'latency'): readonly SafetyProof[] =>
    (safety[metric] ?? []).map((one, index) => ({ metric, margin: settings.margins[index] ?? 1, logE: one.logE }));
  return [...proofs('errors'), ...proofs('latency')];
}

/** Whether every gating metric is shown to be within the margin. A proof for a smaller margin proves a larger one. */
export function isProven(state: JudgeState, margin: number): boolean {
  const enough = Math.log(1 / state.settings.beta);
  const proofs = proofsOf(state).filter((proof) => proof.logE >= enough && proof.margin <= margin + 1e-12);
  const gates = state.settings.latency ? ['errors', 'latency'] : ['errors'];
  return gates.every((metric) => proofs.some((proof) => proof.metric === metric));
}

function kindOf(state: JudgeState, look: JudgeLook, findings: readonly Finding[]): VerdictKind {
  if (findings.some((one) => one.kind === 'stale' || one.kind === 'invalidCounts')) return 'error';
  if (look.share > 0 && silenceOf(state.silence, look.now) !== 'none') return 'noData';
  if (state.stay.counts.candidate.requests === 0) return 'noData';
  if (isMismatch(state.mismatch)) return 'inconclusive';
  return isProven(state, marginAt(state.stay.share * 100, state.settings.limits)) ? 'pass' : 'inconclusive';
}

/** While the share is wrong, evidence alone does not take back: the candidate must visibly fail more than is tolerated. */
function isTrustworthy(state: JudgeState): boolean {
  if (!isMismatch(state.mismatch)) return true;
  const { ratio, tolerance } = state.settings.errors;
  return badRate(state.recent.candidate) > ratio * badRate(state.recent.stable) + tolerance;
}
