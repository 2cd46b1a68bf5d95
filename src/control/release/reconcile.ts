/** One turn with one release: what presses first, then a full look. */
import { sameJson } from '../../core/model/json.ts';
import type { Release } from '../../core/model/release.ts';
import type { Run } from '../../core/model/run.ts';
import type { Action } from '../../core/release/action.ts';
import type { Decision } from '../../core/release/decide.ts';
import { decide, isPressing } from '../../core/release/decide.ts';
import type { CountsSeen, Observation, RouteSeen } from '../../core/release/observation.ts';
import type { ReleaseRecord } from '../../core/release/state.ts';
import { isPinned, isTrial } from '../../core/release/state.ts';
import type { Log } from '../../lib/log.ts';
import type { Clock } from '../../ports/clock.ts';
import type { MetricsSource } from '../../ports/metrics.ts';
import type { TrafficProvider } from '../../ports/traffic.ts';
import type { Cache } from '../cache.ts';
import { placeOf } from '../key.ts';
import type { Turn, WorkResult } from '../queue.ts';
import { backoffMs } from '../queue.ts';
import { carryOut } from './actions.ts';
import { eventWrites } from './events.ts';
import { holdOn } from './give-up.ts';
import { batchOf, isChanged } from './persist.ts';
import type { Patience } from './reads.ts';
import { readCounts, readRoute, retiresSoon } from './reads.ts';
import type { LoadedRecord } from './record.ts';
import { loadRecord } from './record.ts';
import type { Router } from './split.ts';
import { desiredSplit, routedService, routerOf, trafficSplit } from './split.ts';
import type { ReleaseWorld } from './world.ts';
import { cheapObservation, worldOf } from './world.ts';

export interface ReconcileContext {
  readonly cache: Cache;
  readonly traffic: Readonly<Record<string, TrafficProvider>>;
  readonly metrics: MetricsSource;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  /** Looks in a row that ended without the router's word, by key. */
  readonly failures: Map<string, number>;
  /** Keys whose route was written by anybody since it was last read. */
  readonly rerouted: Set<string>;
}

/** How soon to look again after the router was told something new. */
const AFTER_CHANGE_MS = 20;

/** How soon to look again at the route of a release at rest that was changed and could not be read. */
const REREAD_MS = 1_000;

interface Look {
  readonly context: ReconcileContext;
  readonly key: string;
  readonly world: ReleaseWorld;
  readonly loaded: LoadedRecord;
  readonly router: Router;
}

export async function reconcileRelease(key: string, turn: Turn, context: ReconcileContext): Promise<WorkResult> {
  const release = context.cache.get<Release>({ kind: 'Release', ...placeOf(key) });
  if (release === undefined) return undefined;
  await holdOn(context.cache, release);
  const first = startLook(key, context);
  if (first === undefined) return undefined;
  const cheap = cheapObservation(first.world, first.loaded.state);
  if (isPressing(first.loaded.state, cheap, context.clock.now())) {
    const done = await conclude(first, cheap);
    if (done.failed) return done.result;
  }
  const look = startLook(key, context);
  if (look === undefined) return undefined;
  const seen = await fullObservation(look, turn.signal);
  // An abort arrived while we were reading: the queue runs this key again at once, in the safety lane.
  if (turn.signal.aborted) return undefined;
  return (await conclude(look, seen)).result;
}

function startLook(key: string, context: ReconcileContext): Look | undefined {
  const { cache, traffic } = context;
  const { namespace, name } = placeOf(key);
  const release = cache.get<Release>({ kind: 'Release', namespace, name });
  if (release === undefined) return undefined;
  const loaded = loadRecord(release, (run) => cache.get<Run>({ kind: 'Run', namespace, name: run }));
  return { context, key, world: worldOf(cache, release), loaded, router: routerOf(release, traffic) };
}

async function fullObservation(look: Look, signal: AbortSignal): Promise<Observation> {
  const { context, world, loaded, router } = look;
  const cheap = cheapObservation(world, loaded.state);
  if (!router.ok) return { ...cheap, blocked: router.message };
  const patience = { clock: context.clock, signal };
  if (loaded.state.stable === null) return { ...cheap, ...(await routed(look, router)) };
  const [route, counts, retired] = await Promise.all([
    routeSeen(look, router, patience),
    runCounts(look, patience),
    retiredCounts(look, patience),
  ]);
  return { ...cheap, route, counts, retired };
}

/** The first look at a release: who has the traffic now? */
async function routed(
  { world }: Look,
  { provider, settings }: Extract<Router, { readonly ok: true }>,
): Promise<Pick<Observation, 'routed'>> {
  const labels = await provider.serving(routedService(world.release, settings));
  const version = labels && world.found.versions.find((one) => sameJson(one.labels, labels));
  return version === undefined ? {} : { routed: version };
}

const NOT_READ = { kind: 'notRead' } as const;

