/** Changes that are not yet kept: a view on top of another view, thrown away or taken over as a whole. */
import { normalRef, refKey, refOf } from '../../../core/model/kinds.ts';
import type { ObjectRef } from '../../../core/model/meta.ts';
import type { JournalEntry, WatchEvent } from '../../../ports/store.ts';
import { frozenCopy } from './frozen.ts';
import type { Stored, StoreView } from './object-table.ts';

export interface Change {
  readonly ref: ObjectRef;
  /** Undefined = gone. */
  readonly stored: Stored | undefined;
}

export interface Append {
  readonly journal: string;
  readonly entries: readonly JournalEntry[];
}

export interface Draft extends StoreView {
  /** Gives the object the next version and announces it. */
  put(stored: Stored, type: 'added' | 'modified'): Stored;
  /** Keeps what a manager applied, without a change to the object. */
  note(stored: Stored): void;
  remove(stored: Stored): void;
  append(append: Append): void;
  /** True where the object was there below this draft and is gone in it. */
  removed(ref: ObjectRef): boolean;
  /** Takes over all that a draft on top of this one holds. */
  take(upper: Draft): void;
  version(): number;
  readonly changes: ReadonlyMap<string, Change>;
  readonly events: readonly WatchEvent[];
  readonly appends: readonly Append[];
}

export function createDraft(below: StoreView, startVersion: number): Draft {
  const changes = new Map<string, Change>();
  const events: WatchEvent[] = [];
  const appends: Append[] = [];
  let version = startVersion;
  const view = overlay(below, changes);

  function note(stored: Stored): void {
    const ref = refOf(stored.object);
    changes.set(refKey(ref), { ref, stored });
  }

  function announce(type: WatchEvent['type'], stored: Stored): Stored {
    version += 1;
    const resourceVersion = String(version);
    const metadata = { ...stored.object.metadata, resourceVersion };
    const object = frozenCopy({ ...stored.object, metadata });
    events.push({ type, object, resourceVersion });
    return { object, applied: frozenCopy(stored.applied) };
  }

  return {
    ...view,
    changes,
    events,
    appends,
    note,
    version: () => version,
    put(stored, type) {
      const announced = announce(type, stored);
      note(announced);
      return announced;
    },
    remove(stored) {
      announce('deleted', stored);
      const ref = refOf(stored.object);
      changes.set(refKey(ref), { ref, stored: undefined });
    },
    append: (append) => void appends.push(append),
    removed: (ref) => view.find(ref) === undefined && below.find(ref) !== undefined,
    take(upper) {
      for (const [key, change] of upper.changes) changes.set(key, change);
      events.push(...upper.events);
      appends.push(...upper.appends);
      version = upper.version();
    },
  };
}

/** What is below, as far as the changes left it alone, and what they hold. */
function overlay(below: StoreView, changes: ReadonlyMap<string, Change>): StoreView {
  function merged(lower: readonly Stored[], isWanted: (stored: Stored) => boolean): readonly Stored[] {
    const untouched = lower.filter((stored) => !changes.has(refKey(refOf(stored.object))));
    const own = [...changes.values()].flatMap((change) => change.stored ?? []).filter(isWanted);
    return [...untouched, ...own];
  }

  /** The uid stood below at a place that a change has overwritten. */
  function isOverwritten(uid: string): boolean {
    return [...changes.values()].some((change) => below.find(change.ref)?.object.metadata.uid === uid);
  }

  return {
    find(ref) {
      const change = changes.get(refKey(normalRef(ref)));
      return change === undefined ? below.find(ref) : change.stored;
    },
    holds(uid) {
      for (const change of changes.values()) if (change.stored?.object.metadata.uid === uid) return true;
      return below.holds(uid) && !isOverwritten(uid);
    },
    ownedBy: (uid) => merged(below.ownedBy(uid), (stored) => isOwnedBy(stored, uid)),
    inNamespace: (namespace) =>
      merged(below.inNamespace(namespace), (stored) => stored.object.metadata.namespace === namespace),
  };
}

function isOwnedBy(stored: Stored, uid: string): boolean {
  return (stored.object.metadata.ownerReferences ?? []).some((owner) => owner.uid === uid);
}
