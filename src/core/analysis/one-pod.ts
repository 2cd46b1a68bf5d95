/** Is it the version that fails, or one of its pods? */

export interface FailingPod {
  readonly pod: string;
  /** Its part of the failures, 0–1. */
  readonly part: number;
  readonly failures: number;
  readonly pods: number;
}

const mostPart = 0.8;
const fewestFailures = 5;
/** Requests that the other pods must have answered before they count as healthy. */
const fewestElsewhere = 5;

/**
 * The pod with more than 80 % of the failures where other pods had their chance to fail too. Requests for which no pod
 * could be chosen (`''`) are nobody's fault here.
 */
export function failingPod(
  pods: Readonly<Record<string, { readonly requests: number; readonly failures: number }>>,
): FailingPod | undefined {
  const known = Object.entries(pods).filter(([pod]) => pod !== '');
  const failures = known.reduce((sum, [, counts]) => sum + counts.failures, 0);
  if (known.length < 2 || failures < fewestFailures) return undefined;
  for (const [pod, counts] of known) {
    const elsewhere = known.reduce((sum, [other, its]) => (other === pod ? sum : sum + its.requests), 0);
    const part = counts.failures / failures;
    if (part > mostPart && elsewhere >= fewestElsewhere) return { pod, part, failures, pods: known.length };
  }
  return undefined;
}
