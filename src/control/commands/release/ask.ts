/** Everything that people do to a release: a stored Command with who and why, answered by the release controller. */
import type { NewObject } from '../../../core/model/meta.ts';
import type { Command, CommandSpec } from '../../../core/model/run.ts';
import { commandEvent } from '../../../core/release/commands.ts';
import { compile } from '../../../core/release/compile.ts';
import type { CommandSeen } from '../../../core/release/observation.ts';
import { step } from '../../../core/release/step.ts';
import { Fault } from '../../../lib/fault.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Store } from '../../../ports/store.ts';
import type { Phrase } from '../../../texts/message.ts';
import type { ReleaseTarget } from './target.ts';
import { readTarget } from './target.ts';

/** Who asks, and why. */
export interface Request extends ReleaseTarget {
  readonly by: string;
  readonly reason?: string;
}

/** Releases a version: the named one, else the newest that is not stable. @throws Fault `notFound`, `refused` */
export function start(store: Store, request: Request & { readonly version?: string }): Promise<Command> {
  return ask(store, request, { verb: 'start', ...(request.version === undefined ? {} : { version: request.version }) });
}

/** Holds the run where it is. The judge goes on looking for harm. @throws Fault `notFound`, `refused` */
export function pause(store: Store, request: Request): Promise<Command> {
  return ask(store, request, { verb: 'pause' });
}

/** Ends a pause, a weight set by hand, or a step that waits for it. @throws Fault `notFound`, `refused` */
export function resume(store: Store, request: Request): Promise<Command> {
  return ask(store, request, { verb: 'resume' });
}

/** @throws Fault `notFound`, `refused` */
export function approve(store: Store, request: Request): Promise<Command> {
  return ask(store, request, { verb: 'approve' });
}

/** Goes on to the next step without the rest of the wait; evidence and capacity still count. @throws Fault */
export function promote(store: Store, request: Request): Promise<Command> {
  return ask(store, request, { verb: 'promote' });
}

/** Gives the candidate everything as soon as it has the capacity. @throws Fault `notFound`, `refused` */
export function promoteFull(store: Store, request: Request): Promise<Command> {
  return ask(store, request, { verb: 'promoteFull' });
}

/** Percent, at least 0 and below 100; the run then stays there until it is resumed. @throws Fault */
export function setWeight(store: Store, request: Request & { readonly weight: number }): Promise<Command> {
  return ask(store, request, { verb: 'setWeight', weight: request.weight });
}

/** Goes on to the next step without waiting for data; capacity still counts. @throws Fault `notFound`, `refused` */
export function skip(store: Store, request: Request): Promise<Command> {
  return ask(store, request, { verb: 'skip' });
}

/** Gives all traffic back to stable, now. @throws Fault `notFound`, `refused` */
export function abort(store: Store, request: Request): Promise<Command> {
  return ask(store, request, { verb: 'abort' });
}

/** Goes back to an earlier version: the named one, else the one that was stable before. @throws Fault */
export function rollback(store: Store, request: Request & { readonly version?: string }): Promise<Command> {
  return ask(store, request, {
    verb: 'rollback',
    ...(request.version === undefined ? {} : { version: request.version }),
  });
}

type Asking = Pick<CommandSpec, 'verb' | 'weight' | 'version'>;

/** Refuses at once what the controller would refuse in the present state; only it decides in the end. */
async function ask(store: Store, request: Request, asking: Asking): Promise<Command> {
  // An abort is written without reading anything first: nothing stands before it.
  if (asking.verb !== 'abort') await requireAcceptable(store, request, asking);
  const { results } = await store.write([{ op: 'create', object: commandObject(request, asking) }]);
  const [first] = results;
  if (first?.object === undefined) throw new TypeError('the store created a Command and did not return it');
  return first.object as Command;
}

async function requireAcceptable(store: Store, request: Request, asking: Asking): Promise<void> {
  const { release, state, seen } = await readTarget(store, request);
  const { weight, version } = asking;
  const command: CommandSeen = {
    id: '',
    name: '',
    verb: asking.verb,
    by: request.by,
    ...(weight === undefined ? {} : { weight }),
    ...(version === undefined ? {} : { version }),
  };
  const event = commandEvent(command, { state, seen, compiled: compile(release.spec) });
  const { reply } = step(state, event, 0);
  if (reply?.result !== 'refused') return;
  throw new Fault('refused', reply.message, { place: { object: `Release ${request.namespace}/${request.name}` } });
}

function commandObject(request: Request, asking: Asking): NewObject<Command> {
  const { namespace, name, by, reason } = request;
  return {
    apiVersion: 'serin.dev/v1alpha1',
    kind: 'Command',
    metadata: { name: `${name}-${asking.verb.toLowerCase()}-${crypto.randomUUID().slice(0, 8)}`, namespace },
    spec: { release: name, ...asking, by, ...(reason === undefined ? {} : { reason }) },
  };
}

export interface Answer {
  readonly result: 'accepted' | 'refused';
  readonly message: string;
  readonly text?: Phrase;
}

/**
 * Resolves once the controller has answered.
 * @throws Fault `timeout` where it does not within `withinMs`, `notFound` where the command is deleted meanwhile
 */
export async function waitForCommand(
  store: Store,
  command: Command,
  patience: { readonly clock: Clock; readonly withinMs: number },
): Promise<Answer> {
  const { name, namespace = '', uid, resourceVersion } = command.metadata;
  const stop = new AbortController();
  const answered = new Promise<Answer>((resolve, reject) => {
    const read = async (): Promise<void> => {
      const present = await store.get<Command>({ kind: 'Command', namespace, name });
      if (present === undefined) reject(gone(name, namespace));
      else if (present.status !== undefined) resolve(present.status);
    };
    const subscription = store.watch(
      { kinds: ['Command'], since: resourceVersion, namespace },
      {
        onEvent: ({ type, object }) => {
          if (object.metadata.uid !== uid) return;
          if (type === 'deleted') reject(gone(name, namespace));
          const { status } = object as Command;
          if (status !== undefined) resolve(status);
        },
        onLost: () => void read().catch(reject),
      },
    );
    stop.signal.addEventListener('abort', () => subscription.close(), { once: true });
    void read().catch(reject);
  });
  const late = patience.clock.sleep(patience.withinMs, stop.signal).then((): 'late' => 'late');
  try {
    const first = await Promise.race([answered, late]);
    if (first !== 'late') return first;
    throw new Fault('timeout', { key: 'run.refused.noAnswer', params: { seconds: patience.withinMs / 1000 } });
  } finally {
    stop.abort();
  }
}

function gone(name: string, namespace: string): Fault {
  return new Fault('notFound', { key: 'fault.notFound', params: { kind: 'Command', name, namespace } });
}
