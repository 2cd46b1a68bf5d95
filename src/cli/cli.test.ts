import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { ApiFixture } from '../../test/support/api-server.ts';
import { openApi } from '../../test/support/api-server.ts';
import type { Invocation, Outcome } from '../../test/support/command-line.ts';
import { serin as run, serinHere } from '../../test/support/command-line.ts';
import type { KubeObject, NewObject } from '../core/model/meta.ts';
import type { Command } from '../core/model/run.ts';
import { displayWidth } from './render/width.ts';

let api: ApiFixture;
const serin = (args: readonly string[], options: Invocation = {}): Promise<Outcome> =>
  run(args, { data: api.folder, ...options });
/** The same without a process of its own, where only words and codes matter. */
const quick = (args: readonly string[], options: Invocation = {}): Promise<Outcome> =>
  serinHere(args, { data: api.folder, ...options });

const template = (app: string) => ({
  metadata: { labels: { app, version: 'v1' } },
  spec: { containers: [{ name: 'main', image: `${app}:1` }] },
});

/** Several commands change these; each test names its own. */
const seeds: readonly NewObject[] = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'reviews', namespace: 'default', labels: { app: 'reviews' } },
    spec: {
      type: 'NodePort',
      clusterIP: '127.33.0.7',
      selector: { app: 'reviews' },
      ports: [{ name: 'http', port: 9080, nodePort: 30080 }],
    },
  } as NewObject,
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'reviews-v1', namespace: 'default', labels: { app: 'reviews' } },
    spec: { replicas: 2, selector: { matchLabels: { app: 'reviews' } }, template: template('reviews') },
  } as NewObject,
  ...['reviews-v1-a', 'reviews-v1-b'].map(
    (name) =>
      ({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'default', labels: { app: 'reviews', version: 'v1' } },
        spec: { containers: [{ name: 'main', image: 'reviews:1' }] },
      }) as NewObject,
  ),
  {
    apiVersion: 'serin.dev/v1alpha1',
    kind: 'Release',
    metadata: { name: 'reviews', namespace: 'default' },
    spec: {
      service: 'reviews',
      workload: { versions: {} },
      strategy: { canary: { steps: [{ weight: 5 }, { weight: 100 }] } },
    },
  } as NewObject,
  {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'e1', namespace: 'default' },
    type: 'Warning',
    reason: 'BackOff',
    message: '容器反复退出',
    involvedObject: { kind: 'Pod', namespace: 'default', name: 'reviews-v1-b' },
    count: 3,
    firstTimestamp: new Date(Date.now() - 300_000).toISOString(),
    lastTimestamp: new Date(Date.now() - 65_000).toISOString(),
    source: { component: 'supervisor' },
  } as NewObject,
];

async function setStatus(kind: string, name: string, status: unknown): Promise<void> {
  const object = await api.store.get({ kind, namespace: 'default', name });
  await api.store.write([{ op: 'status', object: { ...object, status } as unknown as KubeObject }]);
}

beforeAll(async () => {
  api = await openApi();
  await api.store.write(seeds.map((object) => ({ op: 'create', object })));
  const container = { name: 'main', image: 'reviews:1', restartCount: 0 };
  const running = { ...container, ready: true, state: { running: { startedAt: '2026-01-01T00:00:00Z' } } };
  const crashed = {
    ...container,
    ready: false,
    restartCount: 3,
    state: { waiting: { reason: 'CrashLoopBackOff' } },
    lastState: {
      terminated: { exitCode: 1, reason: 'Error', finishedAt: new Date(Date.now() - 60_000).toISOString() },
    },
  };
  await setStatus('Pod', 'reviews-v1-a', { phase: 'Running', podIP: '127.64.0.1', containerStatuses: [running] });
  await setStatus('Pod', 'reviews-v1-b', { phase: 'Running', podIP: '127.64.0.2', containerStatuses: [crashed] });
  await setStatus('Deployment', 'reviews-v1', {
    replicas: 2,
    readyReplicas: 1,
    updatedReplicas: 2,
    availableReplicas: 1,
    conditions: [
      {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'enough',
        lastTransitionTime: '2026-01-01T00:00:00Z',
      },
    ],
  });
  await setStatus('Release', 'reviews', {
    phase: 'stepping',
    stable: { version: 'v1', hash: 'a', deployment: 'reviews-v1', ready: 2, wanted: 2 },
    candidate: { version: 'v2', hash: 'b', deployment: 'reviews-v2', ready: 1, wanted: 1 },
    desiredWeight: 5,
    observedWeight: 4.87,
    message: '候选版等待批准',
  });
});
afterAll(() => api.close());

