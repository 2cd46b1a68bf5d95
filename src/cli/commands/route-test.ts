import type { RouteTrace } from '../../core/routing/explain.ts';
import { Fault } from '../../lib/fault.ts';
import type { RouteTestRequest } from '../../server/contract.ts';
import type { Run } from '../command-spec.ts';
import type { Context } from '../context.ts';
import type { Input } from '../input.ts';
import { dataText, isDataFormat } from '../render/objects.ts';
import { routeLines } from '../render/route-trace.ts';

/** Who calls through a gateway. */
const GATEWAY = { workload: 'istio-ingressgateway', namespace: 'istio-system' };

/** @throws Fault `usage` */
function parseUrl(text: string): URL {
  const url = URL.parse(text.includes('://') ? text : `http://${text}`);
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw new Fault(
    'usage',
    { key: 'cli.usage.badUrl', params: { text } },
    { expected: 'http://HOST:PORT/PATH', found: text },
  );
}

function headersOf(input: Input): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const text of input.list('header')) {
    const colon = text.indexOf(':');
    if (colon < 1) throw new Fault('usage', { key: 'cli.usage.badHeader', params: { text } }, { found: text });
    headers[text.slice(0, colon).trim().toLowerCase()] = text.slice(colon + 1).trim();
  }
  const cookie = input.text('cookie');
  if (cookie !== undefined)
    headers['cookie'] = headers['cookie'] === undefined ? cookie : `${headers['cookie']}; ${cookie}`;
  return headers;
}

function callerOf(context: Context, text: string | undefined): RouteTestRequest['from'] {
  if (text === undefined) return undefined;
  if (text === 'gateway') return GATEWAY;
  const slash = text.indexOf('/');
  return slash < 0
    ? { workload: text, namespace: context.namespace }
    : { workload: text.slice(slash + 1), namespace: text.slice(0, slash) };
}

export const run: Run = async (context, input) => {
  const url = parseUrl(input.operands[0] ?? '');
  const headers = headersOf(input);
  const from = callerOf(context, input.text('from'));
  const asked: RouteTestRequest = {
    method: input.text('method') ?? 'GET',
    scheme: url.protocol.slice(0, -1),
    authority: headers['host'] ?? url.host,
    path: `${url.pathname}${url.search}`,
    headers,
    namespace: context.namespace,
    ...(from === undefined ? {} : { from }),
  };
  const trace = await (await context.client()).post<RouteTrace>('/v1/route-test', asked);
  const format = input.text('output');
  if (isDataFormat(format)) context.print(await dataText(trace, format));
  else for (const line of routeLines(context, asked, trace)) context.print(line);
};
