import { z } from 'zod';
import type {
  CorsPolicy,
  HeaderOperations,
  Headers,
  HttpFault,
  HttpMatch,
  HttpRedirect,
  HttpRetry,
  HttpRewrite,
  HttpRoute,
  HttpRouteDestination,
} from '../virtual-service.ts';
import {
  destination,
  duration,
  durationOrZero,
  gatewayRef,
  headerMatches,
  headerNames,
  headerValues,
  isHeaderName,
  percent,
  regex,
  stringMatch,
} from './istio-values.ts';
import { expecting, given, requireOne, strict, withRules } from './strict.ts';
import type { Check } from './strict.ts';
import { base64, between, count, flag, labels, nonEmpty, oneOf, portNumber, text, texts } from './values.ts';

type Of<T, K extends keyof T> = NonNullable<T[K]>;

const match: z.ZodType<HttpMatch> = strict<HttpMatch>(
  {},
  {
    name: text,
    uri: stringMatch,
    scheme: stringMatch,
    method: stringMatch,
    authority: stringMatch,
    headers: headerMatches((name) => isHeaderName(name) || isHeaderName(name.replace(/^:/, '')) || isClaim(name)),
    withoutHeaders: headerMatches(
      (name) => isHeaderName(name) || isHeaderName(name.replace(/^:/, '')) || isClaim(name),
    ),
    queryParams: headerMatches((name) => name !== ''),
    ignoreUriCase: flag,
    port: portNumber,
    sourceLabels: labels,
    sourceNamespace: text,
    gateways: z.array(gatewayRef),
    statPrefix: text,
  },
);

/** Matches a claim of a verified token instead of a header. */
function isClaim(name: string): boolean {
  return name.startsWith('@request.auth.claims');
}

const operations: z.ZodType<HeaderOperations> = strict<HeaderOperations>(
  {},
  { set: headerValues, add: headerValues, remove: headerNames },
);

const headers: z.ZodType<Headers> = withRules(
  strict<Headers>({}, { request: operations, response: operations }),
  (value, check) => {
    for (const kind of ['set', 'add'] as const) {
      for (const name of Object.keys(value.response?.[kind] ?? {})) {
        if (name.startsWith(':') || name.toLowerCase() === 'host') {
          check.refuse({ text: { key: 'manifest.responseHost' } }, ['response', kind, name]);
        }
      }
    }
  },
);

const routeDestination: z.ZodType<HttpRouteDestination> = strict<HttpRouteDestination>(
  { destination },
  { weight: count, headers },
);

const redirect: z.ZodType<HttpRedirect> = withRules(
  strict<HttpRedirect>(
    {},
    {
      uri: text,
      authority: text,
      port: portNumber,
      derivePort: oneOf('FROM_PROTOCOL_DEFAULT', 'FROM_REQUEST_PORT'),
      scheme: expecting(text, { key: 'manifest.expect.oneOf', params: { values: 'http, https' } }, isScheme),
      redirectCode: between(300, 399),
    },
  ),
  (value, check) => {
    requireOne(value, check, { of: ['port', 'derivePort'], needed: false });
    if (given(value, ['uri', 'authority', 'port', 'derivePort', 'scheme']).length === 0) {
      check.refuse({ text: { key: 'manifest.oneNeeded', params: { fields: 'uri, authority, scheme, port' } } });
    }
  },
);

function isScheme(value: string): boolean {
  return value === 'http' || value === 'https';
}

const rewrite: z.ZodType<HttpRewrite> = withRules(
  strict<HttpRewrite>(
    {},
    {
      uri: text,
      authority: text,
      uriRegexRewrite: strict<Of<HttpRewrite, 'uriRegexRewrite'>>({ match: regex, rewrite: nonEmpty }, {}),
    },
  ),
  (value, check) => {
    requireOne(value, check, { of: ['uri', 'uriRegexRewrite'], needed: false });
    if (given(value, ['uri', 'authority', 'uriRegexRewrite']).length === 0) {
      check.refuse({ text: { key: 'manifest.oneNeeded', params: { fields: 'uri, authority, uriRegexRewrite' } } });
    }
  },
);

const retryTokens: readonly string[] = [
  '5xx gateway-error reset reset-before-request connect-failure retriable-4xx refused-stream',
  'retriable-status-codes retriable-headers envoy-ratelimited http3-post-connect-failure cancelled',
  'deadline-exceeded internal resource-exhausted unavailable',
].flatMap((line) => line.split(' '));

/** Known words or status codes, joined by commas without spaces, as the webhook has it. */
const retryOn: z.ZodType<string> = expecting(
  text,
  { key: 'manifest.expect.retryOn', params: { values: retryTokens.join(', ') } },
  (value) => value === '' || value.split(',').every((word) => retryTokens.includes(word) || /^[1-5]\d\d$/.test(word)),
);

