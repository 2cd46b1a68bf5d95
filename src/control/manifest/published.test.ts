/** Manifests in the shapes that articles print: all of them apply as they are, and what has no effect is said. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../core/model/meta.ts';
import { problemLines } from '../../core/model/parse/problem.ts';
import { storeBed } from '../../engines/local/store/store.fixture.ts';
import type { StoreBed } from '../../engines/local/store/store.fixture.ts';
import { say } from '../../texts/catalogue.ts';
import type { Language } from '../../texts/message.ts';
import { applyManifests } from './apply.ts';
import type { ManifestChange } from './apply.ts';
import { parseManifests } from './parse.ts';
import { patchObject } from './patch-object.ts';

const folder = join(import.meta.dirname, 'published');
const textOf = (file: string): string => readFileSync(join(folder, file), 'utf8');

let bed: StoreBed;

beforeEach(() => {
  bed = storeBed();
});
afterEach(() => bed[Symbol.dispose]());

async function apply(file: string, text = textOf(file)): Promise<readonly ManifestChange[]> {
  const outcome = await applyManifests(bed.store, [{ file, text }]);
  if (outcome.outcome === 'refused') {
    throw new Error(outcome.problems.map((problem) => problemLines(problem, 'en').join('\n')).join('\n'));
  }
  return outcome.changes;
}

/** Each notice behind the name of its object. */
function noticesOf(changes: readonly ManifestChange[]): readonly string[] {
  return changes.flatMap(({ name, notices }) => notices.map((notice) => `${name}: ${say('en', notice)}`));
}

async function specOf(kind: string, name: string, namespace = 'default'): Promise<unknown> {
  return ((await bed.store.get({ kind, namespace, name })) as KubeObject & { readonly spec?: unknown }).spec;
}

const old = (name: string, from: string, to: string): string => `${name}: ${from} is an old spelling; read as ${to}`;
const idle = (name: string, fields: string): string =>
  `${name}: on one machine these fields are kept but have no effect: ${fields}`;
const v1 = 'networking.istio.io/v1';
const alpha = 'networking.istio.io/v1alpha3';
const beta = 'networking.istio.io/v1beta1';

const notices: Readonly<Record<string, readonly string[]>> = {
  'recreate.yaml': [],
  'ramped.yaml': [
    idle('service/shop', 'externalTrafficPolicy'),
    old('deployment.apps/shop', 'apps/v1beta2', 'apps/v1'),
  ],
  'blue-green.yaml': [],
  'canary-by-replicas.yml': [],
  'ab-testing.yaml': [
    old('gateway.networking.istio.io/shop', alpha, v1),
    old('virtualservice.networking.istio.io/shop', alpha, v1),
  ],
  'shadow.yaml': [
    old('destinationrule.networking.istio.io/shop', beta, v1),
    old('virtualservice.networking.istio.io/shop', beta, v1),
    old('virtualservice.networking.istio.io/shop', 'mirror_percent', 'mirrorPercent'),
  ],
  'old-deployment.yaml': [
    old('deployment.apps/nginx-deployment', 'extensions/v1beta1', 'apps/v1'),
    idle(
      'deployment.apps/nginx-deployment',
      'affinity, imagePullSecrets, nodeSelector, tolerations, initContainers.securityContext, containers.resources, volumes.persistentVolumeClaim',
    ),
    idle('service/nginx-svc', 'sessionAffinity'),
  ],
  'old-routes.yaml': [
    old('gateway.networking.istio.io/shop-gateway', alpha, v1),
    old('destinationrule.networking.istio.io/shop', alpha, v1),
    old('virtualservice.networking.istio.io/shop', alpha, v1),
    old('virtualservice.networking.istio.io/shop', 'appendHeaders', 'headers.request.add'),
    old('virtualservice.networking.istio.io/shop', 'removeResponseHeaders', 'headers.response.remove'),
    old('virtualservice.networking.istio.io/shop', 'fault.abort.percent', 'fault.abort.percentage.value'),
    'virtualservice.networking.istio.io/shop: websocketUpgrade is an old field and left out; what it asked for is always done now',
  ],
  'lists.yaml': [
    'serviceaccount/reviews: ServiceAccount is kept, but has no effect here',
    old('virtualservice.networking.istio.io/reviews', beta, v1),
  ],
  'exported.json': [],
  'secrets.yaml': [
    idle('pod/client', 'hostNetwork, containers.stdin, containers.tty, containers.lifecycle.stopSignal'),
    idle('service/both-families', 'ipFamilyPolicy, ipFamilies, ports.protocol'),
  ],
};

