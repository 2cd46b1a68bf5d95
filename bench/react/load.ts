/** Open-loop load on many services through one gateway, counted by the client. */
import { Agent, request } from 'node:http';

export interface VersionTally {
  requests: number;
  failures: number;
  firstFailureAt: number | null;
  /** When the last request was sent that this version answered, ms since 1970. */
  lastSentAt: number;
}

/** What the callers of one service saw. A request without an answer, or that the mesh answered, counts as `none`. */
export interface ServiceTally {
  readonly host: string;
  readonly versions: Map<string, VersionTally>;
}

export interface Load {
  readonly tallies: readonly ServiceTally[];
  stop(): Promise<void>;
}

function count(tally: ServiceTally, version: string, at: { readonly sentAt: number; readonly failed: boolean }): void {
  const entry = tally.versions.get(version) ?? { requests: 0, failures: 0, firstFailureAt: null, lastSentAt: 0 };
  entry.requests += 1;
  if (at.failed) {
    entry.failures += 1;
    entry.firstFailureAt ??= at.sentAt;
  }
  entry.lastSentAt = Math.max(entry.lastSentAt, at.sentAt);
  tally.versions.set(version, entry);
}

/** Sends `rps` requests a second to each host until stopped, at most `limitMs`. */
export function startLoad(options: {
  readonly port: number;
  readonly hosts: readonly string[];
  readonly rps: number;
  readonly limitMs: number;
}): Load {
  const { port, hosts, rps, limitMs } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: 512 });
  const tallies = hosts.map((host): ServiceTally => ({ host, versions: new Map() }));
  const sent = hosts.map(() => 0);
  const startedAt = Date.now();
  let open = 0;
  const send = (tally: ServiceTally): void => {
    const sentAt = Date.now();
    open += 1;
    let done = false;
    const finish = (version: string, failed: boolean): void => {
      if (done) return;
      done = true;
      open -= 1;
      count(tally, version, { sentAt, failed });
    };
    const outgoing = request(
      { host: '127.0.0.1', port, agent, headers: { host: tally.host }, timeout: 10_000 },
      (answer) => {
        const by = answer.headers['x-served-by'];
        answer.resume();
        answer.on('close', () => finish(typeof by === 'string' ? by : 'none', (answer.statusCode ?? 0) >= 500));
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error('timeout')));
    outgoing.on('error', () => finish('none', true));
    outgoing.end();
  };
  const pump = setInterval(() => {
    const elapsed = Date.now() - startedAt;
    if (elapsed > limitMs) clearInterval(pump);
    tallies.forEach((tally, index) => {
      // Services take turns within the interval, so that they do not all send at the same instant.
      const due = Math.floor((elapsed / 1000) * rps + index / tallies.length);
      for (let already = sent[index] ?? 0; already < due; already += 1) send(tally);
      sent[index] = Math.max(sent[index] ?? 0, due);
    });
  }, 4);
  return {
    tallies,
    stop: async () => {
      clearInterval(pump);
      const giveUpAt = Date.now() + 2000;
      while (open > 0 && Date.now() < giveUpAt) await new Promise((wake) => setTimeout(wake, 20));
      agent.destroy();
    },
  };
}
