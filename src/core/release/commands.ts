/** From a stored command to an event. A command that cannot be understood is refused, never ignored. */
import type { Message } from '../../texts/catalogue.ts';
import { refOf, startOf } from './arrivals.ts';
import type { Compiled } from './compile.ts';
import { directPlan } from './compile.ts';
import type { Asked, ReleaseEvent, Start } from './event.ts';
import type { CommandSeen, Observation } from './observation.ts';
import type { ReleaseRecord, VersionRef } from './state.ts';
import { sameVersion } from './state.ts';

/** These give traffic back; they are taken before anything else at a look. */
export function isUrgent(command: CommandSeen): boolean {
  return command.verb === 'abort';
}

export interface Hearing {
  readonly state: ReleaseRecord;
  readonly seen: Observation;
  readonly compiled: Compiled;
}

const plainVerbs = {
  pause: 'pauseRequested',
  resume: 'resumeRequested',
  approve: 'approveRequested',
  promote: 'promoteRequested',
  promoteFull: 'promoteFullRequested',
  skip: 'skipRequested',
  abort: 'abortRequested',
} as const;

export function commandEvent(command: CommandSeen, hearing: Hearing): ReleaseEvent {
  const { id, name, by, reason, verb } = command;
  const asked: Asked = { id, name, by, ...(reason === undefined ? {} : { reason }) };
  if (verb === 'start') return { kind: 'startRequested', asked, start: startFor(command, hearing) };
  if (verb === 'rollback') return { kind: 'rollbackRequested', asked, start: rollbackFor(command, hearing) };
  if (verb === 'setWeight') return { kind: 'setWeightRequested', asked, weight: command.weight ?? Number.NaN };
  return { kind: plainVerbs[verb], asked };
}

/** Without a version: the newest one that is not stable. An earlier outcome does not matter, somebody asks for it. */
function startFor(command: CommandSeen, { state, seen, compiled }: Hearing): Start | Message {
  if (compiled.refused !== undefined) return compiled.refused.message;
  const others = seen.versions.filter((one) => one.hash !== state.stable?.hash);
  const queued = state.queue[0]?.version;
  const found =
    command.version === undefined
      ? (others.find((one) => one.hash === queued?.hash) ?? others.at(-1))
      : seen.versions.find((one) => one.version === command.version);
  if (found === undefined) return missing(command, seen);
  return checked(refOf(found), { state, seen, compiled }, compiled.plan);
}

/** Without a version: the one that was stable before. */
function rollbackFor(command: CommandSeen, hearing: Hearing): Start | Message {
  const { state, seen } = hearing;
  const earlier = state.handled
    .filter((one) => one.outcome === 'promoted' || one.outcome === 'adopted')
    .filter((one) => one.hash !== state.stable?.hash)
    .filter((one) => command.version === undefined || one.version === command.version);
  const wanted = earlier.at(-1);
  const found = seen.versions.find((one) => one.hash === wanted?.hash) ?? named(command.version, seen);
  if (found === undefined) return missing(command, seen);
  return checked(refOf(found), hearing, directPlan);
}

function named(version: string | undefined, seen: Observation): (typeof seen.versions)[number] | undefined {
  return version === undefined ? undefined : seen.versions.find((one) => one.version === version);
}

function checked(to: VersionRef, { state, seen }: Hearing, plan: Start['plan']): Start | Message {
  if (sameVersion(state.stable, to)) return { key: 'run.refused.isStable', params: { version: to.version } };
  return startOf(to, { state, seen, plan });
}

function missing({ verb, version }: CommandSeen, seen: Observation): Message {
  if (seen.blocked !== undefined) return seen.blocked;
  if (seen.versions.length === 0) return { key: 'run.problem.noVersions' };
  const versions = seen.versions.map((one) => one.version).join(', ');
  if (version !== undefined) return { key: 'run.refused.noSuchVersion', params: { version, versions } };
  const key = verb === 'rollback' ? 'run.refused.nothingEarlier' : 'run.refused.nothingToStart';
  return { key, params: { versions } };
}
