import type { ProcessSight } from './process-identity.ts';

/** What was written down about an instance before and after its start. */
export interface StartRecord {
  /** Value of the mark in the environment of its processes. */
  readonly instance: string;
  /** Absent: the intent was recorded, the start was not. */
  readonly pid?: number;
  readonly startTime?: string;
}

export interface AdoptionView {
  /** The process behind the recorded pid. */
  readonly atPid: ProcessSight | undefined;
  /** Processes that carry the instance's mark. */
  readonly marked: readonly ProcessSight[];
}

export type Adoption =
  | { readonly kind: 'adopt'; readonly pid: number; readonly startTime: string }
  /** It never started, or it ended. `leftovers` are its children that stayed behind. */
  | { readonly kind: 'gone'; readonly leftovers: readonly ProcessSight[]; readonly zombie?: ProcessSight };

/**
 * What to do with a recorded instance after a restart. The leader of an instance leads its own session. A pid with another
 * start time is somebody else and is never touched.
 */
export function decideAdoption(record: StartRecord, view: AdoptionView): Adoption {
  const alive = view.marked.filter((sight) => !sight.isZombie);
  const isSame = (sight: ProcessSight | undefined): sight is ProcessSight =>
    sight !== undefined && sight.pid === record.pid && sight.startTime === record.startTime;
  if (record.pid !== undefined) {
    if (isSame(view.atPid) && !view.atPid.isZombie) {
      return { kind: 'adopt', pid: view.atPid.pid, startTime: view.atPid.startTime };
    }
    const zombie = isSame(view.atPid) ? { zombie: view.atPid } : {};
    return { kind: 'gone', leftovers: alive, ...zombie };
  }
  const leader = alive.find((sight) => sight.session === sight.pid);
  if (leader !== undefined) return { kind: 'adopt', pid: leader.pid, startTime: leader.startTime };
  return { kind: 'gone', leftovers: alive };
}

/** Whether a signal may be sent: the process is the one that was recorded, and it has not ended. */
export function maySignal(
  recorded: { readonly pid: number; readonly startTime: string },
  sight: ProcessSight | undefined,
): boolean {
  return (
    sight !== undefined &&
    sight.pid === recorded.pid &&
    sight.startTime === recorded.startTime &&
    !sight.isZombie &&
    recorded.pid > 1
  );
}
