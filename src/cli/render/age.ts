/** Spans of time as kubectl prints them: k8s.io/apimachinery duration.HumanDuration. */

import type { Language } from '../../texts/message.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

type Unit = readonly [seconds: number, name: string];

/** `5m10s`, or `5m` where nothing is left over. Units are seconds. */
function two(seconds: number, [large, largeName]: Unit, [small, smallName]: Unit): string {
  const rest = Math.floor((seconds % large) / small);
  return `${Math.floor(seconds / large)}${largeName}${rest === 0 ? '' : `${rest}${smallName}`}`;
}

/** One row a range: below `until` seconds the span is written so. */
const ranges: readonly { readonly until: number; write(seconds: number): string }[] = [
  { until: 2 * MINUTE, write: (s) => `${s}s` },
  { until: 10 * MINUTE, write: (s) => two(s, [MINUTE, 'm'], [1, 's']) },
  { until: 3 * HOUR, write: (s) => `${Math.floor(s / MINUTE)}m` },
  { until: 8 * HOUR, write: (s) => two(s, [HOUR, 'h'], [MINUTE, 'm']) },
  { until: 2 * DAY, write: (s) => `${Math.floor(s / HOUR)}h` },
  { until: 8 * DAY, write: (s) => two(s, [DAY, 'd'], [HOUR, 'h']) },
  { until: 2 * YEAR, write: (s) => `${Math.floor(s / DAY)}d` },
  { until: 8 * YEAR, write: (s) => two(s, [YEAR, 'y'], [DAY, 'd']) },
];

/** E.g. `45s`, `5m10s`, `3h20m`, `6d`. */
export function span(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  const range = ranges.find(({ until }) => seconds < until);
  return range === undefined ? `${Math.floor(seconds / YEAR)}y` : range.write(seconds);
}

const units: Readonly<Record<string, string>> = { s: '秒', m: '分', h: '小时', d: '天', y: '年' };

/** As `span`, for sentences: tables have `5m10s` in every language, a Chinese sentence says 5分10秒. */
export function spanIn(language: Language, ms: number): string {
  const text = span(ms);
  return language === 'en' ? text : text.replace(/(?<=\d)[smhdy]/g, (unit) => units[unit] ?? unit);
}

/** Age of an RFC 3339 time; `<unknown>` where there is none. */
export function age(time: string | undefined, now: number): string {
  const at = time === undefined ? Number.NaN : Date.parse(time);
  return Number.isNaN(at) ? '<unknown>' : span(now - at);
}
