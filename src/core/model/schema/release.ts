import { z } from 'zod';
import { parseDuration } from '../../../lib/duration.ts';
import type {
  AutoPace,
  CanaryStep,
  CanaryStrategy,
  ErrorAnalysis,
  LatencyAnalysis,
  ReleaseAnalysis,
  ReleaseSpec,
  ReleaseStrategy,
  ReleaseTraffic,
  ReleaseWorkload,
} from '../release.ts';
import type { CommandSpec, RunSpec } from '../run.ts';
import type { StickyKey } from '../virtual-service.ts';
import { expecting, requireOne, strict, withRules } from './strict.ts';
import { between, count, dnsName, flag, nonEmpty, oneOf, text, texts } from './values.ts';

type Of<T, K extends keyof T> = NonNullable<T[K]>;

const duration: z.ZodType<string> = expecting(
  text,
  { key: 'manifest.expect.time' },
  (value) => parseDuration(value) !== undefined,
);

/** Percent with at most two decimals: weights are exact to a hundredth. */
const weight: z.ZodType<number> = expecting(
  z.number(),
  { key: 'manifest.expect.weight' },
  (value) => value >= 0 && value <= 100 && Math.abs(value * 100 - Math.round(value * 100)) < 1e-9,
);

const workload: z.ZodType<ReleaseWorkload> = withRules(
  strict<ReleaseWorkload>(
    {},
    { versions: strict<Of<ReleaseWorkload, 'versions'>>({}, { stable: nonEmpty }), deployment: dnsName },
  ),
  (value, check) => requireOne(value, check, { of: ['versions', 'deployment'], needed: true }),
);

const stickyKey: z.ZodType<StickyKey> = withRules(
  strict<StickyKey>(
    {},
    { cookie: nonEmpty, mintSeconds: count, header: nonEmpty, query: nonEmpty, sourceAddress: flag },
  ),
  (value, check) => {
    requireOne(value, check, { of: ['cookie', 'header', 'query', 'sourceAddress'], needed: true });
    if (value.mintSeconds !== undefined && value.cookie === undefined) {
      check.refuse({ text: { key: 'manifest.mintNeedsCookie' } }, ['mintSeconds']);
    }
  },
);

type IstioTraffic = Of<ReleaseTraffic, 'istio'>;

const traffic: z.ZodType<ReleaseTraffic> = strict<ReleaseTraffic>(
  {},
  {
    istio: strict<IstioTraffic>(
      {},
      {
        virtualService: strict<Of<IstioTraffic, 'virtualService'>>({ name: dnsName }, { routes: texts }),
        destinationRule: strict<Of<IstioTraffic, 'destinationRule'>>({ name: dnsName }, {}),
      },
    ),
    sticky: stickyKey,
  },
);

const step: z.ZodType<CanaryStep> = withRules(
  strict<CanaryStep>(
    {},
    {
      weight,
      pause: z.union([duration, z.strictObject({})]),
      approve: strict<Of<CanaryStep, 'approve'>>({}, { by: texts }),
    },
  ),
  (value, check) => requireOne(value, check, { of: ['weight', 'pause', 'approve'], needed: true }),
);

const auto: z.ZodType<AutoPace> = withRules(
  strict<AutoPace>(
    {},
    {
      weights: z.array(weight),
      dwell: duration,
      timeBox: duration,
      bake: duration,
      budget: between(0, 100),
      margin: between(0, 100),
      onInconclusive: oneOf('hold', 'rollback', 'promote'),
    },
  ),
  ({ weights = [] }, check) => {
    weights.forEach((value, index) => {
      const last = weights[index - 1] ?? 0;
      if (value <= last) check.refuse({ text: { key: 'manifest.weightsGrow' } }, ['weights', index]);
    });
  },
);

const canary: z.ZodType<CanaryStrategy> = withRules(
  strict<CanaryStrategy>({}, { steps: z.array(step), auto }),
  (value, check) => {
    requireOne(value, check, { of: ['steps', 'auto'], needed: true });
    if (value.steps?.length === 0) check.refuse({ text: { key: 'manifest.emptyList' } }, ['steps']);
  },
);

const strategy: z.ZodType<ReleaseStrategy> = withRules(strict<ReleaseStrategy>({}, { canary }), (value, check) =>
  requireOne(value, check, { of: ['canary'], needed: true }),
);

const analysis: z.ZodType<ReleaseAnalysis> = strict<ReleaseAnalysis>(
  {},
  {
    alpha: between(0.000_001, 50),
    errors: strict<ErrorAnalysis>({}, { ratio: between(1, 1000), tolerance: between(0, 100), phi: between(1, 1000) }),
    latency: strict<LatencyAnalysis>({}, { slowerThan: duration }),
    noDataTimeout: duration,
  },
);

export const releaseSpec: z.ZodType<ReleaseSpec> = strict<ReleaseSpec>(
  { service: dnsName, workload, strategy },
  {
    traffic,
    analysis,
    trigger: oneOf('auto', 'manual'),
    onNewVersion: oneOf('replace', 'queue'),
    onAbort: strict<Of<ReleaseSpec, 'onAbort'>>({}, { keepCandidate: duration }),
    onPromotion: strict<Of<ReleaseSpec, 'onPromotion'>>(
      {},
      { scaleDownDelay: duration, oldVersion: oneOf('scaleDown', 'keep', 'remove') },
    ),
    progressDeadline: duration,
  },
);

const arm: z.ZodType<RunSpec['from']> = strict<RunSpec['from']>({ version: text, hash: text, deployment: text }, {});

export const runSpec: z.ZodType<RunSpec> = strict<RunSpec>({ release: nonEmpty, from: arm, to: arm, cause: text }, {});

export const commandSpec: z.ZodType<CommandSpec> = withRules(
  strict<CommandSpec>(
    {
      release: nonEmpty,
      verb: oneOf(
        ...(['start', 'pause', 'resume', 'approve', 'promote', 'promoteFull'] as const),
        ...(['setWeight', 'skip', 'abort', 'rollback'] as const),
      ),
      by: nonEmpty,
    },
    { weight, version: nonEmpty, reason: text },
  ),
  (value, check) => {
    const needsWeight = value.verb === 'setWeight';
    if (needsWeight === (value.weight !== undefined)) return;
    check.refuse({ text: { key: needsWeight ? 'manifest.missing' : 'manifest.weightOnlyThere' } }, ['weight']);
  },
);
