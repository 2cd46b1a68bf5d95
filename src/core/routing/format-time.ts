/** Moments as text. */
import { calendarOf, DAY_MS } from '../model/calendar.ts';

/**
 * `strftime` with Envoy's additions: `%Y %m %d %H %M %S %T %F %s`, `%3f %6f %9f` (fractions) and `%E3S` (seconds with a
 * fraction). Anything else stays as written.
 */
export function formatTime(atMs: number, pattern: string): string {
  const days = Math.floor(atMs / DAY_MS);
  const date = calendarOf(days);
  const ofDay = Math.floor(atMs) - days * DAY_MS;
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const hours = two(ofDay / 3_600_000);
  const minutes = two((ofDay / 60_000) % 60);
  const seconds = two((ofDay / 1000) % 60);
  const fraction = (digits: number): string =>
    String(ofDay % 1000)
      .padStart(3, '0')
      .padEnd(digits, '0')
      .slice(0, digits);
  const day = `${String(date.year).padStart(4, '0')}-${two(date.month)}-${two(date.day)}`;
  return pattern.replace(/%(?:E(\d)S|(\d)f|([A-Za-z%]))/g, (found, ...groups: (string | undefined)[]) => {
    const [exact, digits, letter] = groups;
    if (exact !== undefined) return exact === '0' ? seconds : `${seconds}.${fraction(Number(exact))}`;
    if (digits !== undefined) return fraction(Number(digits));
    const simple: Readonly<Record<string, string>> = {
      Y: String(date.year).padStart(4, '0'),
      m: two(date.month),
      d: two(date.day),
      H: hours,
      M: minutes,
      S: seconds,
      T: `${hours}:${minutes}:${seconds}`,
      F: day,
      s: String(Math.floor(atMs / 1000)),
      f: fraction(9),
      '%': '%',
    };
    return (letter === undefined ? undefined : simple[letter]) ?? found;
  });
}
