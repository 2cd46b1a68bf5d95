import { z } from 'zod';
import type { Flaw } from '../../../core/model/parse/explain.ts';
import { flawsOf } from '../../../core/model/parse/explain.ts';
import { fieldText } from '../../../core/model/parse/problem.ts';
import type { Objection } from '../../../core/model/schema/strict.ts';
import { expecting } from '../../../core/model/schema/strict.ts';
import type { Message } from '../../../texts/catalogue.ts';
import { quantity } from '../../../core/workload/quantity.ts';
import type { BackOffSettings } from '../../../core/workload/restart-delay.ts';
import { parseDuration } from '../../../lib/duration.ts';

/** What an image means on this machine. */
export interface ImageCommand {
  /** Pattern for image references: `*` within one part of the path, `**` across parts. */
  readonly match: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  /** Relative to the file. Absent: the file's folder. */
  readonly cwd?: string | undefined;
  readonly env: Readonly<Record<string, string>>;
}

/** `serin.yaml` with all defaults filled in. */
export interface LocalConfig {
  /** Folder of the file (or where Serin was started): relative paths start here. */
  readonly folder: string;
  readonly images: readonly ImageCommand[];
  /** Real ports of pods. */
  readonly ports: { readonly from: number; readonly to: number };
  /** Whether pods get `http_proxy` for their caller's forward proxy. */
  readonly forwardProxy: boolean;
  /** Variables of Serin's own environment that pods inherit, beside PATH, HOME and the like. */
  readonly inheritEnv: readonly string[];
  readonly backOff: BackOffSettings;
  readonly probes: {
    /** Looks often until a container is ready for the first time; failures count per period as ever. */
    readonly eager: boolean;
    /** How long a container with ports but without readiness probe is given to open its first port; 0 = not waited for. */
    readonly waitForPortMs: number;
  };
  /** Between "no longer ready" is recorded and the end of the processes, so that traffic has moved. */
  readonly drainMs: number;
  readonly logs: { readonly maxBytes: number; readonly keep: number };
  /** The mesh's access log, `access.log` in the data folder: Envoy's text format, or a JSON object a line. */
  readonly accessLog: 'text' | 'json' | 'off';
}

function notA(expected: Message): Objection {
  return { text: { key: 'manifest.badValue' }, expected };
}

const duration = z.string().transform((text, context) => {
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  context.addIssue({ code: 'custom', params: { objection: notA({ key: 'manifest.expect.time' }) } });
  return z.NEVER;
});

const size = z.union([z.string(), z.number()]).transform((text, context) => {
  const bytes = quantity(text);
  if (bytes !== undefined && bytes > 0) return bytes;
  context.addIssue({ code: 'custom', params: { objection: notA({ key: 'workload.expectSize' }) } });
  return z.NEVER;
});

const port = expecting(z.int(), { key: 'workload.expectPort' }, (value) => value >= 1024 && value <= 65_535);

/**
 * Kubernetes' back-off (10 s doubling to 5 min) protects nodes and registries that many share; on one machine a person
 * sits in front and waits, so the default is 1 s doubling to 1 min.
 */
const sections = {
  images: z.strictObject({
    match: z.string().min(1),
    command: z.array(z.string()).min(1),
    args: z.array(z.string()).default([]),
    cwd: z.string().optional(),
    env: z.record(z.string(), z.string()).default({}),
  }),
  ports: z.strictObject({ from: port.default(20_000), to: port.default(29_999) }),
  backOff: z.strictObject({
    base: duration.prefault('1s'),
    max: duration.prefault('1m'),
    resetAfter: duration.prefault('10m'),
  }),
  probes: z.strictObject({ eager: z.boolean().default(true), waitForPort: duration.prefault('10s') }),
  logs: z.strictObject({ maxSize: size.prefault('10Mi'), keep: z.int().min(0).max(100).default(3) }),
};

const schema = z.strictObject({
  images: z.array(sections.images).default([]),
  ports: sections.ports
    .refine(({ from, to }) => from < to, { params: { objection: notA({ key: 'workload.expectRange' }) } })
    .prefault({}),
  forwardProxy: z.boolean().default(true),
  inheritEnv: z.array(z.string()).default([]),
  backOff: sections.backOff.prefault({}),
  probes: sections.probes.prefault({}),
  drain: duration.prefault('500ms'),
  logs: sections.logs.prefault({}),
  accessLog: z.enum(['text', 'json', 'off']).default('text'),
});

/** What may be written into `serin.yaml`. Durations such as `500ms`, sizes such as `10Mi`. */
export interface ConfigInput {
  readonly images?: readonly {
    readonly match: string;
    readonly command: readonly string[];
    readonly args?: readonly string[];
    readonly cwd?: string;
    readonly env?: Readonly<Record<string, string>>;
  }[];
  readonly ports?: { readonly from?: number; readonly to?: number };
  readonly forwardProxy?: boolean;
  readonly inheritEnv?: readonly string[];
  readonly backOff?: { readonly base?: string; readonly max?: string; readonly resetAfter?: string };
  readonly probes?: { readonly eager?: boolean; readonly waitForPort?: string };
  readonly drain?: string;
  readonly logs?: { readonly maxSize?: string | number; readonly keep?: number };
  readonly accessLog?: 'text' | 'json' | 'off';
}

export type ConfigReading =
  { readonly ok: true; readonly config: LocalConfig } | { readonly ok: false; readonly flaws: readonly Flaw[] };

/** Checks the content of `serin.yaml`; an unknown key is an issue. */
export function readSettings(settings: unknown, folder: string): ConfigReading {
  const parsed = schema.safeParse(settings);
  if (!parsed.success) return { ok: false, flaws: flawsOf(schema, settings) };
  const { backOff, probes, drain, logs, ...same } = parsed.data;
  return {
    ok: true,
    config: {
      ...same,
      folder,
      backOff: { baseMs: backOff.base, maxMs: backOff.max, resetAfterMs: backOff.resetAfter },
      probes: { eager: probes.eager, waitForPortMs: probes.waitForPort },
      drainMs: drain,
      logs: { maxBytes: logs.maxSize, keep: logs.keep },
    },
  };
}

/** The configuration without a file; `settings` as they would be written into one. Throws for wrong ones. */
export function defaultConfig(folder: string, settings: ConfigInput = {}): LocalConfig {
  const reading = readSettings(settings, folder);
  if (reading.ok) return reading.config;
  throw new TypeError(reading.flaws.map(({ path, text }) => `${fieldText(path)}: ${text.key}`).join('; '));
}

/** Keys that a section may have; the empty name is the file itself. Schemas with defaults hide them from `flawsOf`. */
export function knownKeys(section: string): readonly string[] {
  if (section === '') return Object.keys(schema.shape);
  return Object.entries(sections).flatMap(([name, { shape }]) => (name === section ? Object.keys(shape) : []));
}
