/** RFC 3339 times as numbers and back, without a clock. */
import { calendarOf, DAY_MS, daysFromCivil } from './calendar.ts';

const form = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/** Milliseconds since 1970; undefined where the text is no RFC 3339 time. */
export function parseTime(text: string): number | undefined {
  const found = form.exec(text);
  if (found === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1, 7).map(Number);
  const fraction = Number(`0.${found[7] ?? '0'}`);
  const offset = (found[8] === '-' ? -1 : 1) * (Number(found[9] ?? 0) * 60 + Number(found[10] ?? 0));
  const time = ((hour * 60 + minute - offset) * 60 + second) * 1000;
  return daysFromCivil(year, month, day) * DAY_MS + time + Math.floor(fraction * 1000 + 1e-6);
}

/** As `Date.prototype.toISOString` writes it, e.g. `2026-01-01T00:00:00.000Z`. */
export function formatTime(ms: number): string {
  const days = Math.floor(ms / DAY_MS);
  const rest = Math.floor(ms - days * DAY_MS);
  const { year, month, day } = calendarOf(days);
  const two = (value: number): string => String(value).padStart(2, '0');
  const clock = `${two(Math.floor(rest / 3_600_000))}:${two(Math.floor(rest / 60_000) % 60)}:${two(Math.floor(rest / 1000) % 60)}`;
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${clock}.${String(rest % 1000).padStart(3, '0')}Z`;
}
