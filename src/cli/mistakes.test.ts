/** What newcomers get wrong: each answer says what, where, expected, found and what to do, in both languages. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiFixture } from '../../test/support/api-server.ts';
import { openApi } from '../../test/support/api-server.ts';
import { serinHere } from '../../test/support/command-line.ts';
import type { NewObject } from '../core/model/meta.ts';
import type { Deployment } from '../core/model/workload.ts';
import { emptyRecord } from '../core/release/state.ts';
import { versionHash } from '../core/release/versions.ts';

let api: ApiFixture;
let files: string;

const metadata = (name: string, namespace = 'default') => ({ name, namespace });
const workload = (name: string): NewObject =>
  ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata(name),
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'reviews' } },
      template: {
        metadata: { labels: { app: 'reviews', version: name.slice('reviews-'.length) } },
        spec: { containers: [{ name: 'main', image: 'reviews:1' }] },
      },
    },
  }) as NewObject;
const release = (name: string, service: string): NewObject =>
  ({
    apiVersion: 'serin.dev/v1alpha1',
    kind: 'Release',
    metadata: metadata(name),
    spec: { service, workload: { versions: {} }, strategy: { canary: { auto: {} } } },
  }) as NewObject;

const seeds: readonly NewObject[] = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata('reviews'),
    spec: { selector: { app: 'reviews' }, ports: [{ port: 9080 }] },
  } as NewObject,
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata('settings', 'shop'), data: { a: '1' } } as NewObject,
  workload('reviews-v1'),
  release('reviews', 'reviews'),
];

const manifests = {
  'field.yaml':
    'apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec:\n  prots: [{port: 80}]\n  ports: [{port: 80}]\n',
  'type.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: s}\ndata: {a: [1]}\n`,
  'indent.yaml': 'apiVersion: v1\nkind: Service\nmetadata:\n  name: s\n spec:\n  ports: []\n',
  'twice.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: s}\ndata:\n  a: "1"\n  a: "2"\n',
  'kind.yaml': 'apiVersion: v1\nkind: Servce\nmetadata: {name: s}\n',
  'weight.yaml':
    'apiVersion: serin.dev/v1alpha1\nkind: Release\nmetadata: {name: r}\nspec:\n  service: s\n  workload: {versions: {}}\n  strategy: {canary: {steps: [{weight: 101}]}}\n',
  'tab.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: s\n',
} as const;

beforeAll(async () => {
  api = await openApi();
  await api.store.write(seeds.map((object) => ({ op: 'create', object })));
  const object = await api.store.get({ kind: 'Release', namespace: 'default', name: 'reviews' });
  const { template } = (workload('reviews-v1') as unknown as Deployment).spec;
  const stable = { version: 'v1', hash: versionHash(template), deployment: 'reviews-v1' };
  const record = { ...emptyRecord(), stable, current: null };
  if (object === undefined) throw new Error('the release is gone');
  await api.store.write([{ op: 'status', object: Object.assign({}, object, { status: { phase: 'idle', record } }) }]);
  files = mkdtempSync(join(tmpdir(), 'serin-mistakes-'));
  for (const [name, text] of Object.entries(manifests)) writeFileSync(join(files, name), text);
});
afterAll(async () => {
  await api.close();
  rmSync(files, { recursive: true });
});

/** Words of the command line; `@name` is one of the files above. */
type Mistake = readonly [line: string, code: number, en: readonly string[], zh: readonly string[]];