describe('get', () => {
  test('pods as kubectl shows them', async () => {
    const { code, out } = await serin(['get', 'po', '-l', 'app=reviews']);
    expect(code).toBe(0);
    const lines = out.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^NAME {11}READY {3}STATUS {13}RESTARTS {6,7}AGE$/);
    expect(lines[1]).toMatch(/^reviews-v1-a {3}1\/1 {5}Running {12}0 {13,14}\d+s$/);
    expect(lines[2]).toMatch(/^reviews-v1-b {3}0\/1 {5}CrashLoopBackOff {3}3 \(\d+s ago\) {3}\d+s$/);
  });

  test('services, deployments, wide', async () => {
    expect((await serin(['get', 'svc'])).out).toMatch(
      /^NAME +TYPE +CLUSTER-IP +EXTERNAL-IP +PORT\(S\) +AGE\nreviews +NodePort +127\.33\.0\.7 +<none> +9080:30080\/TCP +\d+s\n$/,
    );
    expect((await serin(['get', 'deployments.apps', '-o', 'wide'])).out).toMatch(
      /^NAME +READY +UP-TO-DATE +AVAILABLE +AGE +CONTAINERS +IMAGES +SELECTOR\nreviews-v1 +1\/2 +2 +1 +\d+s +main +reviews:1 +app=reviews\n$/,
    );
    expect((await serin(['get', 'po', '-owide'])).out).toContain('127.64.0.1');
  });

  test('several kinds carry their kind in the name', async () => {
    const { out } = await serin(['get', 'all']);
    for (const name of [
      'pod/reviews-v1-a',
      'service/reviews',
      'deployment.apps/reviews-v1',
      'release.serin.dev/reviews',
    ]) {
      expect(out).toContain(name);
    }
    expect(out).toContain('\n\nNAME');
  });

  test('our own kinds: a Chinese sentence does not move the columns', async () => {
    const { out } = await serin(['get', 'rel', '--show-labels']);
    const [head = '', row = ''] = out.split('\n');
    expect(head).toMatch(/^NAME +SERVICE +PHASE +STABLE +CANDIDATE +WEIGHT +OBSERVED +AGE +MESSAGE +LABELS$/);
    const at = (line: string, part: string): number => displayWidth(line.slice(0, line.lastIndexOf(part)));
    expect(at(row, '<none>')).toBe(at(head, 'LABELS'));
    expect(row).toContain('5%');
    expect(row).toContain('4.87%');
  });

  test('formats', async () => {
    const json = JSON.parse((await serin(['get', 'svc', 'reviews', '-o=json'])).out) as KubeObject;
    expect(json).toMatchObject({ kind: 'Service', metadata: { name: 'reviews' } });
    const list = parse((await serin(['get', 'po', '-o', 'yaml'])).out) as { kind: string; items: unknown[] };
    expect(list).toMatchObject({ kind: 'List' });
    expect(list.items).toHaveLength(2);
    expect((await serin(['get', 'deploy,svc', '-o', 'name'])).out).toBe(
      'deployment.apps/reviews-v1\nservice/reviews\n',
    );
    expect((await serin(['get', 'po', '--no-headers', '-L', 'version'])).out).toMatch(
      /^reviews-v1-a .* v1\nreviews-v1-b .* v1\n$/,
    );
  });

  test('namespaces: none here, all of them, cluster-wide kinds', async () => {
    const none = await serin(['get', 'po', '-n', 'shop']);
    expect(none).toMatchObject({ code: 0, out: '', err: 'No resources found in shop namespace.\n' });
    expect((await serin(['-n', 'default', 'get', 'po', '-A'])).out).toMatch(/^NAMESPACE +NAME/);
    expect((await serin(['get', 'ns', 'shop'])).out).toMatch(/^NAME +STATUS +AGE\nshop +Active/);
  });

  test('watching prints every change below the headers', async () => {
    const watching = serin(['get', 'cm', '-w', '-l', 'app=watched'], { until: (out) => out.includes('5 ') });
    const create = async (): Promise<void> => {
      await new Promise((wait) => setTimeout(wait, 700));
      const metadata = { name: 'watched', namespace: 'default', labels: { app: 'watched' } };
      const apply = (data: Record<string, string>) =>
        api.store.write([
          {
            op: 'apply',
            manager: 'test',
            object: { apiVersion: 'v1', kind: 'ConfigMap', metadata, data } as NewObject,
          },
        ]);
      await apply({ a: '1' });
      await apply({ a: '1', b: '2', c: '3', d: '4', e: '5' });
    };
    const [{ out }] = await Promise.all([watching, create()]);
    expect(out).toMatch(/^NAME +DATA +AGE\nwatched +1 +\d+s\nwatched +5 +\d+s\n/);
  });
});

