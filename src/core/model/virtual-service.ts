/** Istio VirtualService, `networking.istio.io/{v1,v1beta1,v1alpha3}` (one schema). Field meaning: istio/api virtual_service.proto. */
import type { KubeObject, StringMap } from './meta.ts';

/** Exactly one of the three; `{}` in a header or query match means presence. */
export interface StringMatch {
  readonly exact?: string;
  readonly prefix?: string;
  readonly regex?: string;
}

export interface HttpMatch {
  readonly name?: string;
  readonly uri?: StringMatch;
  readonly scheme?: StringMatch;
  readonly method?: StringMatch;
  readonly authority?: StringMatch;
  readonly headers?: Readonly<Record<string, StringMatch>>;
  readonly withoutHeaders?: Readonly<Record<string, StringMatch>>;
  readonly queryParams?: Readonly<Record<string, StringMatch>>;
  readonly ignoreUriCase?: boolean;
  readonly port?: number;
  readonly sourceLabels?: StringMap;
  readonly sourceNamespace?: string;
  readonly gateways?: readonly string[];
  readonly statPrefix?: string;
}

export interface Destination {
  readonly host: string;
  readonly subset?: string;
  readonly port?: { readonly number?: number };
}

export interface HeaderOperations {
  readonly set?: StringMap;
  readonly add?: StringMap;
  readonly remove?: readonly string[];
}

export interface Headers {
  readonly request?: HeaderOperations;
  readonly response?: HeaderOperations;
}

export interface HttpRouteDestination {
  readonly destination: Destination;
  /** Relative; need not sum to 100. Missing = 0 where several destinations stand, ignored where one stands. */
  readonly weight?: number;
  readonly headers?: Headers;
}

export interface HttpRedirect {
  readonly uri?: string;
  readonly authority?: string;
  readonly port?: number;
  readonly derivePort?: 'FROM_PROTOCOL_DEFAULT' | 'FROM_REQUEST_PORT';
  readonly scheme?: string;
  readonly redirectCode?: number;
}

export interface HttpRewrite {
  readonly uri?: string;
  readonly authority?: string;
  readonly uriRegexRewrite?: { readonly match: string; readonly rewrite: string };
}

export interface HttpRetry {
  readonly attempts: number;
  readonly perTryTimeout?: string;
  readonly retryOn?: string;
  readonly retryRemoteLocalities?: boolean;
  readonly retryIgnorePreviousHosts?: boolean;
  readonly backoff?: string;
}

export interface Percent {
  readonly value: number;
}

export interface HttpFault {
  readonly delay?: { readonly fixedDelay?: string; readonly percentage?: Percent; readonly percent?: number };
  readonly abort?: { readonly httpStatus?: number; readonly grpcStatus?: string; readonly percentage?: Percent };
}

export interface CorsPolicy {
  readonly allowOrigins?: readonly StringMatch[];
  readonly allowOrigin?: readonly string[];
  readonly allowMethods?: readonly string[];
  readonly allowHeaders?: readonly string[];
  readonly exposeHeaders?: readonly string[];
  readonly maxAge?: string;
  readonly allowCredentials?: boolean;
  readonly unmatchedPreflights?: 'UNSPECIFIED' | 'FORWARD' | 'IGNORE';
}

export interface HttpRoute {
  readonly name?: string;
  readonly match?: readonly HttpMatch[];
  readonly route?: readonly HttpRouteDestination[];
  readonly redirect?: HttpRedirect;
  readonly directResponse?: {
    readonly status: number;
    readonly body?: { readonly string?: string; readonly bytes?: string };
  };
  readonly delegate?: { readonly name?: string; readonly namespace?: string };
  readonly rewrite?: HttpRewrite;
  readonly timeout?: string;
  readonly retries?: HttpRetry;
  readonly fault?: HttpFault;
  readonly mirror?: Destination;
  readonly mirrorPercentage?: Percent;
  readonly mirrorPercent?: number;
  readonly mirrors?: readonly { readonly destination: Destination; readonly percentage?: Percent }[];
  readonly corsPolicy?: CorsPolicy;
  readonly headers?: Headers;
}

export interface L4Match {
  readonly port?: number;
  readonly destinationSubnets?: readonly string[];
  readonly sourceSubnet?: string;
  readonly sourceLabels?: StringMap;
  readonly sourceNamespace?: string;
  readonly gateways?: readonly string[];
}

export interface RouteDestination {
  readonly destination: Destination;
  readonly weight?: number;
}

export interface TcpRoute {
  readonly match?: readonly L4Match[];
  readonly route: readonly RouteDestination[];
}

export interface TlsRoute {
  readonly match: readonly (L4Match & { readonly sniHosts: readonly string[] })[];
  readonly route: readonly RouteDestination[];
}

export interface VirtualServiceSpec {
  readonly hosts?: readonly string[];
  readonly gateways?: readonly string[];
  readonly http?: readonly HttpRoute[];
  readonly tls?: readonly TlsRoute[];
  readonly tcp?: readonly TcpRoute[];
  readonly exportTo?: readonly string[];
}

export interface VirtualService extends KubeObject {
  readonly kind: 'VirtualService';
  readonly spec: VirtualServiceSpec;
  readonly status?: Readonly<Record<string, unknown>>;
}

/**
 * Annotation on a VirtualService that makes weighted routes sticky per user in the built-in mesh. JSON list of
 * `StickyPolicy`. Istio ignores it; other routers get arm cookies instead.
 */
export const STICKY_ANNOTATION = 'serin.dev/sticky';

/**
 * The same user stays on the same version: `hash(key, salt) mod 10000 < weight·100`, the arms in a fixed order with the
 * candidate first, so growing the candidate only adds users to it.
 */
export interface StickyPolicy {
  /** Name of the `http` route it covers; absent = every weighted route. */
  readonly route?: string;
  readonly key: StickyKey;
  /** Changes with each run, so that it is not always the same users who go first. */
  readonly salt: string;
  /** Destination whose share starts at bucket 0, as `host` or `host#subset`. */
  readonly first: string;
}

/** Where the key comes from: exactly one. `mint` = seconds to live of a cookie that is set where it is absent (0 = session). */
export interface StickyKey {
  readonly cookie?: string;
  readonly mintSeconds?: number;
  readonly header?: string;
  readonly query?: string;
  readonly sourceAddress?: boolean;
}
