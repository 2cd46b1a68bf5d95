/**
 * What the mesh executes: plain JSON, compiled from VirtualService, DestinationRule, Gateway, Service and endpoints.
 * Workers know nothing else, so whatever a worker needs at run time must be in here.
 */
import type { Message } from '../../texts/catalogue.ts';

/** Who calls, as `istio_*` metrics name it. Unknown values are the text `unknown`. */
export interface WorkloadIdentity {
  readonly workload: string;
  readonly namespace: string;
  readonly app: string;
  readonly version: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A whole configuration. A worker replaces its own by it atomically and acknowledges `version`. */
export interface RoutingTable {
  readonly version: number;
  readonly listeners: readonly Listener[];
  /** By `Listener.routes`. */
  readonly routes: Readonly<Record<string, RouteTable>>;
  /**
   * By key; destinations name the key. It is the cluster's name `outbound|<port>|<subset>|<host>`, with `~<caller namespace>`
   * behind it where that namespace sees another DestinationRule than the rest. An absent key is answered 503 NC.
   */
  readonly clusters: Readonly<Record<string, Cluster>>;
}

export interface Listener {
  /** `<address>:<port>`; equal ids keep their sockets when the table changes. */
  readonly id: string;
  readonly address: string;
  readonly port: number;
  /** `gateway`: answers `server: istio-envoy`, unknown host 404. `mesh`: one caller, one service. `forwardProxy`: absolute-form requests. */
  readonly kind: 'gateway' | 'mesh' | 'forwardProxy' | 'nodePort';
  /** `tcp` forwards bytes to `tcp` without parsing. */
  readonly protocol: 'http' | 'tcp';
  readonly caller: WorkloadIdentity;
  /** Key of `RoutingTable.routes` (http). */
  readonly routes?: string;
  readonly tcp?: readonly WeightedCluster[];
  /**
   * FQDN of the Service whose address this is (`mesh`, `nodePort`): the virtual host of that Service takes requests whose Host
   * no domain names, such as the address itself.
   */
  readonly service?: string;
  /** Forward proxy only: key of `RoutingTable.routes` by the port of the request's authority (80 where it names none). */
  readonly routesByPort?: Readonly<Record<string, string>>;
  /** Port number as the configuration knows it, where `port` was moved. */
  readonly nominalPort: number;
}

export interface RouteTable {
  /** Unknown host: 404 NR, 502 (REGISTRY_ONLY), or pass through to the address itself. */
  readonly unknownHost: 'notFound' | 'block' | 'passthrough';
  readonly virtualHosts: readonly VirtualHost[];
}

export interface VirtualHost {
  readonly name: string;
  /** Exact names, `*.suffix` and `*`, lower case, without port. */
  readonly domains: readonly string[];
  readonly routes: readonly Route[];
  /** FQDN of the Service that it stands for, if any. */
  readonly service?: string;
  /** Rules that the compiler left out here, for `route test`. */
  readonly dropped?: readonly DroppedRule[];
  /** Every request to these hosts is answered by 301 to https. */
  readonly requireTls?: boolean;
}

export interface DroppedRule {
  readonly origin: string;
  readonly why: Message;
}

/** `null`-free condition on a text. `present` = the value only has to exist. */
export type TextMatch =
  | { readonly kind: 'exact'; readonly value: string; readonly ignoreCase?: boolean }
  | { readonly kind: 'prefix'; readonly value: string; readonly ignoreCase?: boolean }
  | { readonly kind: 'regex'; readonly value: string }
  | { readonly kind: 'present' };

export interface NamedMatch {
  /** Header names lower case. */
  readonly name: string;
  readonly match: TextMatch;
  /** True for `withoutHeaders`. */
  readonly invert?: boolean;
}

/** All conditions must hold. Static ones (port, gateways, sourceLabels) are resolved by the compiler. */
export interface RequestMatch {
  readonly path?: TextMatch;
  /** Segment-wise prefix, as Ingress and Gateway API define it. */
  readonly pathSegments?: string;
  readonly method?: TextMatch;
  readonly scheme?: TextMatch;
  readonly authority?: TextMatch;
  readonly headers?: readonly NamedMatch[];
  readonly query?: readonly NamedMatch[];
}

export interface HeaderEdits {
  /** Applied in this order; names lower case. `set` overwrites or adds, `add` appends. Values are Envoy format strings. */
  readonly remove?: readonly string[];
  readonly set?: readonly (readonly [string, string])[];
  readonly add?: readonly (readonly [string, string])[];
  /** Applied behind these: operations of a rule's only destination. */
  readonly after?: HeaderEdits;
}

export interface WeightedCluster {
  readonly cluster: string;
  /** Relative. */
  readonly weight: number;
  /** Host that the upstream sees, unless the route rewrites it. */
  readonly authority?: string;
  readonly requestHeaders?: HeaderEdits;
  readonly responseHeaders?: HeaderEdits;
}

export interface StickyChoice {
  readonly cookie?: string;
  readonly mintSeconds?: number;
  readonly header?: string;
  readonly query?: string;
  readonly sourceAddress?: boolean;
  readonly salt: string;
}

export interface HashPolicy {
  readonly header?: string;
  readonly query?: string;
  readonly sourceAddress?: boolean;
  readonly cookie?: {
    readonly name: string;
    readonly path?: string;
    /** Present: minted where absent; 0 = session cookie. */
    readonly ttlMs?: number;
    readonly attributes?: readonly (readonly [string, string])[];
  };
}

export interface RetryPolicy {
  /** Tries after the first one. */
  readonly attempts: number;
  readonly perTryTimeoutMs?: number;
  /** Tokens of `retryOn`, without status codes. */
  readonly on: readonly string[];
  readonly statusCodes: readonly number[];
  readonly backoffBaseMs: number;
  readonly avoidPreviousHosts: boolean;
}

export interface FaultPolicy {
  /** Millionths of requests, 0–1,000,000. */
  readonly delay?: { readonly ppm: number; readonly ms: number };
  readonly abort?: { readonly ppm: number; readonly status: number; readonly grpcStatus?: number };
}

export interface MirrorTarget {
  readonly cluster: string;
  readonly ppm: number;
}

export interface RewriteAction {
  /** Replaces the matched prefix where the route matches by prefix, else the whole path. */
  readonly path?: string;
  readonly regex?: { readonly match: string; readonly rewrite: string };
  readonly authority?: string;
}

export interface RedirectAction {
  readonly code: 301 | 302 | 303 | 307 | 308;
  readonly path?: string;
  readonly authority?: string;
  readonly scheme?: string;
  readonly port?: number;
  readonly derivePort?: 'protocol' | 'request';
}

export interface CorsAction {
  readonly allowOrigins: readonly TextMatch[];
  readonly allowMethods: string;
  readonly allowHeaders: string;
  readonly exposeHeaders: string;
  readonly maxAgeSeconds?: number;
  readonly allowCredentials?: boolean;
  readonly forwardUnmatchedPreflights: boolean;
}

export type RouteAction =
  | {
      readonly kind: 'forward';
      /** Positive weights only, at least one. With `sticky`, the first entry takes the lowest buckets. */
      readonly destinations: readonly WeightedCluster[];
      readonly sticky?: StickyChoice;
      /** 0 = none. Covers all tries. */
      readonly timeoutMs: number;
      readonly retry: RetryPolicy | null;
      readonly rewrite?: RewriteAction;
      readonly hash?: readonly HashPolicy[];
      readonly mirrors?: readonly MirrorTarget[];
    }
  | ({ readonly kind: 'redirect' } & RedirectAction)
  | { readonly kind: 'respond'; readonly status: number; readonly body: string; readonly bodyBase64?: string };

export interface Route {
  readonly name: string;
  /** Absent = every request. */
  readonly match?: RequestMatch;
  readonly action: RouteAction;
  readonly requestHeaders?: HeaderEdits;
  readonly responseHeaders?: HeaderEdits;
  readonly fault?: FaultPolicy;
  readonly cors?: CorsAction;
  /** Where it was written, for `route test`: e.g. `VirtualService default/reviews http[1].match[0]`. */
  readonly origin: string;
}

export type BalancePolicy =
  | { readonly kind: 'leastRequest' | 'roundRobin' | 'random' }
  | { readonly kind: 'ringHash'; readonly minimumSize: number }
  | { readonly kind: 'maglev'; readonly tableSize: number };

export interface Cluster {
  readonly name: string;
  /** FQDN of the service. */
  readonly host: string;
  readonly serviceName: string;
  readonly serviceNamespace: string;
  /** Service port number. */
  readonly port: number;
  /** Empty = all endpoints. */
  readonly subset: string;
  /** Value of the label `version` in the subset's labels, or empty. Attributes local failures (no endpoint) to an arm. */
  readonly version: string;
  readonly balance: BalancePolicy;
  readonly endpoints: readonly Endpoint[];
  readonly connectTimeoutMs: number;
  readonly maxConnections?: number;
  readonly maxPendingRequests?: number;
  readonly maxRequests?: number;
  readonly maxRetries?: number;
  readonly maxRequestsPerConnection?: number;
  readonly idleTimeoutMs?: number;
  readonly outlier?: OutlierPolicy;
}

export interface OutlierPolicy {
  /** 0 = off. */
  readonly consecutive5xx: number;
  readonly consecutiveGatewayErrors: number;
  readonly intervalMs: number;
  readonly baseEjectionMs: number;
  readonly maxEjectionPct: number;
  readonly minHealthPct: number;
}

/** One ready pod behind a cluster. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
  readonly pod: string;
  readonly workload: WorkloadIdentity;
}
