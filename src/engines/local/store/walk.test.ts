import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fault } from '../../../lib/fault.ts';
import type { JsonObject } from '../../../core/model/json.ts';
import { refKey, refOf } from '../../../core/model/kinds.ts';
import type { KubeObject } from '../../../core/model/meta.ts';
import type { WatchEvent, Write } from '../../../ports/store.ts';
import { configMap, ownedBy, pod, ref, settled, storeBed, watching } from './store.fixture.ts';
import type { StoreBed } from './store.fixture.ts';

const kinds = ['ConfigMap', 'Pod', 'Namespace'];
const names = ['a', 'b', 'c', 'd'];

interface Move {
  readonly verb: 'create' | 'apply' | 'update' | 'status' | 'delete' | 'stale' | 'own' | 'orphan';
  readonly kind: 'ConfigMap' | 'Pod';
  readonly name: string;
  readonly other: string;
  readonly value: string;
}

const move: fc.Arbitrary<Move> = fc.record({
  verb: fc.constantFrom('create', 'apply', 'apply', 'update', 'status', 'delete', 'stale', 'own', 'orphan'),
  kind: fc.constantFrom('ConfigMap', 'ConfigMap', 'Pod'),
  name: fc.constantFrom(...names),
  other: fc.constantFrom(...names),
  value: fc.constantFrom('1', '2'),
});

const batches = fc.array(
  fc.oneof({ weight: 8, arbitrary: fc.array(move, { minLength: 1, maxLength: 4 }) }, fc.constant('reopen' as const)),
  {
    minLength: 1,
    maxLength: 25,
  },
);

async function writeOf(bed: StoreBed, { verb, kind, name, other, value }: Move): Promise<Write> {
  const live = await bed.store.get(ref(kind, name));
  const owner = await bed.store.get(ref('ConfigMap', other));
  const labels: JsonObject = { labels: { value } };
  const fresh = kind === 'Pod' ? pod(name, labels) : configMap(name, { data: { value } }, labels);
  if (verb === 'delete' || verb === 'orphan') {
    return {
      op: 'delete',
      ref: ref(kind, name),
      orphan: verb === 'orphan',
      ...(value === '1' ? { graceSeconds: 0 } : {}),
    };
  }
  if (verb === 'own' && owner !== undefined && other !== name) {
    return { op: 'create', object: configMap(name, {}, ownedBy(owner)) };
  }
  if (verb === 'create' || verb === 'own' || live === undefined) return { op: 'create', object: fresh };
  if (verb === 'apply') return { op: 'apply', object: fresh, manager: other };
  const resourceVersion = verb === 'stale' ? '1' : live.metadata.resourceVersion;
  const changed = { ...live, metadata: { ...live.metadata, resourceVersion, labels: { value } }, status: { value } };
  return { op: verb === 'status' ? 'status' : 'update', object: changed as KubeObject };
}

async function present(bed: StoreBed): Promise<ReadonlyMap<string, KubeObject>> {
  const lists = await Promise.all(kinds.map((kind) => bed.store.list(kind)));
  return new Map(lists.flatMap((list) => list.items.map((object) => [refKey(refOf(object)), object] as const)));
}

/** What a watcher knows that put the events together. */
function replayed(
  start: ReadonlyMap<string, KubeObject>,
  events: readonly WatchEvent[],
): ReadonlyMap<string, KubeObject> {
  const known = new Map(start);
  for (const { type, object } of events) {
    const key = refKey(refOf(object));
    expect(known.has(key), `${type} ${key}`).toBe(type !== 'added');
    if (type === 'deleted') known.delete(key);
    else known.set(key, object);
  }
  return known;
}

async function step(bed: StoreBed, moves: readonly Move[]): Promise<void> {
  const before = { version: Number(bed.store.version()), objects: await present(bed) };
  const batch = await Promise.all(moves.map((one) => writeOf(bed, one)));
  const outcome = await bed.store.write(batch).catch((cause: unknown) => cause);
  const after = { version: Number(bed.store.version()), objects: await present(bed) };
  if (outcome instanceof Fault) {
    expect(after).toEqual(before);
    return;
  }
  expect(outcome).toMatchObject({ resourceVersion: String(after.version) });
  for (const object of after.objects.values()) checkObject(object, { before: before.objects, after: after.objects });
}

function checkObject(
  object: KubeObject,
  {
    before,
    after,
  }: { readonly before: ReadonlyMap<string, KubeObject>; readonly after: ReadonlyMap<string, KubeObject> },
): void {
  const owners = object.metadata.ownerReferences ?? [];
  const uids = new Set([...after.values()].map((one) => one.metadata.uid));
  if (owners.length > 0) expect(owners.some((owner) => uids.has(owner.uid))).toBe(true);
  const old = before.get(refKey(refOf(object)));
  if (old === undefined || old.metadata.uid !== object.metadata.uid) return;
  const grown = Number(object.metadata.resourceVersion) - Number(old.metadata.resourceVersion);
  if (grown === 0) expect(object).toBe(old);
  else expect(grown).toBeGreaterThan(0);
  expect(object.metadata.generation).toBeGreaterThanOrEqual(old.metadata.generation);
}

test('any sequence of writes: versions grow, a refused batch changes nothing, replayed events are what a list says', async () => {
  await fc.assert(
    fc.asyncProperty(batches, async (sequence) => {
      using bed = storeBed();
      const start = { version: bed.store.version(), objects: await present(bed) };
      for (const one of sequence) {
        if (one === 'reopen') {
          const before = await present(bed);
          bed.reopen();
          expect(await present(bed)).toEqual(before);
        } else await step(bed, one);
      }
      const seen = watching(bed.store, kinds, start.version);
      await settled();
      const versions = seen.events.map((event) => Number(event.resourceVersion));
      expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
      expect(replayed(start.objects, seen.events)).toEqual(await present(bed));
    }),
    { seed: 11, numRuns: 60 },
  );
});
