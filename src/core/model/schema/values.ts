/** Single values: names, hosts, ports, durations, percentages. */
import { z } from 'zod';
import type { Message } from '../../../texts/catalogue.ts';
import type { IntOrString, StringMap } from '../meta.ts';
import { expecting, withRules } from './strict.ts';

export const text: z.ZodType<string> = z.string();
export const flag: z.ZodType<boolean> = z.boolean();
export const whole: z.ZodType<number> = z.int();
export const anything: z.ZodType<unknown> = z.unknown();
export const texts: z.ZodType<readonly string[]> = z.array(z.string());
export const anyMap: z.ZodType<Readonly<Record<string, unknown>>> = z.record(z.string(), z.unknown());
export const textMap: z.ZodType<StringMap> = z.record(z.string(), z.string());
export const intOrText: z.ZodType<IntOrString> = z.union([z.int(), z.string()]);

export const nonEmpty: z.ZodType<string> = expecting(
  text,
  { key: 'manifest.expect.nonEmpty' },
  (value) => value !== '',
);
export const count: z.ZodType<number> = expecting(whole, { key: 'manifest.expect.count' }, (value) => value >= 0);
export const positive: z.ZodType<number> = expecting(whole, { key: 'manifest.expect.positive' }, (value) => value >= 1);

/** Seconds, counts and the like within limits. */
export function between(min: number, max: number): z.ZodType<number> {
  return expecting(z.number(), { key: 'manifest.expect.between', params: { min, max } }, (n) => n >= min && n <= max);
}

export function oneOf<const T extends string>(...values: readonly T[]): z.ZodType<T> {
  return z.enum(values);
}

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** RFC 1123, at most 63 characters. */
export function isDnsLabel(value: string): boolean {
  return value.length <= 63 && LABEL.test(value);
}

/** RFC 1123, labels joined by dots, at most 253 characters. */
function isDnsName(value: string): boolean {
  return value.length <= 253 && value.split('.').every((label) => LABEL.test(label));
}

export const dnsLabel: z.ZodType<string> = expecting(text, { key: 'manifest.expect.dnsLabel' }, isDnsLabel);
export const dnsName: z.ZodType<string> = expecting(text, { key: 'manifest.expect.dnsName' }, isDnsName);

export const portNumber: z.ZodType<number> = expecting(
  whole,
  { key: 'manifest.expect.port' },
  (value) => value >= 1 && value <= 65_535,
);

/** A port's name: at most 15 characters, with a letter (IANA service name). */
function isPortName(value: string): boolean {
  return value.length <= 15 && LABEL.test(value) && /[a-z]/.test(value) && !value.includes('--');
}

export const portName: z.ZodType<string> = expecting(text, { key: 'manifest.expect.portName' }, isPortName);
export const portRef: z.ZodType<IntOrString> = expecting(intOrText, { key: 'manifest.expect.portRef' }, (value) =>
  typeof value === 'number' ? value >= 1 && value <= 65_535 : isPortName(value),
);
export const protocol: z.ZodType<'TCP' | 'UDP' | 'SCTP'> = oneOf('TCP', 'UDP', 'SCTP');

/** A count, or a percentage such as `25%`. */
export const countOrPercent: z.ZodType<IntOrString> = expecting(
  intOrText,
  { key: 'manifest.expect.countOrPercent' },
  (value) => (typeof value === 'number' ? value >= 0 : /^\d+%$/.test(value)),
);

const LABEL_NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

function isQualifiedName(value: string): boolean {
  const slash = value.indexOf('/');
  const name = slash < 0 ? value : value.slice(slash + 1);
  return name.length <= 63 && LABEL_NAME.test(name) && (slash < 0 || isDnsName(value.slice(0, slash)));
}

function isLabelValue(value: string): boolean {
  return value === '' || (value.length <= 63 && LABEL_NAME.test(value));
}

/** `[prefix/]name: value` as in `metadata.labels`. */
export const labels: z.ZodType<StringMap> = withRules(textMap, (map, check) => {
  for (const [key, value] of Object.entries(map)) {
    const bad: Message | undefined = !isQualifiedName(key)
      ? { key: 'manifest.expect.labelKey' }
      : !isLabelValue(value)
        ? { key: 'manifest.expect.labelValue' }
        : undefined;
    if (bad !== undefined) check.refuse({ text: { key: 'manifest.badValue' }, expected: bad }, [key]);
  }
});

export const annotations: z.ZodType<StringMap> = withRules(textMap, (map, check) => {
  for (const key of Object.keys(map)) {
    if (isQualifiedName(key.toLowerCase())) continue;
    check.refuse({ text: { key: 'manifest.badValue' }, expected: { key: 'manifest.expect.labelKey' } }, [key]);
  }
});

/** Base64, as values of `Secret.data`; line breaks do not count. */
export const base64: z.ZodType<string> = expecting(text, { key: 'manifest.expect.base64' }, (value) => {
  const joined = value.replaceAll(/[\r\n]/g, '');
  return joined.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(joined);
});