describe('failures', () => {
  test.each([
    [['get', 'po', 'nope'], 3, 'Pod nope does not exist in namespace default'],
    [['get', 'spaceship'], 2, '`spaceship` is no kind of object'],
    [['get'], 2, 'say which object'],
    [['gett', 'po'], 2, 'did you mean `get`?'],
    [['get', 'po', '--nope'], 2, '`--nope` is no option of this command'],
    [['get', 'po', '-o', 'xml'], 2, 'wide, json, yaml, name'],
    [['scale', 'deploy', 'reviews-v1'], 2, '--replicas must be given'],
    [['scale', '--replicas=x', 'deploy', 'reviews-v1'], 2, 'does not fit'],
    [['rollout', 'undo', 'svc/reviews'], 2, 'this works on Deployments'],
    [['rollout', 'nope'], 2, '`nope` is no command'],
    [['delete', 'po'], 2, 'say what to delete'],
    [['pause', 'nope'], 3, 'nope'],
    [['apply', '-f', '/does/not/exist.yaml'], 3, '/does/not/exist.yaml'],
    [['apply'], 2, '-f must be given'],
    [['set-weight', 'reviews', 'much'], 2, 'is no weight that can be set'],
  ])('serin %j exits with %i', async (args, code, text) => {
    const outcome = await quick(args);
    expect(outcome.err).toContain(text);
    expect(outcome.out).toBe('');
    expect(outcome.code).toBe(code);
  });

  test('in Chinese by locale and by --lang', async () => {
    const zh = '命名空间 default 中没有 Pod nope';
    expect((await quick(['get', 'po', 'nope'], { env: { LC_ALL: 'zh_CN.UTF-8' } })).err).toContain(zh);
    expect((await quick(['get', 'po', 'nope', '--lang', 'zh'])).err).toContain(zh);
    expect((await quick(['--lang=zh', 'gett'])).err).toMatch(/没有命令 `gett`[\s\S]*怎么办：/);
    expect((await quick(['get', 'po', 'nope', '--lang', 'en'], { env: { LC_ALL: 'zh_CN' } })).err).toContain(
      'does not exist',
    );
  });

  test('without a control plane, it says what to do', async () => {
    const { code, err } = await serin(['get', 'po', '--data', join(api.folder, 'empty')]);
    expect(code).toBe(7);
    expect(err).toContain('serin up');
  });

  test('a manifest with mistakes: place, expectation, remedy, and nothing is applied', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'serin-cli-'));
    const file = join(folder, 'bad.yaml');
    writeFileSync(
      file,
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: fine}\n---\napiVersion: v1\nkind: Service\nmetadata:\n  name: s\nspec:\n  prots: []\n',
    );
    const { code, err } = await serin(['apply', '-f', file]);
    expect(code).toBe(2);
    expect(err).toContain(`${file}:10:3`);
    expect(err).toContain('prots');
    expect((await serin(['get', 'cm', 'fine'])).code).toBe(3);
    rmSync(folder, { recursive: true });
  });
});