/** A release at rest costs no reads, until somebody writes to its route. */
async function routeSeen(
  { context, world, loaded, key }: Look,
  router: Extract<Router, { readonly ok: true }>,
  patience: Patience,
): Promise<RouteSeen> {
  const { state } = loaded;
  const intent = desiredSplit(state);
  const atRest = state.run === null && isPinned(state) && !retiresSoon(state, context.clock.now());
  const isRerouted = context.rerouted.delete(key);
  if (intent === undefined || (atRest && !isRerouted)) return NOT_READ;
  const { release, found } = world;
  const split = trafficSplit(intent, { release, versions: found.versions, settings: router.settings });
  const seen = await readRoute(patience, router.provider, split);
  if (seen.kind === 'failed') context.rerouted.add(key);
  return seen;
}

async function runCounts({ context, world, loaded }: Look, patience: Patience): Promise<CountsSeen> {
  const { run } = loaded.state;
  if (run === null) return NOT_READ;
  const query = { ...serviceOf(world), stable: run.from.version, candidate: run.to.version };
  return readCounts(patience, context.metrics, { query, cursor: run.evidence.cursor });
}

async function retiredCounts({ context, world, loaded }: Look, patience: Patience): Promise<CountsSeen> {
  const { state } = loaded;
  const [first] = state.retiring;
  if (first === undefined || state.stable === null || !retiresSoon(state, context.clock.now())) return NOT_READ;
  const query = { ...serviceOf(world), stable: state.stable.version, candidate: first.version.version };
  return readCounts(patience, context.metrics, { query, cursor: first.cursor });
}

function serviceOf({ release }: ReleaseWorld): { readonly namespace: string; readonly service: string } {
  return { namespace: release.metadata.namespace ?? '', service: release.spec.service };
}

interface Concluded {
  readonly result: WorkResult;
  readonly failed: boolean;
}

/** Decide, write, act. A write that fails throws: nothing was done, and the next look begins anew. */
async function conclude(look: Look, seen: Observation): Promise<Concluded> {
  const { context, world, loaded, key } = look;
  const { cache, clock } = context;
  const now = clock.now();
  const { namespace = '' } = world.release.metadata;
  const decision = decide(loaded.state, seen, now);
  const batch = batchOf({
    release: world.release,
    loaded,
    decision,
    seen,
    commands: world.commands,
    runNamed: (name) => cache.get<Run>({ kind: 'Run', namespace, name }),
    now,
  });
  if (batch.length > 0) await cache.write(batch);
  const acted = await act(look, decision);
  if (isChanged(loaded.state, decision)) await tellEvents(look, decision);
  return { result: nextLook({ look, decision, acted, key }), failed: acted.failed };
}

interface Acted {
  readonly failed: boolean;
  readonly changed: boolean;
}

/** In the order of their classes. Nothing of this release happens after a safety action that failed. */
async function act({ context, world, router }: Look, decision: Decision): Promise<Acted> {
  if (!router.ok) return { failed: false, changed: false };
  const hands = {
    cache: context.cache,
    release: world.release,
    provider: router.provider,
    settings: router.settings,
    versions: world.found.versions,
  };
  let failed = false;
  let changed = false;
  for (const action of decision.actions) {
    try {
      const wrote = await carryOut(action, hands);
      changed ||= wrote && action.class !== 'scale';
    } catch (error) {
      failed = true;
      complain(context.log, action, error);
      if (action.class === 'safety') return { failed, changed };
    }
  }
  return { failed, changed };
}

function complain(log: Log, action: Action, error: unknown): void {
  log.warn('an action failed and will be tried again', { action: action.key, class: action.class, error });
}

async function tellEvents({ context, world }: Look, decision: Decision): Promise<void> {
  const writes = eventWrites(world.release, decision.notes);
  if (writes.length === 0) return;
  try {
    await context.cache.write(writes);
  } catch (error) {
    context.log.warn('events could not be written', { error });
  }
}

interface Next {
  readonly look: Look;
  readonly decision: Decision;
  readonly acted: Acted;
  readonly key: string;
}

/** A router that has not confirmed so often is asked once a second. */
const PATIENT_LOOKS = 20;

function nextLook({ look, decision, acted, key }: Next): WorkResult {
  const { context } = look;
  const { state, wakeAt } = decision;
  const lane = isTakingBack(state) ? 'safety' : 'ordinary';
  const count = countFailures(context.failures, key, acted.failed || isUnconfirmed(state));
  if (acted.changed) return { afterMs: AFTER_CHANGE_MS, lane };
  if (acted.failed) return { afterMs: backoffMs(count, { firstMs: 50, limitMs: 1_000 }, context.random()), lane };
  if (wakeAt === undefined) return context.rerouted.has(key) ? { afterMs: REREAD_MS } : undefined;
  const patience = count > PATIENT_LOOKS ? 1_000 : 0;
  return { afterMs: Math.max(patience, wakeAt - context.clock.now()), lane };
}

function countFailures(failures: Map<string, number>, key: string, isOne: boolean): number {
  const count = isOne ? (failures.get(key) ?? 0) + 1 : 0;
  if (count === 0) failures.delete(key);
  else failures.set(key, count);
  return count;
}

/** Told to the router, and not heard back. */
function isUnconfirmed(state: ReleaseRecord): boolean {
  return state.run === null ? state.stable !== null && !isPinned(state) : state.run.inForceSince === null;
}

function isTakingBack({ run }: ReleaseRecord): boolean {
  return run !== null && !isTrial(run) && run.inForceSince === null;
}
