import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { NewObject } from '../../../core/model/meta.ts';
import type { ConfigMap, Secret } from '../../../core/model/plain.ts';
import type { Service } from '../../../core/model/service.ts';
import type { Pod } from '../../../core/model/pod.ts';
import { PORTS_ANNOTATION } from '../../../core/model/pod.ts';
import { isPodReady } from '../../../core/workload/pod-status.ts';
import { defaultConfig } from '../config/config.ts';
import type { TestBed } from '../../../../test/support/supervisor-bed.ts';
import {
  SERVER,
  containerOf,
  eventually,
  fastConfig,
  openTestBed,
  readText,
} from '../../../../test/support/supervisor-bed.ts';

let bed: TestBed;
beforeEach(async () => {
  bed = await openTestBed();
});
afterEach(() => bed[Symbol.asyncDispose]());

const node = (source: string): readonly string[] => [process.execPath, '-e', source];
const WAITER = node('setInterval(() => {}, 1000)');
const port = [{ name: 'http', containerPort: 9080 }];

async function ask(pod: Pod): Promise<{ pid: number; env: Record<string, string> }> {
  const real = JSON.parse(pod.metadata.annotations?.[PORTS_ANNOTATION] ?? '{}') as Record<string, number>;
  const response = await fetch(`http://${pod.status?.podIP}:${real['9080']}/`);
  return (await response.json()) as { pid: number; env: Record<string, string> };
}

test('starts a pod, gives it an address and ports, and gates traffic by its readiness probe', async () => {
  await bed.createPod('web', {
    containers: [
      {
        name: 'main',
        command: bed.program('server', SERVER),
        ports: port,
        readinessProbe: { httpGet: { path: '/healthz', port: 'http' }, periodSeconds: 1 },
      },
    ],
  });
  const running = await bed.until('web', ({ status }) => status?.phase === 'Running');
  expect(containerOf(running)).toMatchObject({ ready: false, started: true, restartCount: 0 });
  expect(isPodReady(running.status)).toBe(false);
  expect(running.status?.podIP).toMatch(/^127\.64\./);

  writeFileSync(join(bed.folder, 'ready'), '');
  const ready = await bed.untilReady('web');
  const types = ready.status?.conditions?.map(({ type, status }) => `${type}=${status}`);
  expect(types).toEqual(['PodScheduled=True', 'Initialized=True', 'ContainersReady=True', 'Ready=True']);
  const { env } = await ask(ready);
  expect(env).toMatchObject({ POD_IP: ready.status?.podIP, HOSTNAME: 'web', PORT: env['PORT_9080'] });
});

test('without a readiness probe the first port has to open', async () => {
  const slow = bed.program('slow', `await new Promise((r) => setTimeout(r, 600));\n${SERVER}`);
  await bed.createPod('web', { containers: [{ name: 'main', command: slow, ports: port }] });
  await bed.until('web', ({ status }) => status?.phase === 'Running');
  const ready = await bed.untilReady('web');
  expect((await ask(ready)).pid).toBeGreaterThan(0);
});

