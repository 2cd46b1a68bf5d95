/** Many services with a release each, on one Serin. */
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join, resolve } from 'node:path';
import type { JournalEntry } from '../../src/ports/store.ts';
import { startSerin, until, type Serin } from '../../test/e2e/support/serin.ts';

export const gatewayPort = 8099;

export interface Candidate {
  readonly failPercent?: number;
  readonly mode?: 'serve' | 'crash' | 'refuse';
}

export interface Fleet {
  readonly serin: Serin;
  readonly names: readonly string[];
  /** Percentage of requests that fail in both versions of every service; 0 ends the outage. */
  outage(percent: number): void;
  /** Brings the candidate of every service. */
  bring(candidate: Candidate): Promise<void>;
  /** Outcome of each service's run; undefined while it goes on. */
  outcomes(): Promise<ReadonlyMap<string, RunResult>>;
  journal(run: string): Promise<readonly JournalEntry[]>;
  close(): Promise<void>;
}

export interface RunResult {
  readonly run: string;
  readonly outcome: string | undefined;
}

interface FleetOptions {
  readonly size: number;
  readonly canary: string;
  readonly basePercent?: number;
}

function deployment(name: string, version: string, env: Readonly<Record<string, string>>): object {
  const labels = { app: name, version };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: `${name}-${version}` },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 2,
          containers: [
            {
              name: 'app',
              image: 'bench/pod',
              ports: [{ containerPort: 8080 }],
              env: Object.entries({ VERSION: version, ...env }).map(([key, value]) => ({ name: key, value })),
              readinessProbe: { httpGet: { path: '/health', port: 8080 }, periodSeconds: 1 },
            },
          ],
        },
      },
    },
  };
}

function service(name: string, canary: string): object[] {
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name },
      spec: { selector: { app: name }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
    },
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name },
      spec: {
        hosts: [`${name}.test`],
        gateways: ['bench'],
        http: [{ name: 'primary', route: [{ destination: { host: name } }] }],
      },
    },
    {
      apiVersion: 'serin.dev/v1alpha1',
      kind: 'Release',
      metadata: { name },
      spec: {
        service: name,
        workload: { versions: {} },
        traffic: { istio: { virtualService: { name, routes: ['primary'] } } },
        strategy: { canary: JSON.parse(canary) as unknown },
        onAbort: { keepCandidate: '1s' },
      },
    },
  ];
}

const gateway = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'Gateway',
  metadata: { name: 'bench' },
  spec: { servers: [{ port: { number: gatewayPort, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }] },
};

/** Starts `size` services with a stable version each. `canary` is the strategy's canary block as JSON. */
export async function startFleet({ size, canary, basePercent = 0 }: FleetOptions): Promise<Fleet> {
  const configFile = join(resolve('bench/react'), 'serin.yaml');
  const serin = await startSerin({ config: configFile });
  const outageFile = join(serin.folder, 'outage');
  const env = { OUTAGE_FILE: outageFile };
  const names = Array.from({ length: size }, (_, index) => `svc-${index}`);
  const apply = (objects: readonly object[]): Promise<string> =>
    serin.must(['apply', '-f', '-'], { input: objects.map((object) => JSON.stringify(object)).join('\n---\n') });
  const stable = { ...env, FAIL_PERCENT: String(basePercent) };
  await apply([gateway, ...names.flatMap((name) => [...service(name, canary), deployment(name, 'v1', stable)])]);
  await until(
    'all services to answer',
    async () => {
      const answers = await Promise.all(names.map((name) => fetchStatus(`${name}.test`).catch(() => 0)));
      return answers.every((status) => status === 200 || status === 500) ? true : undefined;
    },
    60_000,
  );
  await until('all releases to be pinned', async () => {
    const { items } = await serin.json<{ items: { status?: { stable?: unknown } }[] }>(['get', 'releases']);
    return items.length === size && items.every((item) => item.status?.stable !== undefined) ? true : undefined;
  });
  return {
    serin,
    names,
    outage: (percent) => writeFileSync(outageFile, String(percent)),
    bring: async ({ failPercent = basePercent, mode = 'serve' }) => {
      await apply(
        names.map((name) => deployment(name, 'v2', { ...env, FAIL_PERCENT: String(failPercent), MODE: mode })),
      );
    },
    outcomes: async () => {
      interface RunItem {
        metadata: { name: string };
        spec: { release: string };
        status?: { outcome?: string };
      }
      const { items } = await serin.json<{ items: RunItem[] }>(['get', 'runs']);
      return new Map(
        items.map((item) => [item.spec.release, { run: item.metadata.name, outcome: item.status?.outcome }]),
      );
    },
    journal: (run) => readJournal(serin.folder, run),
    close: () => serin.close(),
  };
}

/** The run's journal, over the control API. */
async function readJournal(folder: string, run: string): Promise<readonly JournalEntry[]> {
  const { port } = JSON.parse(readFileSync(join(folder, 'engine.json'), 'utf8')) as { port: number };
  const token = readFileSync(join(folder, 'token'), 'utf8').trim();
  const answer = await fetch(`http://127.0.0.1:${port}/v1/journal/run/default/${run}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return ((await answer.json()) as { entries: JournalEntry[] }).entries;
}

async function fetchStatus(host: string): Promise<number> {
  return new Promise((resolveStatus, reject) => {
    const outgoing = request({ host: '127.0.0.1', port: gatewayPort, headers: { host } }, (answer) => {
      answer.resume();
      answer.on('end', () => resolveStatus(answer.statusCode ?? 0));
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}
