/** Moments as text without a clock or a calendar object: UTC, proleptic Gregorian. */

const DAY_MS = 86_400_000;

interface Calendar {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** Day of the calendar; `days` since 1970-01-01 (H. Hinnant, chrono-compatible date algorithms). */
function calendarOf(days: number): Calendar {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

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
