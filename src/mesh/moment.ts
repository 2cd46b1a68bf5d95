/**
 * Monotonic milliseconds as of the last event: asking the system anew for every step of a request costs more than some of
 * the steps. Event handlers refresh it; what runs from a timer refreshes it too.
 */
export const moment: { now: number } = { now: performance.now() };

export function refreshMoment(): number {
  moment.now = performance.now();
  return moment.now;
}
