/** The same user, the same version: ADR 0003. */
import { cookieOf, queryOf, type RequestView } from './request.ts';
import type { StickyChoice } from './table.ts';

/** Number of buckets: a share is exact to 0.01 percent. */
export const BUCKETS = 10_000;

/**
 * Bucket of a user, 0–9,999. Two 32-bit multiplicative lanes over the UTF-16 units of `salt`, a separator and `key`, each
 * finished as MurmurHash3 does; 53 bits of both go into the remainder, so its bias is below 2^-39.
 */
export function stickyBucket(key: string, salt: string): number {
  let low = 0x811c9dc5;
  let high = 0x41c6ce57;
  for (let i = 0; i < salt.length; i++) {
    const unit = salt.charCodeAt(i);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x5f356495);
  }
  // Outside UTF-16, so that ("ab","c") and ("a","bc") differ.
  low = Math.imul(low ^ 0x10000, 0x01000193);
  high = Math.imul(high ^ 0x10000, 0x5f356495);
  for (let i = 0; i < key.length; i++) {
    const unit = key.charCodeAt(i);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x5f356495);
  }
  const a = finish(low ^ high);
  const b = finish(high + Math.imul(a, 0x9e3779b1));
  return ((b & 0x1fffff) * 0x1_0000_0000 + a) % BUCKETS;
}

/** Finaliser of MurmurHash3 (public domain, A. Appleby): every input bit reaches every output bit. */
function finish(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** What tells this user from others; undefined where the request does not carry it. */
export function stickyKeyOf(sticky: StickyChoice, request: RequestView): string | undefined {
  let key: string | undefined;
  if (sticky.cookie !== undefined) key = cookieOf(request, sticky.cookie);
  else if (sticky.header !== undefined) key = request.header(sticky.header);
  else if (sticky.query !== undefined) key = queryOf(request.path, sticky.query);
  else if (sticky.sourceAddress === true) key = request.sourceAddress;
  return key === '' ? undefined : key;
}

/** `set-cookie` value that gives a new user the key; undefined where the policy mints none. */
export function mintedCookie(sticky: StickyChoice, key: string): string | undefined {
  if (sticky.cookie === undefined || sticky.mintSeconds === undefined) return undefined;
  const age = sticky.mintSeconds > 0 ? ` Max-Age=${sticky.mintSeconds};` : '';
  return `${sticky.cookie}=${key};${age} Path=/; HttpOnly; SameSite=Lax`;
}
