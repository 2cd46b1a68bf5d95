/** Writes a decision in one batch, before anything that it announces is done. */
import { wordingOf } from '../../texts/catalogue.ts';
import { sameJson } from '../../core/model/json.ts';
import type { Release } from '../../core/model/release.ts';
import type { Command, Run } from '../../core/model/run.ts';
import type { Decision } from '../../core/release/decide.ts';
import type { Observation } from '../../core/release/observation.ts';
import type { ReleaseRecord, RunRecord } from '../../core/release/state.ts';
import type { Noted, Reply } from '../../core/release/transition.ts';
import type { Write } from '../../ports/store.ts';
import { releaseFacts, runFacts } from './facts.ts';
import type { LoadedRecord } from './record.ts';
import { storedForm } from './record.ts';

export interface Pending {
  readonly release: Release;
  readonly loaded: LoadedRecord;
  readonly decision: Decision;
  readonly seen: Observation;
  readonly commands: readonly Command[];
  readonly runNamed: (name: string) => Run | undefined;
  readonly now: number;
}

export function runJournal(namespace: string, run: string): string {
  return `run/${namespace}/${run}`;
}

function releaseJournal(namespace: string, release: string): string {
  return `release/${namespace}/${release}`;
}

/** Empty where nothing changed. */
export function batchOf(pending: Pending): readonly Write[] {
  return [...runWrites(pending), ...releaseWrites(pending), ...replyWrites(pending), ...journalWrites(pending)];
}

function runWrites({ decision, loaded, release, runNamed }: Pending): readonly Write[] {
  const { run } = decision.state;
  const ended = decision.closed.flatMap((closed) => statusWrite(runNamed(closed.name), closed));
  if (run === null) return ended;
  const stored = runNamed(run.name);
  if (stored === undefined) return [...ended, { op: 'create', object: newRun(release, run) }];
  return run === loaded.state.run ? ended : [...ended, ...statusWrite(stored, run)];
}

function statusWrite(stored: Run | undefined, run: RunRecord): readonly Write[] {
  if (stored === undefined) return [];
  const object: Run = { ...stored, status: runFacts(run) };
  return [{ op: 'status', object }];
}

function newRun(release: Release, run: RunRecord): Extract<Write, { op: 'create' }>['object'] {
  const { name, namespace, uid } = release.metadata;
  return {
    apiVersion: release.apiVersion,
    kind: 'Run',
    metadata: {
      name: run.name,
      ...(namespace === undefined ? {} : { namespace }),
      ownerReferences: [{ apiVersion: release.apiVersion, kind: 'Release', name, uid }],
    },
    spec: { release: name, from: run.from, to: run.to, cause: run.cause },
  } as Extract<Write, { op: 'create' }>['object'];
}

/** The release is written when its own part changed, a run came or went, or what readers see changed. */
function releaseWrites({ decision, release, seen, runNamed, now }: Pending): readonly Write[] {
  const { state } = decision;
  const isNew = state.run !== null && runNamed(state.run.name)?.status === undefined;
  const record = storedForm(state, isNew);
  const facts = releaseFacts({ release, state, seen, problem: decision.problem, now });
  const status = { ...facts, record };
  if (sameJson(release.status, status)) return [];
  return [{ op: 'status', object: { ...release, status } as Release }];
}

function replyWrites({ decision, commands, now }: Pending): readonly Write[] {
  return decision.replies.flatMap((reply) => answered(commands, reply, now));
}

function answered(commands: readonly Command[], reply: Reply, now: number): readonly Write[] {
  const command = commands.find((one) => one.metadata.uid === reply.id);
  if (command === undefined) return [];
  const status = { result: reply.result, ...wordingOf(reply.message), at: new Date(now).toISOString() };
  const object: Command = { ...command, status };
  return [{ op: 'status', object }];
}

function journalWrites({ decision, release }: Pending): readonly Write[] {
  const { name, namespace = '' } = release.metadata;
  const journals = new Map<string, Noted['entry'][]>();
  for (const { run, entry } of decision.notes) {
    const journal = run === null ? releaseJournal(namespace, name) : runJournal(namespace, run);
    journals.set(journal, [...(journals.get(journal) ?? []), entry]);
  }
  return [...journals].map(([journal, entries]) => ({ op: 'append', journal, entries }));
}

/** True where the decision holds something that is not in the store yet. */
export function isChanged(before: ReleaseRecord, decision: Decision): boolean {
  return decision.state !== before || decision.replies.length > 0 || decision.notes.length > 0;
}
