/**
 * A bug in the handling of one request must cost that connection and nothing else: what is thrown while bytes are handled ends
 * here. Whoever shares state between connections says how it is put in order again.
 */
type Repair = () => void;

const repairs = new Set<Repair>();

export function onBug(repair: Repair): void {
  repairs.add(repair);
}

export function reportBug(error: unknown): void {
  for (const repair of repairs) repair();
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`connection cut by a bug: ${text}\n`);
}
