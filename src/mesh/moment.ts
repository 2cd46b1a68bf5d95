/**
 * Time as of the last event: asking the system anew for every step of a request costs more than some of the steps. Event
 * handlers refresh it; what runs from a timer refreshes it too.
 */
interface Moment {
  /** Monotonic milliseconds. */
  now: number;
  /** What has to be added for milliseconds since 1970. */
  offset: number;
}

export const moment: Moment = { now: performance.now(), offset: performance.timeOrigin };

export function refreshMoment(): number {
  moment.now = performance.now();
  return moment.now;
}

/** Takes over corrections of the system's clock; once a second is enough. */
export function followClock(): void {
  moment.offset = Date.now() - refreshMoment();
}

/** Whole milliseconds since 1970. */
export function wallMoment(): number {
  return Math.floor(moment.now + moment.offset);
}
