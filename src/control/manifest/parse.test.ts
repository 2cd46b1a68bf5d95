import fc from 'fast-check';
import { expect, test } from 'vitest';
import { problemLines } from '../../core/model/parse/problem.ts';
import type { Problem } from '../../core/model/parse/problem.ts';
import { parseManifests } from './parse.ts';

function problemsOf(text: string): readonly Problem[] {
  return parseManifests([{ file: 'f.yaml', text }]).problems;
}

function brief({ place, text, found, remedy }: Problem): readonly unknown[] {
  return [`${place.line}:${place.column}`, place.field ?? '', text.key, found ?? '', remedy?.params?.['word'] ?? ''];
}

const service = `apiVersion: v1
kind: Service
metadata:
  name: reviews
  labels: {app: reviews}
spec:
  ports:
  - port: 9080
    name: http
  selector:
    app: reviews
`;

test('several documents, a List and JSON with tabs', () => {
  const list = `\n---\n# nothing here\n---\napiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Namespace, metadata: {name: shop}}\n`;
  const json = '{\n\t"apiVersion": "v1",\n\t"kind": "ConfigMap",\n\t"metadata": {"name": "c"}\n}';
  const parsed = parseManifests(
    [
      { file: 'a.yaml', text: service + list },
      { file: 'b.json', text: json },
    ],
    'shop',
  );
  expect(parsed.problems).toEqual([]);
  expect(
    parsed.objects.map(({ object, place }) => [object.kind, object.metadata.namespace, place.file, place.line]),
  ).toEqual([
    ['Service', 'shop', 'a.yaml', 1],
    ['Namespace', undefined, 'a.yaml', 19],
    ['ConfigMap', 'shop', 'b.json', 1],
  ]);
});

test('every problem of all texts is found, each with its place', () => {
  const broken = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec:
  hosts: [reviews]
  http:
  - name: primary
    timeout: 0s
    route:
    - destination: {host: reviews, subset: V1}
      wieght: 90
    - destination: {host: reviews}
      weight: "10"
---
apiVersion: v1
kind: Deploymnet
metadata: {name: x}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: x, labels: {version: 1.0}}
spec:
  replicas: -1
  selector: {matchLabels: {app: x}}
  template:
    metadata: {labels: {app: y}}
    spec: {containers: [{name: app, image: a}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: twice}
data:
  a: "1"
  a: "2"
`;
  expect(problemsOf(broken).map(brief)).toEqual([
    ['34:3', '', 'manifest.duplicateKey', '', ''],
    ['10:44', 'spec.http[0].route[0].destination.subset', 'manifest.badValue', '"V1"', ''],
    ['11:7', 'spec.http[0].route[0].wieght', 'manifest.unknownField', '', 'weight'],
    ['13:15', 'spec.http[0].route[1].weight', 'manifest.wrongType', '"10"', ''],
    ['8:14', 'spec.http[0].timeout', 'manifest.badValue', '"0s"', ''],
    ['16:7', 'kind', 'manifest.unknownKind', '"Deploymnet"', 'Deployment'],
    ['21:39', 'metadata.labels.version', 'manifest.wrongType', '1', ''],
    ['23:13', 'spec.replicas', 'manifest.badValue', '-1', ''],
    ['26:24', 'spec.template.metadata.labels', 'manifest.selectorMismatch', '{"app":"y"}', ''],
  ]);
});

test('a missing field is placed at what should hold it', () => {
  const [problem] = problemsOf(
    'apiVersion: v1\nkind: Service\nmetadata:\n  labels: {a: b}\nspec: {ports: [{port: 1}]}\n',
  );
  expect(brief(problem!)).toEqual(['4:3', 'metadata.name', 'manifest.missing', '', '']);
});

test('a problem in both languages', () => {
  const [problem] = problemsOf(service.replace('port: 9080', 'prot: 9080'));
  expect(problemLines(problem!, 'en')).toEqual([
    'f.yaml:8:5  Service default/reviews  spec.ports[0].port',
    '  this field is required',
    '  expected: a number',
  ]);
  const unknown = problemsOf(service.replace('port: 9080', 'prot: 9080'))[1];
  expect(problemLines(unknown!, 'zh').slice(1)).toEqual(['  未知字段 `prot`', '  怎么办：是不是想写 `port`？']);
});

test('broken YAML names the line', () => {
  const [problem] = problemsOf('apiVersion: v1\nkind: [Service\nmetadata: {}\n');
  expect(problem?.text.key).toBe('manifest.syntax');
  expect(problem?.place.line).toBeGreaterThanOrEqual(2);
});

test('anchors, merge keys and octal numbers are read as in Kubernetes', () => {
  const text = `apiVersion: apps/v1
kind: Deployment
metadata: {name: x, labels: &labels {app: x}}
spec:
  selector: {matchLabels: *labels}
  template:
    metadata: {labels: {<<: *labels, version: v1}}
    spec:
      containers: [{name: app, image: a}]
      volumes: [{name: v, configMap: {name: c, defaultMode: 0644}}]
`;
  const { objects, problems } = parseManifests([{ file: 'f', text }]);
  expect(problems).toEqual([]);
  expect(objects[0]?.object).toMatchObject({
    spec: {
      template: {
        metadata: { labels: { app: 'x', version: 'v1' } },
        spec: { volumes: [{ configMap: { defaultMode: 420 } }] },
      },
    },
  });
});

test('a problem behind an anchor is placed where it was written', () => {
  const text = `apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec:\n  ports: &p [{port: 99999}]\n  externalIPs: []\n  selector: {}\n---\n${service}`;
  expect(problemsOf(text).map(brief)).toEqual([['5:21', 'spec.ports[0].port', 'manifest.badValue', '99999', '']]);
});

test('old spellings are upgraded with a notice, and a missing selector is the labels of the template', () => {
  const text = `apiVersion: extensions/v1beta1
kind: Deployment
metadata: {name: x, creationTimestamp: null}
spec:
  template:
    metadata: {labels: {app: x}}
    spec: {containers: [{name: app, image: a}]}
status: {}
`;
  const [item] = parseManifests([{ file: 'f', text }]).objects;
  expect(item?.object).toMatchObject({ apiVersion: 'apps/v1', spec: { selector: { matchLabels: { app: 'x' } } } });
  expect(item?.notices).toEqual([{ key: 'manifest.upgraded', params: { from: 'extensions/v1beta1', to: 'apps/v1' } }]);
  expect(problemsOf(text.replace('extensions/v1beta1', 'apps/v1')).map((one) => one.place.field)).toEqual([
    'spec.selector',
  ]);
});

test('an unknown version of a known kind is refused', () => {
  const text = 'apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: g}\nspec: {}\n';
  expect(problemsOf(text).map(brief)).toEqual([
    ['1:13', 'apiVersion', 'manifest.otherGroup', '"gateway.networking.k8s.io/v1"', ''],
  ]);
});

test('a null condition of a match is dropped with a notice', () => {
  const text = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: v}
spec:
  hosts: [v]
  http: [{match: [{headers: {x-a: null}}], route: [{destination: {host: v}}]}]
`;
  const [item] = parseManifests([{ file: 'f', text }]).objects;
  expect(item?.notices).toEqual([
    { key: 'manifest.nullMatch', params: { field: 'spec.http[0].match[0].headers.x-a' } },
  ]);
});

