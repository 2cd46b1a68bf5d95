import type { ListenerQuery } from '../../core/routing/explain.ts';
import { explainRoute, findListener } from '../../core/routing/explain.ts';
import type { PreparedTable } from '../../core/routing/prepare.ts';
import { prepareTable } from '../../core/routing/prepare.ts';
import type { RequestView } from '../../core/routing/request.ts';
import type { Listener, RoutingTable } from '../../core/routing/table.ts';
import { Fault } from '../../lib/fault.ts';
import type { Api, RouteContext } from '../app.ts';
import type { RouteTestRequest } from '../contract.ts';
import { routeTestSchema } from '../schemas.ts';

const DEFAULT_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 };

function viewOf(asked: RouteTestRequest): RequestView {
  const headers = new Map(Object.entries(asked.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
  return {
    method: asked.method ?? 'GET',
    path: asked.path,
    authority: asked.authority,
    scheme: asked.scheme ?? 'http',
    sourceAddress: '127.0.0.1',
    header: (name) => headers.get(name),
    headers: (name) => {
      const value = headers.get(name);
      return value === undefined ? [] : [value];
    },
  };
}

function placeOf({ authority, scheme, from, namespace }: RouteTestRequest): ListenerQuery {
  const [, host = authority, port] = /^(.*?)(?::(\d+))?$/.exec(authority) ?? [];
  return {
    host,
    port: port === undefined ? (DEFAULT_PORTS[scheme ?? 'http'] ?? 80) : Number(port),
    ...(from === undefined ? {} : { from }),
    ...(namespace === undefined ? {} : { namespace }),
  };
}

/** More places than these are no help. */
const MANY = 12;

function listed(names: readonly string[]): string {
  const all = [...new Set(names)].toSorted();
  return all.length > MANY ? `${all.slice(0, MANY).join(', ')} …` : all.join(', ');
}

/** Nobody listens: because nothing runs that could call, or because the callers do not know such a host. */
function unheard({ listeners }: RoutingTable, { authority, from, namespace = 'default' }: RouteTestRequest): Fault {
  const isTheirs = ({ caller }: Listener): boolean =>
    from === undefined || (caller.workload === from.workload && caller.namespace === from.namespace);
  const theirs = listeners.filter(isTheirs);
  if (from !== undefined && theirs.length === 0) {
    const callers = listeners
      .filter(({ caller }) => caller.namespace === from.namespace)
      .map(({ caller }) => caller.workload);
    const text = { key: 'server.noCaller', params: { workload: from.workload, namespace: from.namespace } } as const;
    return new Fault('notFound', text, { expected: listed(callers), found: from.workload });
  }
  const places = theirs.map(({ service, nominalPort }) => {
    const host = service?.replace(`.${namespace}.svc.cluster.local`, '').replace(/\.svc\.cluster\.local$/, '');
    return `${host ?? '*'}:${nominalPort}`;
  });
  return new Fault(
    'notFound',
    { key: 'server.noListener', params: { authority } },
    { expected: listed(places), found: authority, remedy: { key: 'server.noListenerRemedy' } },
  );
}

/** Tables are prepared once: people test several requests against the same one. */
function createPreparer(): (table: RoutingTable) => PreparedTable {
  let last: PreparedTable | undefined;
  return (table) => {
    if (last?.table !== table) last = prepareTable(table);
    return last;
  };
}

/** "Which version would this request get, and why not the others?", answered by the mesh's own functions. */
export function registerRouteTestRoutes(app: Api, { options: { mesh } }: RouteContext): void {
  const prepared = createPreparer();
  app.post(
    '/v1/route-test',
    {
      schema: {
        summary: 'Which listener, rule and version would a request meet?',
        body: routeTestSchema,
      },
    },
    (request) => {
      const table = mesh.table();
      if (table === undefined) throw new Fault('refused', { key: 'server.noTable' });
      const ready = prepared(table);
      const listener = findListener(ready, placeOf(request.body));
      const trace = listener === undefined ? undefined : explainRoute(ready, listener.id, viewOf(request.body));
      if (trace !== undefined) return trace;
      throw unheard(table, request.body);
    },
  );
}