test('every file has its line here', () => {
  expect(Object.keys(notices).toSorted()).toEqual(readdirSync(folder).toSorted());
});

describe.each(Object.entries(notices))('%s', (file, expected) => {
  test('applies, says what has no effect, and is unchanged the second time', async () => {
    const first = await apply(file);
    expect(first.map(({ outcome }) => outcome)).toEqual(first.map(() => 'created'));
    expect(noticesOf(first)).toEqual(expected);
    const second = await apply(file);
    expect(second.map(({ outcome }) => outcome)).toEqual(first.map(() => 'same'));
  });

  test('means the same with the line ends of Windows and a byte order mark', () => {
    const objects = (text: string): unknown => parseManifests([{ file, text }]).objects.map(({ object }) => object);
    const windows = `\uFEFF${textOf(file).replaceAll('\n', '\r\n')}`;
    expect(objects(windows)).toEqual(objects(textOf(file)));
    expect(objects(`${windows}\r\n---\r\n${windows}`)).toEqual(objects(`${textOf(file)}\n---\n${textOf(file)}`));
  });
});

test('blue to green as the articles do it: a patch of the Service', async () => {
  await apply('blue-green.yaml');
  const service = { kind: 'Service', namespace: 'blue-green', name: 'shop' };
  await patchObject(bed.store, {
    ref: service,
    patch: { spec: { selector: { version: 'v2.0.0' } } },
    type: 'strategic',
  });
  expect(await specOf('Service', 'shop', 'blue-green')).toMatchObject({
    selector: { app: 'shop', version: 'v2.0.0' },
  });
});

test('a part of a file by its labels', async () => {
  const sources = [{ file: 'canary-by-replicas.yml', text: textOf('canary-by-replicas.yml') }];
  const outcome = await applyManifests(bed.store, sources, { selector: { matchLabels: { track: 'canary' } } });
  expect(outcome).toMatchObject({ outcome: 'done', changes: [{ name: 'deployment.apps/shop-v2' }] });
  const none = applyManifests(bed.store, sources, { selector: { matchLabels: { track: 'none' } } });
  await expect(none).rejects.toMatchObject({ code: 'usage', text: { key: 'manifest.noneChosen' } });
});

test('an old Deployment selects what its template carries, without the version', async () => {
  await apply('old-deployment.yaml');
  const spec = await specOf('Deployment', 'nginx-deployment');
  expect(spec).toMatchObject({ selector: { matchLabels: { 'k8s-app': 'nginx' } } });
  expect(spec).toHaveProperty('template.spec.volumes[2].configMap.items[0].mode', 0o644);
});

test('old fields of routes stand where they stand today', async () => {
  await apply('old-routes.yaml');
  expect(await specOf('VirtualService', 'shop')).toMatchObject({
    http: [
      { headers: { request: { add: { 'x-canary': 'true' } }, response: { remove: ['x-internal'] } } },
      { fault: { delay: { percent: 10 }, abort: { percentage: { value: 5 }, httpStatus: 500 } } },
      { match: [{ uri: { prefix: '/ws' } }] },
      { timeout: '0.5s' },
    ],
  });
});

