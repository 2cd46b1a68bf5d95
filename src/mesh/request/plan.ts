import { randomUUID } from 'node:crypto';
import {
  chooseByKey,
  chooseDestination,
  chooseRoute,
  chooseVirtualHost,
  wantsCookie,
} from '../../core/routing/choose.ts';
import type {
  PreparedDestination,
  PreparedForward,
  PreparedListener,
  PreparedRoute,
} from '../../core/routing/prepare.ts';
import { httpsLocation, redirectLocation } from '../../core/routing/redirect.ts';
import { cookieOf, queryOf, type RequestView } from '../../core/routing/request.ts';
import { mintedCookie } from '../../core/routing/sticky.ts';
import type { HashPolicy, RouteAction } from '../../core/routing/table.ts';

/** The proxy answers by itself. */
export interface Answer {
  readonly kind: 'answer';
  readonly status: number;
  /** `-` = none. */
  readonly flag: string;
  readonly body: string | Buffer;
  readonly headers: readonly (readonly [string, string])[];
  /** Route whose response edits apply. */
  readonly route: PreparedRoute | undefined;
}

export interface Forward {
  readonly kind: 'forward';
  readonly route: PreparedRoute;
  readonly forward: PreparedForward;
  readonly destination: PreparedDestination;
  /** Hash key for the host, where the route has one. */
  readonly key: string | undefined;
  /** `set-cookie` values to hand out. */
  readonly cookies: readonly string[];
}

/** A host that the table does not know, to be reached by its own address. */
export interface Passthrough {
  readonly kind: 'passthrough';
}

export type Plan = Answer | Forward | Passthrough;

export function answer(status: number, flag: string, more: Partial<Answer> = {}): Answer {
  return { kind: 'answer', status, flag, body: '', headers: [], route: undefined, ...more };
}

const NO_COOKIES: readonly string[] = [];

/** Listener → virtual host → route → what to do, as Envoy does it. Nothing is tried twice. */
export function planRequest(listener: PreparedListener, request: RequestView, random: () => number): Plan {
  const virtualHost = chooseVirtualHost(listener, request.authority);
  if (virtualHost === undefined) return planUnknownHost(listener);
  if (virtualHost.virtualHost.requireTls === true) {
    return answer(301, '-', { headers: [['location', httpsLocation(request)]] });
  }
  const route = chooseRoute(virtualHost, request);
  if (route === undefined) return answer(404, 'NR');
  const { forward } = route;
  return forward === undefined ? planOwnAnswer(route, request) : planForward(route, forward, { request, random });
}

function planUnknownHost(listener: PreparedListener): Plan {
  switch (listener.routes?.unknownHost) {
    case 'passthrough':
      return { kind: 'passthrough' };
    case 'block':
      return answer(502, '-');
    case 'notFound':
    case undefined:
      return answer(404, 'NR');
  }
}

function planOwnAnswer(route: PreparedRoute, request: RequestView): Answer {
  const action: RouteAction = route.route.action;
  if (action.kind === 'redirect') {
    return answer(action.code, '-', { headers: [['location', redirectLocation(action, request)]], route });
  }
  if (action.kind !== 'respond') throw new TypeError('a route without destinations neither redirects nor responds');
  // As recorded from Envoy: a 201 says where the thing is that was made, which is the request's own place.
  const headers: [string, string][] =
    action.status === 201 ? [['location', `${request.scheme}://${request.authority}${request.path}`]] : [];
  const body = action.bodyBase64 === undefined ? action.body : Buffer.from(action.bodyBase64, 'base64');
  return answer(action.status, '-', { body, headers, route });
}

interface Circumstances {
  readonly request: RequestView;
  readonly random: () => number;
}

function planForward(route: PreparedRoute, forward: PreparedForward, at: Circumstances): Forward {
  const { sticky, hash } = forward.action;
  if (sticky === undefined && hash === undefined) {
    const destination =
      forward.destinations.length === 1 ? forward.last : chooseDestination(forward, at.request, at.random());
    return { kind: 'forward', route, forward, destination, key: undefined, cookies: NO_COOKIES };
  }
  const cookies: string[] = [];
  const destination = chooseSticky(forward, at, cookies);
  const key = hash === undefined ? undefined : hashKey(hash, at.request, cookies);
  return { kind: 'forward', route, forward, destination, key, cookies };
}

function chooseSticky(forward: PreparedForward, at: Circumstances, cookies: string[]): PreparedDestination {
  const { sticky } = forward.action;
  if (sticky === undefined || !wantsCookie(forward, at.request)) {
    return chooseDestination(forward, at.request, at.random());
  }
  const key = randomUUID();
  const cookie = mintedCookie(sticky, key);
  if (cookie !== undefined) cookies.push(cookie);
  return chooseByKey(forward, key);
}

/** The first policy that finds something decides (Istio writes one). Mints a cookie where the policy asks for it. */
function hashKey(policies: readonly HashPolicy[], request: RequestView, cookies: string[]): string | undefined {
  for (const policy of policies) {
    const found = hashSource(policy, request);
    if (found !== undefined) return found;
    if (policy.cookie?.ttlMs === undefined) continue;
    const key = randomUUID();
    cookies.push(hashCookie(policy.cookie, key));
    return key;
  }
  return undefined;
}

function hashSource(policy: HashPolicy, request: RequestView): string | undefined {
  if (policy.header !== undefined) return request.header(policy.header);
  if (policy.query !== undefined) return queryOf(request.path, policy.query);
  if (policy.sourceAddress === true) return request.sourceAddress;
  const value = policy.cookie === undefined ? undefined : cookieOf(request, policy.cookie.name);
  // Minted values come back in the quotes that they were given.
  return value?.replace(/^"(.*)"$/, '$1');
}

function hashCookie(cookie: NonNullable<HashPolicy['cookie']>, key: string): string {
  const age = (cookie.ttlMs ?? 0) > 0 ? `; Max-Age=${Math.floor((cookie.ttlMs ?? 0) / 1000)}` : '';
  const path = cookie.path === undefined || cookie.path === '' ? '' : `; Path=${cookie.path}`;
  const more = (cookie.attributes ?? []).map(([name, value]) => `; ${name}${value === '' ? '' : `=${value}`}`).join('');
  return `${cookie.name}="${key}"${age}${path}${more}; HttpOnly`;
}