test('a pattern that RE2 cannot read is refused', () => {
  const text = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: v}
spec:
  hosts: [v]
  http: [{match: [{uri: {regex: "(?=a)"}}], route: [{destination: {host: v}}]}]
`;
  expect(problemsOf(text).map(brief)).toEqual([
    ['6:33', 'spec.http[0].match[0].uri.regex', 'manifest.badRegex', '"(?=a)"', ''],
  ]);
});

test('stringData of a Secret becomes data', () => {
  const text = 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {a: YQ==}\nstringData: {b: 密}\n';
  expect(parseManifests([{ file: 'f', text }]).objects[0]?.object).toEqual({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's' },
    data: { a: 'YQ==', b: Buffer.from('密').toString('base64') },
  });
});

test.each([
  ['an alias inside of its own anchor', 'a: &a [*a]\n'],
  [
    'a bomb of aliases',
    `a: &a [x,x,x,x]\n${'bcdefghij'.replace(/./g, (c, i: number) => `${c}: &${c} [${`*${'abcdefghij'[i]},`.repeat(9)}]\n`)}`,
  ],
  ['absurd depth', '['.repeat(50_000)],
  ['an unknown tag', 'a: !secret x\n'],
])('%s is a problem, not a crash', (_, text) => {
  const { objects, problems } = parseManifests([{ file: 'f', text }]);
  expect(objects).toEqual([]);
  expect(problems.map((one) => one.text.key)).toContain('manifest.syntax');
});

test('any text, and any value in the shape of an object, gives objects or problems', () => {
  const kind = fc.constantFrom('Service', 'Deployment', 'VirtualService', 'Release', 'List', 'Secret', 'x');
  const apiVersion = fc.constantFrom(
    'v1',
    'apps/v1',
    'extensions/v1beta1',
    'networking.istio.io/v1',
    'serin.dev/v1alpha1',
  );
  const shaped = fc.record(
    { kind, apiVersion, metadata: fc.anything(), spec: fc.anything(), items: fc.anything() },
    { requiredKeys: [] },
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.json(),
    shaped.map((value) => JSON.stringify(value)),
  );
  fc.assert(
    fc.property(text, (input) => {
      const { objects, problems } = parseManifests([{ file: 'f', text: input }]);
      for (const problem of problems) expect(problemLines(problem, 'zh').join('')).not.toMatch(/[{]\w+[}]/);
      expect(objects.every(({ object }) => object.metadata.name !== '')).toBe(true);
    }),
    { seed: 3, numRuns: 500 },
  );
});