test('environment: sources, order, expansion, service variables, proxy', async () => {
  const config: NewObject<ConfigMap> = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings', namespace: 'default' },
    data: { COLOUR: 'red', SIZE: 'xl' },
  };
  const secret: NewObject<Secret> = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'keys', namespace: 'default' },
    data: { token: Buffer.from('s3cret').toString('base64') },
  };
  const service: NewObject<Service> = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'ratings', namespace: 'default' },
    spec: { selector: { app: 'ratings' }, ports: [{ port: 9080, name: 'http' }] },
  };
  await bed.create(config, secret, service);
  await bed.createPod(
    'web',
    {
      containers: [
        {
          name: 'main',
          command: [...bed.program('server', SERVER), '--colour=$(COLOUR)', '$(NOPE)', '$$(COLOUR)'],
          ports: port,
          envFrom: [
            { configMapRef: { name: 'settings' } },
            { prefix: 'K_', secretRef: { name: 'keys' } },
            { configMapRef: { name: 'absent', optional: true } },
          ],
          env: [
            { name: 'COLOUR', value: 'blue' },
            { name: 'URL', value: 'http://$(RATINGS_SERVICE_HOST):$(RATINGS_SERVICE_PORT)/$(COLOUR)' },
            { name: 'WHO', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
            { name: 'APP', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
            { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
            { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'keys', key: 'token' } } },
            { name: 'LATER', valueFrom: { configMapKeyRef: { name: 'settings', key: 'no', optional: true } } },
            { name: 'CPUS', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
            { name: 'PORT', value: '9080' },
          ],
        },
      ],
    },
    { labels: { app: 'web' } },
  );
  const pod = await bed.untilReady('web');
  const { env, pid } = await ask(pod);
  const address = env['RATINGS_SERVICE_HOST'] ?? '';
  expect(address).toMatch(/^127\.32\./);
  expect(env).toMatchObject({
    COLOUR: 'blue',
    SIZE: 'xl',
    K_token: 's3cret',
    URL: `http://${address}:9080/blue`,
    WHO: 'web',
    APP: 'web',
    IP: pod.status?.podIP,
    TOKEN: 's3cret',
    RATINGS_PORT_9080_TCP: `tcp://${address}:9080`,
    RATINGS_HOSTNAME: address,
    PORT: env['PORT_9080'],
  });
  expect(env['LATER']).toBeUndefined();
  expect(Number(env['CPUS'])).toBeGreaterThan(0);
  expect(env['http_proxy']).toMatch(/^http:\/\/127\.8\.\d+\.\d+:(15080|23080)$/);
  expect(env['no_proxy']).toContain(address);
  expect(env['NODE_USE_ENV_PROXY']).toBe('1');
  const args = readText(`/proc/${pid}/cmdline`).split('\0').slice(2, 5);
  if (process.platform === 'linux') expect(args).toEqual(['--colour=blue', '$(NOPE)', '$(COLOUR)']);
  expect(pod.status?.conditions?.find(({ type }) => type === 'Notices')?.message).toContain('PORT is set to');
});

test('waits for a ConfigMap that is missing, and starts when it comes', async () => {
  await bed.createPod('web', {
    containers: [{ name: 'main', command: WAITER, envFrom: [{ configMapRef: { name: 'settings' } }] }],
  });
  const isWaiting = (pod: Pod): boolean =>
    pod.status?.containerStatuses?.[0]?.state.waiting?.reason === 'CreateContainerConfigError';
  const waiting = await bed.until('web', isWaiting);
  expect(containerOf(waiting).state.waiting?.message).toBe('ConfigMap settings does not exist');
  expect(waiting.status?.phase).toBe('Pending');
  await bed.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'default' } });
  await bed.untilReady('web');
});

test('an image without a command says what to write', async () => {
  await bed.createPod('web', { containers: [{ name: 'main', image: 'docker.io/istio/reviews:1.2' }] });
  const pod = await bed.until(
    'web',
    ({ status }) => status?.containerStatuses?.[0]?.state.waiting?.reason === 'NoCommand',
  );
  expect(containerOf(pod).state.waiting?.message).toContain('images: [{match: "istio/reviews", command:');
});

test('a crash loop backs off, is shown, and keeps the last state', async () => {
  await bed.createPod('web', { containers: [{ name: 'main', command: node('process.exit(7)') }] });
  const pod = await bed.until(
    'web',
    ({ status }) =>
      (status?.containerStatuses?.[0]?.restartCount ?? 0) >= 2 &&
      status?.containerStatuses?.[0]?.state.waiting?.reason === 'CrashLoopBackOff',
  );
  expect(containerOf(pod)).toMatchObject({
    ready: false,
    lastState: { terminated: { exitCode: 7, reason: 'Error' } },
  });
  expect(pod.status?.phase).toBe('Running');
  const starts = new Map<number, string>();
  await bed.until('web', ({ status }) => (status?.containerStatuses?.[0]?.restartCount ?? 0) >= 4);
  for (const { object } of bed.seen) {
    const last = (object as Pod).status?.containerStatuses?.[0];
    const terminated = last?.lastState?.terminated ?? last?.state.terminated;
    if (last && terminated?.startedAt !== undefined) starts.set(Date.parse(terminated.startedAt), '');
  }
  const moments = [...starts.keys()].toSorted((a, b) => a - b);
  const gaps = moments.slice(1).map((moment, index) => moment - (moments[index] ?? 0));
  expect(gaps[1]).toBeGreaterThanOrEqual(200);
  expect(gaps[2]).toBeGreaterThanOrEqual(400);
});

