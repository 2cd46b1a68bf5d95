/** Requests at a steady rate whether or not answers come back, as users send them; every single one is remembered. */
import { Agent, request } from 'node:http';

export interface Sent {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly doneAt: number;
  /** Version that answered; undefined where none did. */
  readonly by: string | undefined;
  readonly pod: string | undefined;
  /** 0 = no answer. */
  readonly status: number;
  readonly error?: string;
}

export interface Traffic {
  readonly log: readonly Sent[];
  /** Stops sending, waits for what is under way, and gives everything in the order of sending. */
  stop(): Promise<readonly Sent[]>;
}

export function failures(log: readonly Sent[]): readonly Sent[] {
  return log.filter(({ status }) => status !== 200);
}

export function startTraffic(url: string, rps: number): Traffic {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  const log: Sent[] = [];
  const startedAt = Date.now();
  let sent = 0;
  let inFlight = 0;
  let onQuiet = (): void => undefined;

  const send = (): void => {
    const at = Date.now();
    inFlight += 1;
    let isDone = false;
    const done = (rest: Omit<Sent, 'at' | 'doneAt'>): void => {
      if (isDone) return;
      isDone = true;
      inFlight -= 1;
      log.push({ at, doneAt: Date.now(), ...rest });
      if (inFlight === 0) onQuiet();
    };
    const broken = (error: string): void => done({ by: undefined, pod: undefined, status: 0, error });
    const outgoing = request(url, { agent, timeout: 15_000 }, (answer) => {
      const text = (name: string): string | undefined => answer.headers[name]?.toString();
      answer.resume();
      answer.on('end', () => done({ by: text('x-served-by'), pod: text('x-pod'), status: answer.statusCode ?? 0 }));
      answer.on('close', () => broken('the answer was cut off'));
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer for 15 s')));
    outgoing.on('error', (error) => broken(error.message));
    outgoing.end();
  };
  const pump = setInterval(() => {
    const due = Math.floor(((Date.now() - startedAt) / 1000) * rps);
    for (; sent < due; sent += 1) send();
  }, 5);

  return {
    log,
    stop: async () => {
      clearInterval(pump);
      if (inFlight > 0) await new Promise<void>((resolve) => (onQuiet = resolve));
      agent.destroy();
      return log.toSorted((a, b) => a.at - b.at);
    },
  };
}
