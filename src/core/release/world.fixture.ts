/** A small world for tests of `decide`: pods that take time, a router, counts that arrive once a second, all repeatable. */
import type { ArmCounts } from '../analysis/counts.ts';
import { latencyBoundsMs } from '../analysis/counts.ts';
import type { ReleaseSpec } from '../model/release.ts';
import type { Action } from './action.ts';
import type { Decision } from './decide.ts';
import { decide } from './decide.ts';
import type { ArmReading, CommandSeen, CountsSeen, FoundVersion, Observation, RouteSeen } from './observation.ts';
import type { ReleaseRecord, RunRecord } from './state.ts';
import { emptyRecord } from './state.ts';
import type { Noted, Reply } from './transition.ts';

export interface Deployed {
  readonly found: FoundVersion;
  own: number;
  replicas: number;
  ready: number;
  /** When the pods asked for last become ready. */
  readyAt: number;
  restarts: number;
  crashing: number;
  /** Chance of a failed request. */
  failing: number;
}

export interface World {
  now: number;
  state: ReleaseRecord;
  spec: ReleaseSpec | null;
  readonly deployed: Map<string, Deployed>;
  /** Share at the router, by version; percent. */
  share: number;
  candidate: string;
  stable: string;
  inForce: boolean;
  rps: number;
  readyDelayMs: number;
  commands: CommandSeen[];
  readonly broken: { route: boolean; counts: boolean };
  /** The candidate's failures are refused connections. */
  refusing: boolean;
  /** Requests since the last look, not yet read. */
  pending: { stable: [number, number]; candidate: [number, number]; from: number };
  readonly history: Noted[];
  readonly replies: Reply[];
  readonly closed: RunRecord[];
  readonly applied: Action[];
  random(): number;
}

export const ONE_STEP: ReleaseSpec = {
  service: 'reviews',
  workload: { versions: {} },
  strategy: { canary: { steps: [{ weight: 10 }, { weight: 50 }, { weight: 100 }] } },
};

/** Minimal standard generator (Park and Miller): repeatable, good enough to draw failures. */
export function seeded(seed: number): () => number {
  let value = (seed % 2_147_483_646) + 1;
  return () => {
    value = (value * 48_271) % 2_147_483_647;
    return (value - 1) / 2_147_483_646;
  };
}

export function world(spec: ReleaseSpec = ONE_STEP, seed = 7): World {
  return {
    now: 1_000_000,
    state: emptyRecord(),
    spec,
    deployed: new Map(),
    share: 0,
    candidate: '',
    stable: '',
    inForce: true,
    rps: 50,
    readyDelayMs: 1_500,
    commands: [],
    broken: { route: false, counts: false },
    refusing: false,
    pending: { stable: [0, 0], candidate: [0, 0], from: 1_000_000 },
    history: [],
    replies: [],
    closed: [],
    applied: [],
    random: seeded(seed),
  };
}

export function deploy(
  w: World,
  version: string,
  options: { hash?: string; replicas?: number; failing?: number } = {},
): void {
  const replicas = options.replicas ?? 2;
  const hash = options.hash ?? `h-${version}`;
  const deployment = `reviews-${version}`;
  w.deployed.set(deployment, {
    found: { version, hash, deployment, labels: { version } },
    own: replicas,
    replicas,
    ready: 0,
    readyAt: w.now + w.readyDelayMs,
    restarts: 0,
    crashing: 0,
    failing: options.failing ?? 0.005,
  });
}

export function command(w: World, verb: CommandSeen['verb'], more: Partial<CommandSeen> = {}): CommandSeen {
  const one: CommandSeen = {
    id: `c${w.commands.length + w.replies.length}-${w.now}`,
    name: verb,
    verb,
    by: 'ada',
    ...more,
  };
  w.commands = [...w.commands, one];
  return one;
}

function arm(w: World, one: Deployed): ArmReading {
  if (w.now >= one.readyAt && one.crashing === 0) one.ready = one.replicas;
  return {
    deployment: one.found.deployment,
    replicas: one.replicas,
    own: one.own,
    ready: Math.min(one.ready, one.replicas),
    pods: one.replicas,
    restarts: one.restarts,
    crashing: one.crashing,
    down: one.crashing,
  };
}

function countsOf([requests, failures]: readonly [number, number]): ArmCounts {
  const latency = latencyBoundsMs.map(() => 0).concat(0);
  latency[5] = requests;
  return { requests, failures, latency, byPod: {} };
}

