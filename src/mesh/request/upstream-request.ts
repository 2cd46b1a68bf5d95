import type { FormatContext } from '../../core/routing/format.ts';
import type { RequestView } from '../../core/routing/request.ts';
import { rewritePath } from '../../core/routing/rewrite.ts';
import type { Runtime } from '../runtime.ts';
import type { ClientSide } from './client-side.ts';
import type { Forward } from './plan.ts';
import type { ExchangeRecord } from './record.ts';
import type { Edits, UpstreamRequest } from './request-writer.ts';

interface About {
  /** Absent for hosts that no route knows. */
  readonly plan: Forward | undefined;
  readonly record: ExchangeRecord;
}

/** The request whose head was just parsed, as its upstream will see it. */
export function upstreamRequest(runtime: Runtime, client: ClientSide, about: About): UpstreamRequest {
  const { live, head, random } = runtime;
  const { plan } = about;
  return {
    head,
    method: head.method,
    path: plan?.forward.action.rewrite === undefined ? live.path : rewritePath(plan.route, live.path),
    authority: plan === undefined ? live.authority : authorityFor(plan, live.authority),
    originalPath: live.path,
    originalAuthority: live.authority,
    random,
    gateway: client.place.gateway,
    peer: client.remoteAddress,
    internal: client.isInternal,
    expectedTimeoutMs: plan === undefined ? 0 : expectedTimeoutMs(plan),
    edits: plan === undefined ? undefined : editsOf(plan, () => formatsOf(live, { ...about, client })),
  };
}

function authorityFor({ forward, destination }: Forward, asSent: string): string {
  return forward.action.rewrite?.authority ?? destination.destination.authority ?? asSent;
}

/** What the upstream is told: the time for this try, else for all of them; 0 = none. */
function expectedTimeoutMs({ forward }: Forward): number {
  const { retry, timeoutMs } = forward.action;
  return retry?.perTryTimeoutMs ?? timeoutMs;
}

function editsOf(plan: Forward, formats: () => FormatContext): Edits | undefined {
  if (plan.route.requestEdits === undefined && plan.destination.requestEdits === undefined) return undefined;
  return { levels: plan, formats: formats() };
}

/** What header formats can name of a request at this point. */
export function formatsOf(request: RequestView, about: About & { readonly client: ClientSide }): FormatContext {
  const { client, record, plan } = about;
  const { endpoint, cluster } = record;
  return {
    request,
    protocol: 'HTTP/1.1',
    downstreamRemoteAddress: client.remote,
    downstreamLocalAddress: client.local,
    startedAt: performance.timeOrigin + record.startedAt,
    hostname: client.place.hostname,
    ...(plan === undefined ? {} : { routeName: plan.route.route.name }),
    ...(cluster === undefined ? {} : { cluster: cluster.cluster.name }),
    ...(endpoint === undefined ? {} : { upstreamHost: `${endpoint.endpoint.address}:${endpoint.endpoint.port}` }),
  };
}
