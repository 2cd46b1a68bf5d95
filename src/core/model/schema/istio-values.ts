/** Values that Istio's kinds share, refused as its webhook refuses them (pkg/config/validation, agent/validation.go). */
import { z } from 'zod';
import { parseDuration } from '../../routing/duration.ts';
import type { StringMap } from '../meta.ts';
import type { Destination, Percent, StringMatch } from '../virtual-service.ts';
import { expecting, given, strict, withRules } from './strict.ts';
import { dnsLabel, isDnsLabel, nonEmpty, portNumber, text, textMap, texts } from './values.ts';

/** At least 1 ms and whole milliseconds. */
export const duration: z.ZodType<string> = expecting(text, { key: 'manifest.expect.duration' }, (value) => {
  const ms = parseDuration(value);
  return ms !== undefined && ms >= 1 && Number.isInteger(ms);
});

/** 0 is allowed, as in the time to live of a session cookie. */
export const durationOrZero: z.ZodType<string> = expecting(text, { key: 'manifest.expect.durationOrZero' }, (value) => {
  const ms = parseDuration(value);
  return ms !== undefined && Number.isInteger(ms);
});

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;

export function isIpAddress(value: string): boolean {
  return IPV4.test(value) || (/^[0-9a-f:.]+$/i.test(value) && value.includes(':'));
}

/** A DNS name whose first label may be `*`, or `*` alone. Labels may hold upper case, as Istio allows. */
export function isWildcardHost(value: string): boolean {
  if (value === '*') return true;
  const labels = value.toLowerCase().split('.');
  const [first = '', ...rest] = labels;
  const isFirstRight = isDnsLabel(first) || first === '*' || (first.startsWith('*') && isDnsLabel(first.slice(1)));
  return value.length <= 255 && isFirstRight && rest.every(isDnsLabel);
}

/** Of `a.b` inside `*.b`; equal names count. */
export function isWithin(host: string, pattern: string): boolean {
  if (!pattern.startsWith('*')) return host === pattern;
  return host.endsWith(pattern.slice(1));
}

export const host: z.ZodType<string> = expecting(
  text,
  { key: 'manifest.expect.host' },
  (value) => isWildcardHost(value) || isIpAddress(value),
);

export const exportTo: z.ZodType<readonly string[]> = withRules(texts, (names, check) => {
  names.forEach((name, index) => {
    if (name !== '*' && name !== '.' && !isDnsLabel(name)) {
      check.refuse({ text: { key: 'manifest.badValue' }, expected: { key: 'manifest.expect.exportTo' } }, [index]);
    } else if (names.indexOf(name) !== index) {
      check.refuse({ text: { key: 'manifest.twice', params: { name } } }, [index]);
    } else if (name === '*' && names.length > 1) {
      check.refuse({ text: { key: 'manifest.starAlone' } }, [index]);
    }
  });
});

/** 0, or from 0.0001 to 100. */
export const percent: z.ZodType<Percent> = strict<Percent>(
  {
    value: expecting(
      z.number(),
      { key: 'manifest.expect.percent' },
      (value) => value === 0 || (value >= 0.0001 && value <= 100),
    ),
  },
  {},
);

const LONGEST_REGEX = 1024;

/** Whether RE2 can read it is checked where the engine is at hand (`control/manifest/admission.ts`). */
export const regex: z.ZodType<string> = expecting(
  text,
  { key: 'manifest.expect.regex', params: { max: LONGEST_REGEX } },
  (value) => value !== '' && value.length <= LONGEST_REGEX,
);

const matchShape: z.ZodType<StringMatch> = strict<StringMatch>({}, { exact: text, prefix: text, regex });

/** Exactly one of exact, prefix, regex. */
export const stringMatch: z.ZodType<StringMatch> = withRules(matchShape, (value, check) => {
  const found = given(value, ['exact', 'prefix', 'regex']);
  if (found.length === 1) return;
  check.refuse({ text: { key: 'manifest.oneMatch' }, remedy: { key: 'manifest.oneMatchRemedy' } }, found.slice(1, 2));
});

/** As above, or `{}` for presence; `*` as a regex is refused with the spelling that Istio takes. */
const presenceMatch: z.ZodType<StringMatch> = withRules(matchShape, (value, check) => {
  const found = given(value, ['exact', 'prefix', 'regex']);
  if (found.length > 1) {
    check.refuse({ text: { key: 'manifest.oneMatch' }, remedy: { key: 'manifest.oneMatchRemedy' } }, found.slice(1, 2));
  }
  if (value.regex === '*') {
    check.refuse({ text: { key: 'manifest.badValue' }, remedy: { key: 'manifest.presenceRemedy' } }, ['regex']);
  }
});

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** RFC 9110 token; pseudo headers such as `:method` may be matched but never written. */
export function isHeaderName(value: string): boolean {
  return TOKEN.test(value);
}

export function headerMatches(name: (value: string) => boolean): z.ZodType<Readonly<Record<string, StringMatch>>> {
  return withRules<Readonly<Record<string, StringMatch>>>(z.record(text, presenceMatch), (map, check) => {
    for (const key of Object.keys(map)) {
      if (name(key)) continue;
      check.refuse({ text: { key: 'manifest.badValue' }, expected: { key: 'manifest.expect.headerName' } }, [key]);
    }
  });
}

const writableHeader = (name: string): boolean => isHeaderName(name) || name === ':authority';

/** Names that may be written; values without control characters, and with every `%` in a pair or around a command. */
export const headerValues: z.ZodType<StringMap> = withRules(textMap, (map, check) => {
  for (const [name, value] of Object.entries(map)) {
    if (!writableHeader(name)) {
      check.refuse({ text: { key: 'manifest.badValue' }, expected: { key: 'manifest.expect.headerName' } }, [name]);
    } else if (!isHeaderValue(value)) {
      check.refuse({ text: { key: 'manifest.badValue' }, expected: { key: 'manifest.expect.headerValue' } }, [name]);
    }
  }
});

function isHeaderValue(value: string): boolean {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(value)) return false;
  return !value.replace(/%%|%[A-Z0-9_]+(?:\([^()]*\))?(?::\d+)?%/g, '').includes('%');
}

export const headerNames: z.ZodType<readonly string[]> = withRules(texts, (names, check) => {
  names.forEach((name, index) => {
    if (isHeaderName(name)) return;
    check.refuse({ text: { key: 'manifest.badValue' }, expected: { key: 'manifest.expect.headerName' } }, [index]);
  });
});

export const destination: z.ZodType<Destination> = strict<Destination>(
  {
    host: expecting(
      nonEmpty,
      { key: 'manifest.expect.destinationHost' },
      (value) => value !== '*' && isPlainHost(value),
    ),
  },
  { subset: dnsLabel, port: strict<NonNullable<Destination['port']>>({}, { number: portNumber }) },
);

function isPlainHost(value: string): boolean {
  return isWildcardHost(value) || isIpAddress(value);
}

/** `name`, `namespace/name`, or `mesh`. The old spelling `name.namespace.svc.cluster.local` is taken as well. */
export const gatewayRef: z.ZodType<string> = expecting(text, { key: 'manifest.expect.gateway' }, (value) => {
  const parts = value.split('/');
  if (parts.length === 1) return value.split('.').every(isDnsLabel);
  return parts.length === 2 && parts.every(isDnsLabel);
});