const objects: readonly Mistake[] = [
  ['get po nope', 3, ['Pod nope does not exist', 'there is no Pod yet'], ['没有 Pod nope', '还没有任何 Pod']],
  ['get svc review', 3, ['did you mean `reviews`?'], ['是否想输入 `reviews`']],
  ['describe deploy reviews', 3, ['did you mean `reviews-v1`?'], ['是否想输入 `reviews-v1`']],
  ['get cm settings', 3, ['it is in namespace shop: add -n shop'], ['请加 -n shop']],
  ['get cm x -n shp', 3, ['there is no namespace shp', 'shop'], ['没有命名空间 shp']],
  ['get ns nope', 3, ['Namespace nope does not exist\n', 'expected: default'], ['没有 Namespace nope\n']],
  ['get servces', 2, ['`servces` is no kind', 'did you mean `services`?'], ['没有对象类型', '是否想输入 `services`']],
  ['get spaceship', 2, ['expected: ns, ', 'found: spaceship'], ['应为：ns, ', '实际：spaceship']],
  ['get', 2, ['say which object'], ['请指定对象']],
  ['gett po', 2, ['`gett` is no command', 'did you mean `get`?'], ['没有命令 `gett`', '怎么办：']],
  [
    'get po --nope',
    2,
    ['`--nope` is no option', 'see `serin get --help`'],
    ['没有选项 `--nope`', '见 `serin get --help`'],
  ],
  ['get po -o xml', 2, ['expected: wide, json, yaml, name', 'found: xml'], ['应为：wide', '实际：xml']],
  ['get po -l a=b=c', 2, ['a=b=c'], ['标签选择器']],
  ['logs', 2, ['a name is missing'], ['请指定 Pod 的名称']],
  ['delete po', 2, ['say what to delete', 'what to do: give names'], ['请说明要删除什么', '怎么办：']],
  ['patch svc reviews -p {bad', 2, ['no JSON or YAML map', 'found: {bad'], ['不是 JSON 或 YAML']],
  ['label svc reviews nonsense', 2, ['KEY=VALUE, KEY-'], ['应为：KEY=VALUE, KEY-']],
  ['events --for rel', 2, ['expected: rel/NAME'], ['应为：rel/NAME']],
  ['completion tcsh', 2, ['the value of `shell`', 'expected: bash, zsh, fish', 'found: tcsh'], ['`shell` 的值']],
];

const manifestMistakes: readonly Mistake[] = [
  ['apply', 2, ['-f must be given', 'what to do: add -f FILE'], ['必须给出 -f', '怎么办：请加 -f']],
  ['apply -f /no/such.yaml', 3, ['serin: /no/such.yaml does not exist\n'], ['serin: /no/such.yaml 不存在\n']],
  ['apply -f @field.yaml', 2, [':5:3', 'unknown field `prots`', 'did you mean'], ['未知字段 `prots`', '怎么办：']],
  ['apply -f @type.yaml', 2, [':4:11', 'expected: ', 'found: [1]'], ['应为：', '实际：[1]']],
  ['apply -f @indent.yaml', 2, [':5:1', 'no valid YAML'], ['缩进不对']],
  ['apply -f @tab.yaml', 2, [':4:1', 'no valid YAML'], ['制表符']],
  ['apply -f @twice.yaml', 2, [':6:3', 'stands here twice', 'keep one'], ['出现了两次', '只保留其中一个']],
  ['apply -f @kind.yaml', 2, [':2:7', 'did you mean `Service`?'], ['是不是想写 `Service`']],
  ['apply -f @weight.yaml', 2, ['steps[0].weight', 'from 0 to 100', 'found: 101'], ['0 到 100', '实际：101']],
  ['plan -f @kind.yaml', 2, ['unknown kind `Servce`'], ['未知的 kind']],
];

const workloads: readonly Mistake[] = [
  ['scale deploy reviews-v1', 2, ['--replicas must be given'], ['必须给出 --replicas']],
  ['scale deploy reviews-v1 --replicas=-1', 2, ['found -1'], ['实际为 -1']],
  ['scale deploy reviews-v9 --replicas=1', 3, ['did you mean `reviews-v1`?'], ['是否想输入 `reviews-v1`']],
  ['set image deploy/reviews-v1 web=x:1', 3, ['no container web'], ['没有容器 web']],
  ['rollout undo deploy reviews-v1', 3, ['no earlier revision'], ['没有可回退的更早']],
  ['rollout undo svc/reviews', 2, ['works on Deployments', 'expected: deploy/NAME'], ['只能用于 Deployment']],
  [
    'rollout status deploy/reviews-v1 --timeout 200ms',
    8,
    ['not rolled out', 'serin get po'],
    ['仍未更新完成', 'serin get po'],
  ],
];