test('an old field beside the present one is refused', () => {
  const text = textOf('shadow.yaml').replace('mirror_percent: 100', 'mirror_percent: 100\n    mirrorPercent: 50');
  const { problems } = parseManifests([{ file: 'f', text }]);
  expect(problems.map((problem) => [problem.text.key, problem.place.field, problem.remedy])).toEqual([
    [
      'manifest.unknownField',
      'spec.http[0].mirror_percent',
      { key: 'manifest.didYouMean', params: { word: 'mirrorPercent' } },
    ],
  ]);
});

test('base64 over several lines is one value', async () => {
  await apply('secrets.yaml');
  const secret = (await bed.store.get({ kind: 'Secret', namespace: 'default', name: 'db' })) as KubeObject & {
    readonly data: Readonly<Record<string, string>>;
  };
  expect(Buffer.from(secret.data['certificate'] ?? '', 'base64').toString()).toBe(
    '-----BEGIN CERTIFICATE----------END CERTIFICATE-----',
  );
});

/** What a person reads, without the place. */
function said(text: string, language: Language = 'en'): readonly string[] {
  const { objects, problems } = parseManifests([{ file: 'f.yaml', text }]);
  expect(objects).toEqual([]);
  return problems.flatMap((problem) => problemLines(problem, language).map((line) => line.trim()));
}

const known =
  'Namespace, ServiceAccount, ConfigMap, Secret, Service, Pod, Deployment, ReplicaSet, Gateway, VirtualService, DestinationRule, Release';

test('a kind that Serin has not: which it has, and what to do instead', () => {
  const ingress = 'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: shop\nspec: {}\n';
  expect(said(ingress)).toEqual([
    'f.yaml:2:7  Ingress default/shop  kind',
    'unknown kind `Ingress`',
    `expected: one of ${known}`,
    'found: "Ingress"',
    'what to do: take Ingress out of the files, and write the way in as Gateway and VirtualService of networking.istio.io',
  ]);
  expect(said(ingress, 'zh').at(-1)).toBe(
    '怎么办：请从文件中去掉 Ingress，改用 networking.istio.io 的 Gateway 和 VirtualService 来写入口',
  );
});

test.each([
  ['autoscaling/v2', 'HorizontalPodAutoscaler', 'serin scale'],
  ['apps/v1', 'StatefulSet', 'write StatefulSet as a Deployment'],
  ['argoproj.io/v1alpha1', 'Rollout', 'Release of serin.dev/v1alpha1'],
  ['networking.istio.io/v1', 'ServiceEntry', 'the built-in mesh has nothing like it'],
  ['rbac.authorization.k8s.io/v1', 'ClusterRole', 'it governs a cluster'],
  ['v1', 'PersistentVolumeClaim', 'emptyDir, configMap, secret and hostPath'],
  ['cert-manager.io/v1', 'Certificate', 'or write it with the kinds that are known'],
  ['apps/v1', 'deployment', 'did you mean `Deployment`?'],
  ['gateway.networking.k8s.io/v1', 'Gateway', 'write the way in as Gateway and VirtualService'],
  ['serving.knative.dev/v1', 'Service', 'take Service.serving.knative.dev out of the files'],
])('%s %s: %s', (apiVersion, kind, remedy) => {
  const lines = said(`apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: x}\nspec: {}\n`);
  expect(lines.at(-1)).toContain(remedy);
});

test.each([
  ['a tab', 'apiVersion: v1\nkind: Service\nmetadata:\n\tname: x\n', 4, 'indent with spaces'],
  ['a wide colon', 'apiVersion: v1\nkind: Service\nmetadata：\n  name: x\n', 3, 'full-width character `：`'],
  ['a template', 'apiVersion: v1\n{{- if .Values.on }}\nkind: Service\n{{- end }}\n', 2, 'helm template'],
  [
    'a template in a value',
    'apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Values.name }}\n',
    4,
    'helm template',
  ],
])('%s is said once, with its line and what to do', (_, text, line, remedy) => {
  const { problems } = parseManifests([{ file: 'f', text }]);
  expect(problems.map((problem) => problem.place.line)).toEqual([line]);
  expect(said(text).at(-1)).toContain(remedy);
});
