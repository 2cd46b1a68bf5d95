import { STATUS_CODES } from 'node:http';

/** Reason phrase of a status as Envoy writes it; upstream's own phrase is not passed on. */
export function reasonOf(status: number): string {
  return STATUS_CODES[status] ?? 'Unknown';
}