test('a program that does not exist is told', async () => {
  await bed.createPod('web', { containers: [{ name: 'main', command: ['/no/such/program'] }], restartPolicy: 'Never' });
  const pod = await bed.until('web', ({ status }) => status?.phase === 'Failed');
  expect(containerOf(pod).state.terminated).toMatchObject({ exitCode: 128, reason: 'StartError' });
});

test('restart policies and phases', async () => {
  await bed.createPod('done', { containers: [{ name: 'main', command: node('') }], restartPolicy: 'OnFailure' });
  await bed.createPod('bad', {
    containers: [{ name: 'main', command: node('process.exit(3)') }],
    restartPolicy: 'Never',
  });
  const done = await bed.until('done', ({ status }) => status?.phase === 'Succeeded');
  expect(containerOf(done).state.terminated).toMatchObject({ exitCode: 0, reason: 'Completed' });
  const bad = await bed.until('bad', ({ status }) => status?.phase === 'Failed');
  expect(containerOf(bad)).toMatchObject({ restartCount: 0, state: { terminated: { exitCode: 3 } } });
});

test('init containers run in order, and a failure holds the pod', async () => {
  const note = (text: string, code = 0): readonly string[] =>
    node(
      `require('fs').appendFileSync(${JSON.stringify(join(bed.folder, 'order'))}, '${text}'); process.exit(${code})`,
    );
  await bed.createPod('web', {
    initContainers: [
      { name: 'one', command: note('1') },
      { name: 'two', command: note('2') },
    ],
    containers: [{ name: 'main', command: WAITER }],
  });
  await bed.untilReady('web');
  expect(bed.file('order')).toBe('12');

  await bed.createPod('held', {
    initContainers: [{ name: 'one', command: note('x', 5) }],
    containers: [{ name: 'main', command: WAITER }],
    restartPolicy: 'Never',
  });
  const held = await bed.until('held', ({ status }) => status?.phase === 'Failed');
  expect(containerOf(held, 'one').state.terminated?.exitCode).toBe(5);
  expect(containerOf(held).state.waiting?.reason).toBe('PodInitializing');
  expect(held.status?.conditions?.find(({ type }) => type === 'Initialized')?.status).toBe('False');
});

test('deletion: not ready first, then preStop, then SIGTERM, then gone', async () => {
  const order = join(bed.folder, 'order');
  const server = bed.program(
    'server',
    `${SERVER.replace("process.on('SIGTERM', () => process.exit(0));", '')}
import { appendFileSync } from 'node:fs';
process.on('SIGTERM', () => { appendFileSync(${JSON.stringify(order)}, 'term ' + Date.now() + '\\n'); process.exit(0); });`,
  );
  const hook = node(`require('fs').appendFileSync(${JSON.stringify(order)}, 'preStop ' + Date.now() + '\\n')`);
  await bed.createPod('web', {
    containers: [{ name: 'main', command: server, ports: port, lifecycle: { preStop: { exec: { command: hook } } } }],
  });
  const ready = await bed.untilReady('web');
  const folder = join(bed.folder, 'data', 'pods', 'default');
  expect(existsSync(folder)).toBe(true);
  await bed.deletePod('web');
  const notReady = await bed.until('web', ({ status }) => !isPodReady(status));
  const leftAt = Date.parse(
    notReady.status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime ?? '',
  );
  expect((await ask(ready)).pid).toBeGreaterThan(0);
  await bed.untilGone('web');
  const [first, second] = bed.file('order').trim().split('\n');
  expect(first).toMatch(/^preStop /);
  expect(second).toMatch(/^term /);
  expect(Number(first?.split(' ')[1]) - leftAt).toBeGreaterThanOrEqual(100);
  expect(bed.addresses.granted({ kind: 'pod', uid: ready.metadata.uid, ports: [] })).toBeUndefined();
});

