import type { PreparedRoute } from '../../core/routing/prepare.ts';
import type { RequestView } from '../../core/routing/request.ts';
import type { CorsAction } from '../../core/routing/table.ts';
import type { HeaderList } from './header-list.ts';

type Pairs = (readonly [string, string])[];

/** Answer to a preflight, or undefined where the request goes on (Envoy's CORS filter). */
export function preflightAnswer(prepared: PreparedRoute, request: RequestView): Pairs | undefined {
  const { cors } = prepared.route;
  if (cors === undefined || request.method !== 'OPTIONS') return undefined;
  const origin = request.header('origin');
  if (origin === undefined || request.header('access-control-request-method') === undefined) return undefined;
  const allowed = isAllowed(prepared, origin);
  if (!allowed && cors.forwardUnmatchedPreflights) return undefined;
  const pairs: Pairs = allowed ? [['access-control-allow-origin', origin]] : [];
  if (cors.allowCredentials === true) pairs.push(['access-control-allow-credentials', 'true']);
  if (cors.allowMethods !== '') pairs.push(['access-control-allow-methods', cors.allowMethods]);
  if (cors.allowHeaders !== '') pairs.push(['access-control-allow-headers', cors.allowHeaders]);
  if (cors.maxAgeSeconds !== undefined) pairs.push(['access-control-max-age', String(cors.maxAgeSeconds)]);
  return pairs;
}

/** Origin whose answers carry CORS headers; undefined where they do not. */
export function allowedOrigin(prepared: PreparedRoute, request: RequestView): string | undefined {
  if (prepared.route.cors === undefined) return undefined;
  const origin = request.header('origin');
  return origin !== undefined && isAllowed(prepared, origin) ? origin : undefined;
}

export function addCorsHeaders(cors: CorsAction, origin: string, headers: HeaderList): void {
  headers.set('access-control-allow-origin', origin);
  if (cors.allowCredentials === true) headers.set('access-control-allow-credentials', 'true');
  if (cors.exposeHeaders !== '') headers.set('access-control-expose-headers', cors.exposeHeaders);
}

function isAllowed(prepared: PreparedRoute, origin: string): boolean {
  return prepared.allowOrigins.some((test) => test(origin));
}
