/** The annotation that keeps users on their version. */
import { STICKY_ANNOTATION, type StickyKey, type VirtualService } from '../../model/virtual-service.ts';
import { fullHost } from '../names.ts';
import type { StickyChoice } from '../table.ts';
import { message, type Problems } from './problems.ts';

export interface StickyRule {
  /** Absent = every weighted rule. */
  readonly route: string | undefined;
  readonly choice: StickyChoice;
  /** Complete host and subset (or empty) of the destination that takes the lowest buckets. */
  readonly firstHost: string;
  readonly firstSubset: string;
}

/** A malformed annotation is a problem and has no effect. */
export function readSticky(
  source: VirtualService,
  settings: { readonly domain: string; readonly problems: Problems },
): readonly StickyRule[] {
  const text = source.metadata.annotations?.[STICKY_ANNOTATION];
  if (text === undefined) return [];
  const namespace = source.metadata.namespace ?? 'default';
  const parsed = parse(text);
  if (parsed === undefined) {
    const object = `VirtualService ${namespace}/${source.metadata.name}`;
    const field = `metadata.annotations["${STICKY_ANNOTATION}"]`;
    settings.problems.error({ object, field }, message('routing.stickyMalformed'));
    return [];
  }
  return parsed.map((policy) => {
    const [host = '', subset = ''] = policy.first.split('#');
    return {
      route: policy.route,
      choice: { ...policy.key, salt: policy.salt },
      firstHost: fullHost(host, namespace, settings.domain).toLowerCase(),
      firstSubset: subset,
    };
  });
}

interface ParsedPolicy {
  readonly route: string | undefined;
  readonly key: StickyKey;
  readonly salt: string;
  readonly first: string;
}

function parse(text: string): readonly ParsedPolicy[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(value)) return undefined;
  const policies = value.map(parsePolicy);
  return policies.every((policy) => policy !== undefined) ? policies : undefined;
}

function parsePolicy(value: unknown): ParsedPolicy | undefined {
  if (!isRecord(value)) return undefined;
  const { route, salt, first } = value;
  const key = parseKey(value['key']);
  if (key === undefined || typeof salt !== 'string' || typeof first !== 'string') return undefined;
  if (route !== undefined && typeof route !== 'string') return undefined;
  return { route, key, salt, first };
}

function parseKey(value: unknown): StickyKey | undefined {
  if (!isRecord(value)) return undefined;
  const { cookie, mintSeconds, header, query, sourceAddress } = value;
  if (typeof cookie === 'string') {
    return { cookie, ...(typeof mintSeconds === 'number' ? { mintSeconds } : {}) };
  }
  if (typeof header === 'string') return { header: header.toLowerCase() };
  if (typeof query === 'string') return { query };
  return sourceAddress === true ? { sourceAddress } : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