test('a program that ignores SIGTERM is killed after its grace, with its whole group', async () => {
  const pids = join(bed.folder, 'pids');
  const stubborn = bed.program(
    'stubborn',
    `import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
process.on('SIGTERM', () => {});
const child = spawn(process.execPath, ['-e', "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"]);
writeFileSync(${JSON.stringify(pids)}, process.pid + ' ' + child.pid);
setInterval(() => {}, 1000);`,
  );
  await bed.createPod('web', { containers: [{ name: 'main', command: stubborn }], terminationGracePeriodSeconds: 1 });
  await bed.untilReady('web');
  const both = await eventually(
    async () => (bed.file('pids').includes(' ') ? bed.file('pids').split(' ').map(Number) : undefined),
    async () => bed.file('pids'),
  );
  const askedAt = Date.now();
  await bed.deletePod('web');
  await bed.untilGone('web');
  expect(Date.now() - askedAt).toBeGreaterThanOrEqual(1000);
  expect(both.map(isRunning)).toEqual([false, false]);
});

test('children that stay behind are ended with their leader', async () => {
  const pids = join(bed.folder, 'pids');
  const leaving = bed.program(
    'leaving',
    `import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
child.unref();
writeFileSync(${JSON.stringify(pids)}, String(child.pid));`,
  );
  await bed.createPod('web', { containers: [{ name: 'main', command: leaving }], restartPolicy: 'Never' });
  await bed.until('web', ({ status }) => status?.phase === 'Succeeded');
  await eventually(
    async () => (isRunning(Number(bed.file('pids'))) ? undefined : true),
    async () => bed.file('pids'),
  );
});

test('a failing liveness probe restarts the container; startup holds it back until then', async () => {
  const alive = join(bed.folder, 'alive');
  writeFileSync(alive, '');
  const check = node(`process.exit(require('fs').existsSync(${JSON.stringify(alive)}) ? 0 : 1)`);
  await bed.createPod('web', {
    containers: [
      {
        name: 'main',
        command: bed.program('server', SERVER),
        ports: port,
        startupProbe: { tcpSocket: { port: 9080 }, periodSeconds: 1, failureThreshold: 30 },
        livenessProbe: { exec: { command: check }, periodSeconds: 1, failureThreshold: 1 },
      },
    ],
  });
  const first = await ask(await bed.untilReady('web'));
  rmSync(alive);
  await bed.until('web', ({ status }) => (status?.containerStatuses?.[0]?.restartCount ?? 0) === 1);
  writeFileSync(alive, '');
  const again = await ask(await bed.untilReady('web'));
  expect(again.pid).not.toBe(first.pid);
});

test('volumes: files, atomic refresh, a link inside the working folder, a notice elsewhere', async () => {
  const map = (text: string): NewObject<ConfigMap> => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'page', namespace: 'default' },
    data: { 'index.html': text },
  });
  await bed.create(map('one'));
  await bed.createPod('web', {
    volumes: [
      { name: 'page', configMap: { name: 'page' } },
      { name: 'tmp', emptyDir: {} },
    ],
    containers: [
      {
        name: 'main',
        command: bed.program('server', SERVER),
        ports: port,
        volumeMounts: [
          { name: 'page', mountPath: 'html' },
          { name: 'tmp', mountPath: '/var/cache/web' },
        ],
      },
    ],
  });
  const pod = await bed.untilReady('web');
  const { env } = await ask(pod);
  const file = join(env['VOLUME_PAGE'] ?? '', 'index.html');
  expect(readText(file)).toBe('one');
  expect(bed.file('html/index.html')).toBe('one');
  expect(existsSync(env['VOLUME_TMP'] ?? '')).toBe(true);
  expect(pod.status?.conditions?.find(({ type }) => type === 'Notices')?.message).toContain('/var/cache/web');
  await bed.store.write([{ op: 'apply', object: map('two'), manager: 'test' }]);
  await eventually(
    async () => (readText(file) === 'two' ? true : undefined),
    async () => readText(file),
  );
  expect(bed.file('html/index.html')).toBe('two');
});