describe('changes', () => {
  const manifest = (value: string): string =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {color: ${value}}\n`;

  test('apply, again, patch, label, delete', async () => {
    expect((await serin(['apply', '-f', '-'], { input: manifest('red') })).out).toBe('configmap/settings created\n');
    expect((await serin(['apply', '-f', '-'], { input: manifest('red') })).out).toBe('configmap/settings unchanged\n');
    const dry = await serin(['apply', '--dry-run', '-f', '-'], { input: manifest('blue') });
    expect(dry.out).toContain('(dry run)');
    expect((await serin(['apply', '-f', '-', '-o', 'json'], { input: manifest('blue') })).out).toContain('"blue"');
    const patched = await serin(['patch', 'cm', 'settings', '-p', '{"data":{"size":"9"}}', '-o', 'json']);
    expect(JSON.parse(patched.out)).toMatchObject({ data: { color: 'blue', size: '9' } });
    expect((await serin(['label', 'cm', 'settings', 'tier=back'])).out).toBe('configmap/settings labeled\n');
    const taken = await serin(['label', 'cm', 'settings', 'tier=front']);
    expect(taken).toMatchObject({ code: 4 });
    expect(taken.err).toContain('--overwrite');
    expect((await serin(['label', 'cm/settings', 'tier-'])).code).toBe(0);
    expect((await serin(['get', 'cm', 'settings', '--show-labels', '--no-headers'])).out).toContain('<none>');
    expect((await serin(['delete', 'cm', 'settings'])).out).toBe('configmap "settings" deleted\n');
    expect((await serin(['delete', 'cm', 'settings'])).code).toBe(3);
    expect((await serin(['delete', 'cm', 'settings', '--ignore-not-found'])).code).toBe(0);
  });

  test('create takes a namespace or a file, once', async () => {
    expect((await serin(['create', 'ns', 'once'])).out).toBe('namespace/once created\n');
    expect((await serin(['create', 'ns', 'once'])).code).toBe(4);
    expect((await serin(['create', '-n', 'once', '-f', '-'], { input: manifest('x') })).code).toBe(0);
    expect((await serin(['create', '-n', 'once', '-f', '-'], { input: manifest('x') })).code).toBe(4);
    const removed = await serin(['delete', '-n', 'once', '-f', '-'], { input: manifest('x') });
    expect(removed.out).toBe('configmap "settings" deleted\n');
  });

  test('the lines of articles: scale, patch a Service, pause, image, delete by label', async () => {
    const deployment = (name: string): string =>
      JSON.stringify({
        apiVersion: 'extensions/v1beta1',
        kind: 'Deployment',
        metadata: { name, labels: { app: name } },
        spec: { replicas: 1, template: template(name) },
      });
    const service = (name: string): string =>
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name, labels: { app: name } },
        spec: { selector: { app: name, version: 'v1' }, ports: [{ port: 80 }] },
      });
    const input = `${deployment('my-app')}\n---\n${service('my-app')}`;
    const applied = await serin(['apply', '--record', '-f', '-'], { input });
    expect(applied.out).toBe('deployment.apps/my-app created\nservice/my-app created\n');
    expect(applied.err).toContain('note:');
    expect((await serin(['scale', '--replicas=10', 'deploy', 'my-app'])).out).toBe('deployment.apps/my-app scaled\n');
    expect((await serin(['get', 'deploy', 'my-app'])).out).toContain('0/10');
    expect((await serin(['scale', '--current-replicas=3', '--replicas=1', 'deploy/my-app'])).code).toBe(5);
    const selector = '{"spec":{"selector":{"version":"v2"}}}';
    expect((await serin(['patch', 'service', 'my-app', '-p', selector])).out).toBe('service/my-app patched\n');
    expect((await serin(['get', 'svc', 'my-app', '-o', 'wide'])).out).toContain('app=my-app,version=v2');
    expect((await serin(['set', 'image', 'deploy/my-app', 'main=my-app:2'])).out).toBe(
      'deployment.apps/my-app image updated\n',
    );
    expect((await serin(['rollout', 'pause', 'deploy', 'my-app'])).out).toBe('deployment.apps/my-app paused\n');
    expect((await serin(['rollout', 'undo', 'deploy', 'my-app'])).code).toBe(5);
    expect((await serin(['rollout', 'resume', 'deploy/my-app'])).out).toBe('deployment.apps/my-app resumed\n');
    expect((await serin(['rollout', 'status', 'deployment/my-app', '--watch', 'false'])).code).toBe(0);
    expect((await serin(['rollout', 'status', 'deployment/my-app', '--timeout', '300ms'])).code).toBe(8);
    expect((await serin(['rollout', 'history', 'deploy/my-app'])).out).toMatch(/^deployment.apps\/my-app\nREVISION/);
    const cause = JSON.parse((await serin(['get', 'deploy', 'my-app', '-o', 'json'])).out) as KubeObject;
    expect(cause.metadata.annotations?.['kubernetes.io/change-cause']).toBe('serin apply --record -f -');
    const deleted = await serin(['delete', 'all', '-l', 'app=my-app']);
    expect(deleted.out).toContain('deployment.apps "my-app" deleted');
    expect(deleted.out).toContain('service "my-app" deleted');
    expect((await serin(['get', 'all', '-l', 'app=my-app'])).out).toBe('');
  });
});

describe('pages', () => {
  test('status, in words and as data', async () => {
    const { out, code } = await serin(['status']);
    expect(code).toBe(0);
    expect(out).toContain('ready, version 1.2.3');
    expect(out).toContain('1 of 1 workers live');
    expect(out).toMatch(/1 Running, 1 CrashLoopBackOff/);
    expect(out).toContain('(moved from port 80)');
    expect((await serin(['status', '--lang', 'zh'])).out).toContain('控制平面');
    expect(JSON.parse((await serin(['status', '-o', 'json'])).out)).toMatchObject({ engine: { state: 'ready' } });
  });

  test('describe shows fields, conditions and events', async () => {
    const pod = (await serin(['describe', 'po', 'reviews-v1-b'])).out;
    expect(pod).toMatch(/Name: +reviews-v1-b/);
    expect(pod).toMatch(/Warning +BackOff +\S+ \(x3\) +容器反复退出/);
    expect((await serin(['describe', 'deploy/reviews-v1'])).out).toMatch(/Available +True .*MinimumReplicasAvailable/);
  });

  test('events by object and type', async () => {
    expect((await serin(['events', '--for', 'pod/reviews-v1-b'])).out).toMatch(
      /\d+s +Warning +BackOff +pod\/reviews-v1-b/,
    );
    expect((await serin(['events', '--types=Normal'])).out).toBe('');
  });

  test('logs of a pod, of a Deployment, of a label', async () => {
    api.podLogs.set('reviews-v1-a', ['one', 'two']);
    api.podLogs.set('reviews-v1-b', ['three']);
    expect((await serin(['logs', 'reviews-v1-a'])).out).toBe('one\ntwo\n');
    expect((await serin(['logs', '--tail=1', 'reviews-v1-a'])).out).toBe('two\n');
    const chosen = await serin(['logs', 'deploy/reviews-v1']);
    expect(chosen).toMatchObject({ out: 'one\ntwo\n', err: 'Found 2 pods, using pod/reviews-v1-a\n' });
    const all = await serin(['logs', '-l', 'app=reviews', '--prefix']);
    expect(all.out.trim().split('\n').toSorted()).toEqual([
      '[pod/reviews-v1-a] one',
      '[pod/reviews-v1-a] two',
      '[pod/reviews-v1-b] three',
    ]);
    const following = await serin(['logs', '-f', 'reviews-v1-a'], { until: (out) => out.includes('two') });
    expect(following.out).toBe('one\ntwo\n');
    expect((await serin(['logs', 'nope'])).code).toBe(3);
  });

  test('plan of a stored release and of a file', async () => {
    const { out, code } = await serin(['plan', 'reviews']);
    expect(code).toBe(0);
    expect(out).toMatch(/^release reviews: canary, \d steps\n {2}1\. /);
    expect((await serin(['plan', 'rel/reviews', '--lang', 'zh'])).out).toContain('共');
    const input = JSON.stringify(seeds.find(({ kind }) => kind === 'Release'));
    expect((await serin(['plan', '-f', '-', '-o', 'json'], { input })).out).toContain('"steps"');
  });

  test('watch: one JSON object a line', async () => {
    const { out } = await serin(['watch', 'reviews', '-o', 'json'], { until: (text) => text.includes('\n') });
    expect(JSON.parse(out.split('\n')[0] ?? '')).toMatchObject({ name: 'reviews', service: 'reviews' });
  });

  test('history and why of a release that never ran', async () => {
    expect(await serin(['history', 'reviews'])).toMatchObject({ code: 0, err: 'no run yet\n' });
    expect((await serin(['why', 'reviews'])).code).toBe(3);
  });

  test('version', async () => {
    expect(JSON.parse((await serin(['version', '-o', 'json'])).out)).toMatchObject({ server: '1.2.3' });
    expect((await serin(['version', '--data', '/nowhere'])).out).toContain('not running');
  });

  test('down asks the control plane to stop, and waits until its process is gone', async () => {
    const child = spawn('sleep', ['60']);
    const engine = join(api.folder, 'engine.json');
    const before = readFileSync(engine, 'utf8');
    writeFileSync(engine, JSON.stringify({ ...(JSON.parse(before) as object), pid: child.pid }));
    const outcome = serin(['down', '--keep-pods']);
    await expect.poll(() => api.stops, { timeout: 10_000 }).toEqual([{ keepPods: true }]);
    child.kill();
    expect(await outcome).toMatchObject({ code: 0, out: 'The control plane is stopped; pods and mesh go on.\n' });
    writeFileSync(engine, before);
  });
});

describe('commands to a release', () => {
  /** Stands in for the release controller: answers the next command. */
  async function answerNext(status: {
    readonly result: 'accepted' | 'refused';
    readonly message: string;
  }): Promise<void> {
    const { resourceVersion } = await api.store.list('Command');
    const subscription = api.store.watch(
      { kinds: ['Command'], since: resourceVersion },
      {
        onEvent: ({ type, object }) => {
          if (type !== 'added') return;
          subscription.close();
          const at = new Date().toISOString();
          void api.store.write([{ op: 'status', object: { ...object, status: { ...status, at } } as KubeObject }]);
        },
        onLost: () => undefined,
      },
    );
  }

  test('the answer of the controller is shown, with who and why stored', async () => {
    await answerNext({ result: 'accepted', message: 'v1 gets everything' });
    const accepted = await serin(['abort', 'reviews', '--reason', '结账出错'], { env: { SERIN_USER: 'mei' } });
    expect(accepted).toMatchObject({ code: 0, out: 'reviews: v1 gets everything\n' });
    const { items } = await api.store.list<Command>('Command');
    expect(items[0]?.spec).toEqual({ release: 'reviews', verb: 'abort', by: 'mei', reason: '结账出错' });
  });

  test('a refusal is exit code 5, with the reason', async () => {
    await answerNext({ result: 'refused', message: 'nothing is on trial' });
    const refused = await serin(['abort', 'rel/reviews']);
    expect(refused.code).toBe(5);
    expect(refused.err).toContain('nothing is on trial');
  });

  test('what cannot be asked for is refused before anything is stored', async () => {
    const { code, err } = await serin(['pause', 'reviews']);
    expect(code).toBe(5);
    expect(err).toContain('Release default/reviews');
  });
});

describe('completion', () => {
  test.each(['bash', 'zsh', 'fish'])('a script for %s', async (shell) => {
    expect((await serin(['completion', shell])).out).toContain('serin __complete');
  });

  test.each([
    [['ge'], 'get'],
    [['rollout', ''], 'undo'],
    [['get', ''], 'deployments'],
    [['get', 'po', ''], 'reviews-v1-a'],
    [['get', 'deploy/'], 'deploy/reviews-v1'],
    [['get', '-n', ''], 'shop'],
    [['get', '-o', ''], 'yaml'],
    [['get', 'po', '--'], '--show-labels'],
    [['pause', ''], 'reviews'],
    [['apply', '-f', ''], ':file'],
    [['completion', ''], 'fish'],
  ])('serin %j offers %s', async (words, candidate) => {
    const { out } = await quick(['__complete', ...words]);
    expect(out.split('\n').map((line) => line.split('\t')[0])).toContain(candidate);
  });
});