/** Requests of the time that passed, drawn by the shares in force. */
function flow(w: World): void {
  const draws = Math.round((w.rps * (w.now - w.pending.from)) / 1000);
  const failing = (version: string): number =>
    [...w.deployed.values()].find((one) => one.found.version === version)?.failing ?? 0;
  for (let i = 0; i < draws; i += 1) {
    const toCandidate = w.random() * 100 < w.share;
    const side = toCandidate ? w.pending.candidate : w.pending.stable;
    side[0] += 1;
    if (w.random() < failing(toCandidate ? w.candidate : w.stable)) side[1] += 1;
  }
  w.pending.from = w.now;
}

function counts(w: World): CountsSeen {
  if (w.broken.counts) return { kind: 'failed', message: { key: 'happening.noAnswer', params: { ms: 1_000 } } };
  const { stable, candidate } = w.pending;
  return {
    kind: 'read',
    cursor: String(w.now),
    stable: countsOf(stable),
    candidate: { ...countsOf(candidate), refused: w.refusing ? candidate[1] : 0 },
    ageMs: 0,
    source: 'world',
  };
}

export function observe(w: World): Observation {
  flow(w);
  const { run } = w.state;
  const arms = Object.fromEntries([...w.deployed].map(([name, one]) => [name, arm(w, one)]));
  const stable = w.deployed.get((run?.from ?? w.state.stable)?.deployment ?? '');
  const route: RouteSeen = w.broken.route
    ? { kind: 'failed', message: { key: 'happening.noAnswer', params: { ms: 1_000 } } }
    : { kind: 'read', candidateWeight: w.share, inForce: w.inForce };
  const silent: CountsSeen = {
    kind: 'read',
    cursor: '',
    stable: countsOf([0, 0]),
    candidate: countsOf([0, 0]),
    ageMs: 0,
    source: 'world',
  };
  return {
    spec: w.spec,
    versions: [...w.deployed.values()].map((one) => one.found),
    arms,
    full: Math.max(1, stable?.replicas ?? 1),
    route,
    counts: run === null ? { kind: 'notRead' } : counts(w),
    retired: w.state.retiring.length > 0 ? silent : { kind: 'notRead' },
    commands: w.commands,
    nextRun: w.state.runs + 1,
    name: 'reviews',
  };
}

export function apply(w: World, action: Action): void {
  w.applied.push(action);
  if (action.class === 'safety' || action.class === 'routing') {
    w.stable = action.split.stable.version;
    w.candidate = action.split.candidate?.version ?? w.candidate;
    w.share = action.split.weight;
    return;
  }
  if (action.kind === 'claim') return;
  const one = w.deployed.get(action.version.deployment);
  if (one === undefined) return;
  if (action.kind === 'scale') {
    one.replicas = action.replicas;
    one.readyAt = w.now + w.readyDelayMs;
  } else if (action.remove) {
    w.deployed.delete(action.version.deployment);
  } else {
    one.replicas = 0;
  }
}

/** The decision is in the store: counts that went into it are not given again. */
export function write(w: World, decision: Decision): void {
  const read = decision.state.run?.evidence.cursor ?? decision.closed.at(-1)?.evidence.cursor;
  if (read === String(w.now)) w.pending = { stable: [0, 0], candidate: [0, 0], from: w.now };
  // Plain JSON is all that survives.
  w.state = JSON.parse(JSON.stringify(decision.state)) as ReleaseRecord;
  w.history.push(...decision.notes);
  w.replies.push(...decision.replies);
  w.closed.push(...decision.closed);
  w.commands = w.commands.filter((one) => !decision.replies.some((reply) => reply.id === one.id));
}

/** One look: observe, decide, write, apply. */
export function look(w: World): Decision {
  const decision = decide(w.state, observe(w), w.now);
  write(w, decision);
  for (const action of decision.actions) apply(w, action);
  return decision;
}

/** Looks whenever the release asks for it (at least every second) until `until` holds; fails after `limitMs`. */
export function runUntil(w: World, until: (w: World) => boolean, limitMs = 3_600_000): void {
  const end = w.now + limitMs;
  while (!until(w)) {
    if (w.now > end) throw new Error(`not reached within ${limitMs} ms: ${JSON.stringify(w.state.run)}`);
    const { wakeAt } = look(w);
    if (until(w)) return;
    w.now = Math.min(wakeAt ?? w.now + 1000, w.now + 1000);
  }
}
