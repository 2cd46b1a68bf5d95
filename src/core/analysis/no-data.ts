/** Is there anything to judge? Silence decides nothing: it holds, and says since when. */

/** This many requests of the candidate must be missing before its silence means something. */
const missingRequests = 10;
/** Both arms without a request for this long: clocks stand still. */
const quietMs = 10_000;

export interface SilenceState {
  /** When the candidate's share became positive or its last request was counted; milliseconds since 1970, 0 = not yet. */
  readonly candidateAt: number;
  readonly anyAt: number;
  /** Requests that the candidate should have had since then. */
  readonly missing: number;
}

export interface SilenceLook {
  readonly now: number;
  readonly share: number;
  readonly stable: number;
  readonly candidate: number;
}

export type Silence = 'none' | 'candidate' | 'both';

export function startSilence(): SilenceState {
  return { candidateAt: 0, anyAt: 0, missing: 0 };
}

export function updateSilence(state: SilenceState, look: SilenceLook): SilenceState {
  const { now, share } = look;
  const any = look.stable + look.candidate > 0 || state.anyAt === 0;
  const anyAt = any ? now : state.anyAt;
  if (share <= 0 || look.candidate > 0 || state.candidateAt === 0) return { candidateAt: now, anyAt, missing: 0 };
  const odds = share < 1 ? share / (1 - share) : 0;
  return { candidateAt: state.candidateAt, anyAt, missing: state.missing + odds * look.stable };
}

export function silenceOf(state: SilenceState, now: number): Silence {
  if (state.missing >= missingRequests) return 'candidate';
  return state.anyAt > 0 && now - state.anyAt >= quietMs ? 'both' : 'none';
}