const retries: z.ZodType<HttpRetry> = withRules(
  strict<HttpRetry>(
    { attempts: count },
    {
      perTryTimeout: duration,
      retryOn,
      retryRemoteLocalities: flag,
      retryIgnorePreviousHosts: flag,
      backoff: duration,
    },
  ),
  (value, check) => {
    if (value.attempts > 0) return;
    const [extra] = given(value, ['perTryTimeout', 'retryOn', 'retryRemoteLocalities', 'backoff']);
    if (extra !== undefined) check.refuse({ text: { key: 'manifest.retriesOff' } }, [extra]);
  },
);

const delay: z.ZodType<Of<HttpFault, 'delay'>> = strict<Of<HttpFault, 'delay'>>(
  {},
  { fixedDelay: duration, percentage: percent, percent: between(0, 100) },
);

const abort: z.ZodType<Of<HttpFault, 'abort'>> = withRules(
  strict<Of<HttpFault, 'abort'>>({}, { httpStatus: between(200, 599), grpcStatus: nonEmpty, percentage: percent }),
  (value, check) => requireOne(value, check, { of: ['httpStatus', 'grpcStatus'], needed: true }),
);

const fault: z.ZodType<HttpFault> = withRules(strict<HttpFault>({}, { delay, abort }), (value, check) => {
  if (value.delay === undefined && value.abort === undefined) {
    check.refuse({ text: { key: 'manifest.oneNeeded', params: { fields: 'delay, abort' } } });
  }
  if (value.delay !== undefined && value.delay.fixedDelay === undefined) {
    check.refuse({ text: { key: 'manifest.missing' } }, ['delay', 'fixedDelay']);
  }
});

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', '*'];
const corsMethod = expecting(text, { key: 'manifest.expect.oneOf', params: { values: METHODS.join(', ') } }, (value) =>
  METHODS.includes(value),
);

const cors: z.ZodType<CorsPolicy> = strict<CorsPolicy>(
  {},
  {
    allowOrigins: z.array(stringMatch),
    allowOrigin: texts,
    allowMethods: z.array(corsMethod),
    allowHeaders: texts,
    exposeHeaders: texts,
    maxAge: durationOrZero,
    allowCredentials: flag,
    unmatchedPreflights: oneOf('UNSPECIFIED', 'FORWARD', 'IGNORE'),
  },
);

type Answer = Of<HttpRoute, 'directResponse'>;

const directResponse: z.ZodType<Answer> = strict<Answer>(
  { status: between(200, 600) },
  {
    body: withRules(strict<Of<Answer, 'body'>>({}, { string: text, bytes: base64 }), (value, check) =>
      requireOne(value, check, { of: ['string', 'bytes'], needed: true }),
    ),
  },
);

export const httpRoute: z.ZodType<HttpRoute> = withRules(
  strict<HttpRoute>(
    {},
    {
      name: text,
      match: z.array(match),
      route: z.array(routeDestination),
      redirect,
      directResponse,
      delegate: strict<Of<HttpRoute, 'delegate'>>({}, { name: text, namespace: text }),
      rewrite,
      timeout: duration,
      retries,
      fault,
      mirror: destination,
      mirrorPercentage: percent,
      mirrorPercent: between(0, 100),
      mirrors: z.array(strict<Of<HttpRoute, 'mirrors'>[number]>({ destination }, { percentage: percent })),
      corsPolicy: cors,
      headers,
    },
  ),
  requireOneAction,
);

/** What may stand beside what (VVS validateHTTPRoute). */
function requireOneAction(route: HttpRoute, check: Check): void {
  for (const [action, others] of exclusive) {
    if (route[action] === undefined) continue;
    for (const other of given(route, others)) {
      const text = { key: 'manifest.exclusive', params: { fields: `${action}, ${other}` } } as const;
      check.refuse({ text, remedy: { key: 'manifest.exclusiveRemedy' } }, [other]);
    }
  }
  if (given(route, ['route', 'redirect', 'directResponse', 'delegate']).length === 0) {
    check.refuse({
      text: { key: 'manifest.oneNeeded', params: { fields: 'route, redirect, directResponse, delegate' } },
    });
  }
  if (route.route === undefined) return;
  if (route.route.length === 0 && route.delegate === undefined) {
    check.refuse({ text: { key: 'manifest.emptyList' } }, ['route']);
  }
  if (route.route.length > 1 && route.route.every((one) => (one.weight ?? 0) === 0)) {
    check.refuse({ text: { key: 'manifest.noWeight' }, remedy: { key: 'manifest.noWeightRemedy' } }, ['route']);
  }
}

const exclusive: readonly (readonly [keyof HttpRoute, readonly (keyof HttpRoute)[]])[] = [
  ['redirect', ['route', 'fault', 'rewrite', 'directResponse', 'delegate']],
  ['directResponse', ['route', 'fault', 'rewrite']],
  ['mirror', ['mirrors']],
];