test('postStart that fails ends the container; several containers are told apart', async () => {
  await bed.createPod('web', {
    containers: [
      { name: 'main', command: WAITER },
      {
        name: 'side',
        command: WAITER,
        lifecycle: { postStart: { exec: { command: node('process.exit(9)') } } },
      },
    ],
    terminationGracePeriodSeconds: 1,
  });
  const pod = await bed.until(
    'web',
    (each) => each.status !== undefined && containerOf(each, 'side').restartCount >= 1,
  );
  expect(containerOf(pod)).toMatchObject({ ready: true, restartCount: 0 });
  expect(isPodReady(pod.status)).toBe(false);
  const events = await bed.store.list('Event');
  expect(events.items.map((event) => (event as { reason?: string }).reason)).toContain('FailedPostStartHook');
});

test('an image of serin.yaml runs with its own environment', async () => {
  await bed[Symbol.asyncDispose]();
  bed = await openTestBed({
    ...fastConfig,
    images: [{ match: 'shop/*', command: [process.execPath, '-e'], args: [''], env: { KIND: '$(IMAGE_NAME)' } }],
  });
  const out = join(bed.folder, 'out');
  await bed.createPod('web', {
    containers: [
      {
        name: 'main',
        image: 'docker.io/shop/cart:2',
        args: [`require('fs').writeFileSync(${JSON.stringify(out)}, process.env.KIND + process.env.IMAGE_TAG)`],
      },
    ],
    restartPolicy: 'Never',
  });
  await bed.until('web', ({ status }) => status?.phase === 'Succeeded');
  expect(bed.file('out')).toBe('cart2');
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !readText(`/proc/${pid}/stat`).includes(') Z ');
  } catch {
    return false;
  }
}

test('a new configuration reaches a container that waits for a command', async () => {
  await bed.createPod('web', { containers: [{ name: 'main', image: 'shop/cart' }] });
  await bed.until('web', ({ status }) => status?.containerStatuses?.[0]?.state.waiting?.reason === 'NoCommand');
  bed.supervisor.configure(defaultConfig(bed.folder, { images: [{ match: 'shop/*', command: WAITER }] }));
  await bed.untilReady('web');
});

test('what a manifest asks for in vain is a finding, not the end of Serin', async () => {
  await bed.createPod('web', {
    containers: [
      {
        name: 'main',
        command: WAITER,
        ports: port,
        readinessProbe: { httpGet: { path: '/ with spaces', port: 'http' }, periodSeconds: 1 },
        lifecycle: {
          preStop: { httpGet: { path: '/x', port: 9080, httpHeaders: [{ name: 'bad name', value: 'x' }] } },
        },
      },
    ],
  });
  const reasons = async (): Promise<readonly unknown[]> =>
    (await bed.store.list('Event')).items.map((event) => (event as { reason?: string }).reason);
  await eventually(
    async () => ((await reasons()).includes('Unhealthy') ? true : undefined),
    async () => String(await reasons()),
  );
  await bed.deletePod('web');
  await bed.untilGone('web');
  expect(await reasons()).toContain('FailedPreStopHook');
});

test('a second deletion with less grace shortens the first', async () => {
  const stubborn = node("process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)");
  await bed.createPod('web', { containers: [{ name: 'main', command: stubborn }] });
  await bed.untilReady('web');
  await bed.deletePod('web', 300);
  await bed.until('web', ({ metadata }) => metadata.deletionTimestamp !== undefined);
  await bed.deletePod('web', 1);
  await bed.untilGone('web');
});
