import { decideAdoption } from './adoption.ts';
import type { ContainerProcess } from './container-process.ts';
import { adoptProcess, exitOfZombie } from './container-process.ts';
import { endedState } from './ended-state.ts';
import type { ContainerRecord, PodRecord } from './pod-folder.ts';
import { listRecords, writeRecord } from './pod-folder.ts';
import type { SupervisorScope } from './pod-scope.ts';
import type { ProcessSight } from './process-identity.ts';
import { CONTAINER_MARK, lookAt, markedProcesses } from './process-identity.ts';
import type { KnownProcess } from './signal.ts';
import { signalGroup, signalOne } from './signal.ts';

/** A pod of an earlier supervisor, with what is still running of it. */
export interface FoundPod {
  readonly folder: string;
  readonly record: PodRecord;
  readonly adopted: ReadonlyMap<string, ContainerProcess>;
}

export interface Stock {
  readonly pods: readonly FoundPod[];
  /** Processes that carry our mark and belong to no living instance. */
  readonly strays: readonly KnownProcess[];
}

/** Compares what was written down with what runs. Walks over all processes once. */
export function takeStock({ dataDir, mark, watch, clock }: SupervisorScope): Stock {
  const records = listRecords(dataDir);
  const byInstance = new Map<string, ProcessSight[]>();
  const strays: KnownProcess[] = [];
  for (const { pid, mark: kind, value } of markedProcesses()) {
    if (!value.startsWith(`${mark}.`)) continue;
    const sight = lookAt(pid);
    if (sight === undefined) continue;
    // Probes and hooks of the supervisor that is no more: nobody waits for their answer.
    if (kind !== CONTAINER_MARK) strays.push(sight);
    else byInstance.set(value, [...(byInstance.get(value) ?? []), sight]);
  }
  const pods = records.map(({ folder, record }): FoundPod => {
    const adopted = new Map<string, ContainerProcess>();
    const containers: Record<string, ContainerRecord> = { ...record.containers };
    for (const [name, container] of Object.entries(record.containers)) {
      const marked = byInstance.get(container.instance) ?? [];
      byInstance.delete(container.instance);
      if (container.phase !== 'intent' && container.phase !== 'running') {
        strays.push(...marked);
        continue;
      }
      const atPid = container.pid === undefined ? undefined : lookAt(container.pid);
      const decision = decideAdoption(container, { atPid, marked });
      if (decision.kind === 'adopt') {
        const { pid, startTime } = decision;
        containers[name] = { ...container, phase: 'running', pid, startTime };
        adopted.set(name, adoptProcess({ pid, startTime }, watch));
      } else {
        strays.push(...decision.leftovers);
        containers[name] = endedUnseen(container, decision.zombie, clock.now());
      }
    }
    const present: PodRecord = { ...record, containers };
    writeRecord(folder, present);
    return { folder, record: present, adopted };
  });
  for (const unknown of byInstance.values()) strays.push(...unknown);
  return { pods, strays };
}

/** The record of an instance that ended while no supervisor was there, or never started. */
function endedUnseen(record: ContainerRecord, zombie: ProcessSight | undefined, nowMs: number): ContainerRecord {
  const { pid: _pid, startTime: _startTime, ...rest } = record;
  const exit = exitOfZombie(zombie?.exitStatus);
  const ended = endedState(exit, { startedAt: record.startedAt ?? nowMs, endedAt: nowMs });
  return { ...rest, phase: 'ended', ready: false, started: false, endedAt: nowMs, ended };
}

/** Ends everything that carries this folder's mark. Walks over all processes once. */
export function endMarked(mark: string): void {
  const ours = markedProcesses().filter(({ value }) => value.startsWith(`${mark}.`));
  endProcesses(ours.map(({ pid }) => lookAt(pid)).filter((sight) => sight !== undefined));
}

/** Ends processes at once, each only if it is still the one that was seen. */
export function endProcesses(processes: readonly KnownProcess[]): void {
  for (const known of processes) {
    const isLeader = lookAt(known.pid)?.group === known.pid;
    if (isLeader) signalGroup(known, 'SIGKILL');
    else signalOne(known, 'SIGKILL');
  }
}
