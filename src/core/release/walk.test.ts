/** Random walks over `decide`: whatever happens in whatever order, the promises hold. Seeds are fixed. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CommandVerb } from '../model/run.ts';
import type { ReleaseSpec } from '../model/release.ts';
import { podsForShare } from './capacity.ts';
import type { Decision } from './decide.ts';
import { decide } from './decide.ts';
import { ACTION_CLASSES } from './action.ts';
import type { Observation } from './observation.ts';
import type { ReleaseRecord } from './state.ts';
import { isTrial } from './state.ts';
import type { World } from './world.fixture.ts';
import { apply, command, deploy, observe, ONE_STEP, runUntil, world, write } from './world.fixture.ts';

type Happening =
  | { readonly kind: 'look' }
  | { readonly kind: 'dieBeforeWrite' }
  | { readonly kind: 'dieAfterActions'; readonly count: number }
  | { readonly kind: 'time'; readonly ms: number }
  | { readonly kind: 'command'; readonly verb: CommandVerb; readonly weight: number }
  | { readonly kind: 'again' }
  | {
      readonly kind: 'pods';
      readonly which: 'stable' | 'candidate';
      readonly ready: number;
      readonly crashing: boolean;
    }
  | { readonly kind: 'broken'; readonly part: 'route' | 'counts'; readonly broken: boolean }
  | { readonly kind: 'traffic'; readonly rps: number }
  | { readonly kind: 'secondWriter'; readonly share: number }
  | { readonly kind: 'deploy'; readonly version: number; readonly content: number; readonly failing: number }
  | { readonly kind: 'undeploy'; readonly version: number };

const verbs: readonly CommandVerb[] = [
  ...(['start', 'pause', 'resume', 'approve', 'promote', 'promoteFull'] as const),
  ...(['setWeight', 'skip', 'abort', 'rollback'] as const),
];

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 12, arbitrary: fc.constant({ kind: 'look' } as const) },
  { weight: 2, arbitrary: fc.constant({ kind: 'dieBeforeWrite' } as const) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('dieAfterActions' as const), count: fc.nat(2) }) },
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('time' as const), ms: fc.constantFrom(50, 500, 1000, 5000, 40_000) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('command' as const),
      verb: fc.constantFrom(...verbs),
      weight: fc.constantFrom(0, 5, 30, 99, 100, Number.NaN),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'again' } as const) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('pods' as const),
      which: fc.constantFrom('stable' as const, 'candidate' as const),
      ready: fc.nat(2),
      crashing: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('broken' as const),
      part: fc.constantFrom('route' as const, 'counts' as const),
      broken: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('traffic' as const), rps: fc.constantFrom(0, 1, 50) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('secondWriter' as const), share: fc.constantFrom(0, 10, 80) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('deploy' as const),
      version: fc.integer({ min: 1, max: 4 }),
      content: fc.nat(2),
      failing: fc.constantFrom(0, 0.005, 1),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('undeploy' as const), version: fc.integer({ min: 2, max: 4 }) }),
  },
);

const specs: readonly ReleaseSpec[] = [
  ONE_STEP,
  { ...ONE_STEP, onNewVersion: 'queue', onPromotion: { oldVersion: 'remove', scaleDownDelay: '5s' } },
  { ...ONE_STEP, trigger: 'manual' },
  { ...ONE_STEP, strategy: { canary: { auto: { dwell: '5s', bake: '10s', timeBox: '60s' } } } },
  { ...ONE_STEP, strategy: { canary: { steps: [{ weight: 20 }, { pause: {} }, { weight: 60 }, { approve: {} }] } } },
];

const walkOf: fc.Arbitrary<{ spec: ReleaseSpec; seed: number; happenings: Happening[] }> = fc.record({
  spec: fc.constantFrom(...specs),
  seed: fc.integer({ min: 1, max: 1e6 }),
  happenings: fc.array(happening, { minLength: 20, maxLength: 120 }),
});

interface Moment {
  readonly before: ReleaseRecord;
  readonly seen: Observation;
  readonly decision: Decision;
  readonly w: World;
}

type Check = (moment: Moment) => void;

function happen(w: World, one: Happening, check: Check): void {
  const decided = (): Decision => {
    const seen = observe(w);
    const before = w.state;
    const decision = decide(before, seen, w.now);
    check({ before, seen, decision, w });
    return decision;
  };
  switch (one.kind) {
    case 'look':
      return act(w, decided(), Infinity);
    case 'dieBeforeWrite':
      return void decided();
    case 'dieAfterActions':
      return act(w, decided(), one.count);
    case 'time':
      w.now += one.ms;
      return;
    case 'command':
      command(w, one.verb, one.verb === 'setWeight' ? { weight: one.weight } : {});
      return;
    case 'again':
      w.commands = w.commands.flatMap((each) => [each, each]);
      return;
    case 'pods':
      return pods(w, one);
    case 'broken':
      w.broken[one.part] = one.broken;
      return;
    case 'traffic':
      w.rps = one.rps;
      return;
    case 'secondWriter':
      w.share = one.share;
      return;
    case 'deploy':
      deploy(w, `v${one.version}`, { hash: `h${one.version}-${one.content}`, failing: one.failing });
      return;
    case 'undeploy':
      w.deployed.delete(`reviews-v${one.version}`);
  }
}

function act(w: World, decision: Decision, most: number): void {
  write(w, decision);
  for (const action of decision.actions.slice(0, most)) apply(w, action);
}

function pods(w: World, one: Extract<Happening, { kind: 'pods' }>): void {
  const { run, stable } = w.state;
  const version = one.which === 'stable' ? (run?.from ?? stable) : run?.to;
  const deployed = version && w.deployed.get(version.deployment);
  if (!deployed) return;
  deployed.ready = one.ready;
  deployed.readyAt = w.now + 3_000;
  deployed.crashing = one.crashing && one.which === 'candidate' ? 1 : 0;
  if (one.crashing) deployed.restarts += 1;
}

function walk(check: Check, afterwards: (w: World) => void = () => undefined): void {
  fc.assert(
    fc.property(walkOf, ({ spec, seed, happenings }) => {
      const w = world(spec, seed);
      deploy(w, 'v1');
      for (const one of happenings) happen(w, one, check);
      afterwards(w);
    }),
    { seed: 20_260_101, numRuns: 400 },
  );
}

const routes = (decision: Decision): readonly { weight: number; candidate: string | undefined; salt: string }[] =>
  decision.actions.flatMap((action) =>
    'split' in action
      ? [{ weight: action.split.weight, candidate: action.split.candidate?.hash, salt: action.split.salt }]
      : [],
  );

test('I1 after an abort is recorded no routing action gives that run a share', () => {
  const ended = new Map<World, Set<string>>();
  walk(({ before, decision, w }) => {
    const names = ended.get(w) ?? new Set<string>();
    ended.set(w, names);
    if (before.run !== null && !isTrial(before.run)) names.add(before.run.name);
    for (const closed of w.closed) names.add(closed.name);
    for (const route of routes(decision)) {
      if (names.has(route.salt)) expect(route).toMatchObject({ weight: 0, candidate: undefined });
    }
  });
});

test('I1 an accepted abort is answered by a safety action before anything else, whatever can be read', () => {
  walk(({ before, seen, decision }) => {
    const asked = seen.commands.some((one) => one.verb === 'abort' && !before.answered.includes(one.id));
    if (!asked || before.run === null || !isTrial(before.run)) return;
    expect(decision.actions[0]).toMatchObject({ class: 'safety', kind: 'routeStable', split: { weight: 0 } });
    expect(decision.state.run?.phase).toBe('aborting');
  });
});

test('I2 the desired share changes only together with a line in the history', () => {
  walk(({ before, decision }) => {
    const { run } = decision.state;
    if (run === null || run.desired === (before.run?.name === run.name ? before.run.desired : 0)) return;
    const lines = decision.notes.filter((one) => one.run === run.name && one.entry.kind === 'weight');
    expect(lines.at(-1)?.entry.body['to']).toBe(run.desired);
  });
});

test('I2 the router is told nothing but the recorded share', () => {
  walk(({ decision }) => {
    const { run } = decision.state;
    for (const route of routes(decision)) expect(route.weight).toBe(run?.desired ?? 0);
  });
});

test('I3 a share grows only when the candidate has the pods for it', () => {
  walk(({ before, seen, decision }) => {
    const { run } = decision.state;
    if (run === null || before.run?.name !== run.name || run.desired <= before.run.desired) return;
    expect(seen.arms[run.to.deployment]?.ready ?? 0).toBeGreaterThanOrEqual(podsForShare(run.desired, seen.full));
  });
});

test('I4 nothing that has a share or was not seen idle is lowered', () => {
  walk(({ before, decision }) => {
    for (const action of decision.actions) {
      if (action.kind !== 'lower') continue;
      const { stable, run, retiring } = decision.state;
      const used = [stable, run?.from, run?.to].map((one) => one?.deployment);
      expect(used).not.toContain(action.version.deployment);
      const entry = retiring.find((one) => one.version.hash === action.version.hash);
      expect(entry?.quietSince ?? null).not.toBeNull();
      expect(before.retiring.some((one) => one.version.hash === action.version.hash)).toBe(true);
    }
  });
});

test('I5 every content has a run, a place in the line, or an answer', () => {
  walk(({ seen, decision }) => {
    const { stable, run, queue, handled } = decision.state;
    const known = [stable, run?.to, ...queue.map((one) => one.version), ...handled].map((one) => one?.hash);
    for (const one of seen.versions) expect(known).toContain(one.hash);
  });
});

test('I6 without counts nothing grows, ends well, or is taken back for what was not seen', () => {
  walk(({ before, seen, decision }) => {
    const { run } = before;
    if (run === null || seen.counts.kind === 'read' || !isTrial(run)) return;
    const byPerson =
      run.step.release === 'skip' || seen.commands.length > 0 || run.holds.some((one) => one.reason === 'byHand');
    if (byPerson) return;
    const after = decision.state.run?.name === run.name ? decision.state.run : undefined;
    if (after !== undefined) expect(after.desired).toBeLessThanOrEqual(run.desired);
    if (after?.reason !== undefined && run.reason === undefined) expect(after.reason.key).toMatch(/^run\.reason\./);
  });
});

test('I7 a run always knows when to look again, and a finished one has an outcome', () => {
  walk(({ decision, w }) => {
    if (decision.state.run !== null) expect(decision.wakeAt).toBeGreaterThan(w.now);
    for (const closed of decision.closed) expect(closed.outcome).toBeDefined();
  });
});

test('I7 once the world is well again every run ends', () => {
  walk(
    () => undefined,
    (w) => {
      w.broken.route = false;
      w.broken.counts = false;
      w.rps = 50;
      w.commands = [];
      for (const one of w.deployed.values()) {
        one.crashing = 0;
        one.failing = 0.001;
        one.readyAt = w.now + 1000;
      }
      let helped = 0;
      runUntil(w, () => {
        const holds = w.state.run?.holds.map((one) => one.reason) ?? [];
        if (helped < 50 && w.commands.length === 0) {
          if (holds.includes('paused') || holds.includes('byHand') || holds.includes('wait')) command(w, 'resume');
          else if (holds.includes('approval')) command(w, 'approve');
          helped += w.commands.length;
        }
        return w.state.run === null && w.state.queue.every((one) => one.manual);
      });
    },
  );
});

test('I9 the same input gives the same output, also after a round trip through JSON', () => {
  walk(({ before, seen, decision, w }) => {
    const again = decide(JSON.parse(JSON.stringify(before)) as ReleaseRecord, seen, w.now);
    expect(JSON.stringify(again)).toBe(JSON.stringify(decision));
  });
});

test('I10 a command is answered once', () => {
  walk(({ before, decision }) => {
    const ids = decision.replies.map((one) => one.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(before.answered).not.toContain(id);
  });
});

test('I11 actions come in the order of their classes', () => {
  walk(({ decision }) => {
    const ranks = decision.actions.map((action) => ACTION_CLASSES.indexOf(action.class));
    expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
  });
});

test('I12 one run at a time, and each ends exactly once', () => {
  walk(
    ({ before, decision }) => {
      const { run } = decision.state;
      if (run === null || before.run === null || run.name === before.run.name) return;
      expect(decision.closed.map((one) => one.name)).toContain(before.run.name);
      expect(run.number).toBeGreaterThan(before.run.number);
    },
    (w) => {
      const names = w.closed.map((one) => one.name);
      expect(new Set(names).size).toBe(names.length);
    },
  );
});

test('I13 what somebody else wrote to the route never counts as in force', () => {
  walk(({ seen, decision }) => {
    const { run } = decision.state;
    if (run === null || run.phase === 'preparing' || seen.route.kind !== 'read') return;
    if ((seen.route.candidateWeight ?? 0) !== run.desired) {
      expect(run.inForceSince).toBeNull();
      expect(routes(decision)[0]?.weight).toBe(run.desired);
    }
  });
});

test('I14 sticky users keep their place: one run, one salt, and an abort names no candidate', () => {
  walk(({ decision }) => {
    const { run } = decision.state;
    for (const route of routes(decision)) {
      if (run !== null) expect(route.salt).toBe(run.name);
      if (run === null || !isTrial(run)) expect(route.candidate).toBeUndefined();
    }
  });
});

test('a walk can reach every phase and outcome, so that the laws above are not empty', () => {
  const phases = new Set<string>();
  const outcomes = new Set<string>();
  walk(({ decision }) => {
    phases.add(decision.state.run?.phase ?? 'idle');
    for (const closed of decision.closed) outcomes.add(closed.outcome ?? '');
  });
  expect([...phases].sort()).toEqual(['aborting', 'idle', 'preparing', 'promoting', 'stepping', 'superseded']);
  expect([...outcomes].sort()).toEqual(['aborted', 'promoted', 'superseded']);
});
