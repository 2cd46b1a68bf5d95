/** `apply -f`: all objects of a batch, or none. */
import { sameJson } from '../../core/model/json.ts';
import { objectName, printedName, refOf } from '../../core/model/kinds.ts';
import { matchesSelector } from '../../core/model/labels.ts';
import type { LabelSelector, NewObject, ObjectRef } from '../../core/model/meta.ts';
import type { Problem } from '../../core/model/parse/problem.ts';
import { Fault } from '../../lib/fault.ts';
import type { Place } from '../../lib/fault.ts';
import type { Store, Write, WriteOutcome, WriteResult } from '../../ports/store.ts';
import type { Message } from '../../texts/catalogue.ts';
import { parseManifests } from './parse.ts';
import type { ManifestObject } from './parse.ts';
import type { ManifestSource } from './read.ts';

/** Field manager of everything that people apply. */
const CLI_MANAGER = 'serin-cli';

export interface ApplyOptions {
  /** For objects that name none. */
  readonly namespace?: string;
  /** Default `serin-cli`. */
  readonly manager?: string;
  /** Only objects with such labels. All of the files are checked. */
  readonly selector?: LabelSelector;
}

export interface ManifestChange {
  readonly ref: ObjectRef;
  /** As kubectl prints it, `deployment.apps/reviews-v1`. */
  readonly name: string;
  readonly outcome: WriteOutcome;
  /** `deployment.apps/reviews-v1 created`. */
  readonly text: Message;
  readonly notices: readonly Message[];
}

export type ManifestOutcome =
  | { readonly outcome: 'refused'; readonly problems: readonly Problem[] }
  | { readonly outcome: 'done'; readonly changes: readonly ManifestChange[]; readonly resourceVersion: string };

/**
 * Applies all objects of the texts in one batch.
 * @throws Fault of the store, with the file and line of the object that it is about; `usage` where there is no object.
 */
export async function applyManifests(
  store: Store,
  sources: readonly ManifestSource[],
  options: ApplyOptions = {},
): Promise<ManifestOutcome> {
  const manager = options.manager ?? CLI_MANAGER;
  const { objects: all, problems } = parseManifests(sources, options.namespace);
  if (problems.length > 0) return { outcome: 'refused', problems };
  const paths = sources.map((source) => source.file).join(', ');
  const objects = all.filter(({ object }) => isChosen(object, options.selector));
  if (objects.length === 0) {
    if (all.length > 0) throw new Fault('usage', { key: 'manifest.noneChosen', params: { paths } });
    throw new Fault(
      'usage',
      { key: 'manifest.nothing', params: { paths } },
      { remedy: { key: 'manifest.nothingRemedy' } },
    );
  }
  const writes = objects.map(({ object }): Write => ({ op: 'apply', object, manager }));
  const { results, resourceVersion } = await written(store, objects, writes);
  return { outcome: 'done', changes: objects.map((item, index) => changeOf(item, results[index])), resourceVersion };
}

/** True without a selector. */
export function isChosen(object: NewObject, selector: LabelSelector | undefined): boolean {
  return selector === undefined || matchesSelector(selector, object.metadata.labels);
}

async function written(
  store: Store,
  objects: readonly ManifestObject[],
  batch: readonly Write[],
): Promise<WriteResult> {
  try {
    return await store.write(batch);
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause;
    const place = placeOf(objects, cause.details.place);
    throw place === undefined ? cause : new Fault(cause.code, cause.text, { ...cause.details, place, cause });
  }
}

/** The file and line of the object that a fault of the store names. */
function placeOf(objects: readonly ManifestObject[], place: Place | undefined): Place | undefined {
  const item = objects.find(({ object }) => objectName(refOf(object)) === place?.object);
  return item === undefined ? undefined : { ...place, ...item.place };
}

const texts = {
  created: 'manifest.created',
  changed: 'manifest.configured',
  same: 'manifest.unchanged',
  deleted: 'manifest.deleted',
} as const satisfies Record<WriteOutcome, Message['key']>;

function changeOf(
  { object, notices }: ManifestObject,
  result: WriteResult['results'][number] | undefined,
): ManifestChange {
  const outcome = result?.outcome ?? 'same';
  const name = printedName(object);
  const text = { key: texts[outcome], params: { name } } as const;
  // The store looks at the object once more, and says some of it again.
  const more = (result?.notices ?? []).filter((notice) => !notices.some((said) => sameJson(said, notice)));
  return { ref: refOf(object), name, outcome, text, notices: [...notices, ...more] };
}