const releases: readonly Mistake[] = [
  ['pause', 2, ['the argument `release` is missing', 'see `serin pause --help`'], ['缺少参数 `release`']],
  ['pause review', 3, ['Release review does not exist', 'did you mean `reviews`?'], ['是否想输入 `reviews`']],
  ['abort deploy/reviews-v1', 2, ['works on releases, not on Deployment'], ['只能用于发布']],
  [
    'set-weight reviews 101',
    2,
    ['expected: 0 – 99.99', 'found: 101', 'promote reviews --full'],
    ['应为：0 – 99.99', '怎么办：'],
  ],
  ['set-weight reviews much', 2, ['found: much'], ['实际：much']],
  ['promote reviews', 5, ['no run is in flight', '`serin start`'], ['没有正在进行的发布', '`serin start`']],
  ['approve reviews', 5, ['no run is in flight'], ['没有正在进行的发布']],
  ['start reviews', 5, ['no version besides v1', 'apply a Deployment'], ['除 v1 外没有其他版本']],
  ['start reviews --version v9', 5, ['no version v9; there are: v1'], ['没有版本 v9；现有版本：v1']],
  ['start reviews --version v1', 5, ['v1 is the stable version already'], ['v1 已经是稳定版']],
  ['rollback reviews', 5, ['no earlier version'], ['没有可以回退的更早版本']],
  ['why nobody', 3, ['Release nobody does not exist', 'expected: reviews'], ['应为：reviews']],
  ['why reviews', 3, ['has had no run yet', 'serin start reviews'], ['还没有发布记录']],
  ['why reviews --run reviews-7', 3, ['Run reviews-7 does not exist'], ['没有 Run reviews-7']],
  ['watch -n shop', 3, ['namespace shop has no release', 'serin plan -f'], ['没有发布', 'serin plan']],
  ['route test ftp://x', 2, ['expected: http://HOST:PORT/PATH', 'found: ftp://x'], ['应为：http://HOST']],
  ['route test http://x -H nonsense', 2, ['"name: value"'], ['"name: value"']],
];

describe.each([
  ['objects', objects],
  ['manifests', manifestMistakes],
  ['workloads', workloads],
  ['releases', releases],
] as const)('%s', (_, mistakes) => {
  test.each(mistakes)('serin %s', async (line, code, en, zh) => {
    const args = line.split(' ').map((word) => (word.startsWith('@') ? join(files, word.slice(1)) : word));
    for (const [language, parts] of [
      ['en', en],
      ['zh', zh],
    ] as const) {
      const outcome = await serinHere([...args, '--lang', language], { data: api.folder });
      for (const part of parts) expect(outcome.err).toContain(part);
      expect(outcome.out).toBe(line.startsWith('rollout status') ? outcome.out : '');
      expect(outcome.code).toBe(code);
    }
  });
});

describe('engines', () => {
  const here = (line: string): Promise<{ code: number | null; err: string }> =>
    serinHere(line.split(' '), { data: join(files, 'none') });

  test('no engine: what to do', async () => {
    const { code, err } = await here('get po');
    expect(code).toBe(7);
    expect(err).toMatch(/no control plane runs with the data folder .*none\n {2}what to do: start it with `serin up`/);
    expect((await here('get po --lang zh')).err).toContain('怎么办：用 `serin up` 启动它');
  });

  test('an engine that is gone: where nobody answers', async () => {
    writeFileSync(join(files, 'engine.json'), JSON.stringify({ pid: 1, port: 1 }));
    writeFileSync(join(files, 'token'), 'x');
    const { code, err } = await serinHere(['get', 'po'], { data: files });
    expect(code).toBe(7);
    expect(err).toContain('no control plane answers at http://127.0.0.1:1');
    expect(err).toContain('what to do: start it');
  });

  test.each([
    ['up --port 80000', 2, 'expected: 0 – 65535\n  found: 80000'],
    ['up --workers 0', 2, 'expected: 1 – 256\n  found: 0'],
    ['up -f /no/such.yaml', 3, '/no/such.yaml does not exist'],
  ])('serin %s', async (line, code, text) => {
    const outcome = await here(line);
    expect(outcome.err).toContain(text);
    expect(outcome.code).toBe(code);
  });

  test('a data folder that is a file', async () => {
    const { code, err } = await serinHere(['up', '--data', join(files, 'tab.yaml')]);
    expect(code).toBe(6);
    expect(err).toContain('cannot be used as data folder');
    expect(err).toContain('what to do: choose another folder with --data');
  });
});
