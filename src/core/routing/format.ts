/** Envoy format strings in header values: `%COMMAND(argument):length%`, `%%` is a percent sign. */
import { headerOf, type RequestView } from './request.ts';
import { formatTime } from './format-time.ts';

/** What the commands can name. Path and authority are those before any rewrite. */
export interface FormatContext {
  readonly request: RequestView;
  /** `HTTP/1.1` or `HTTP/2`. */
  readonly protocol: string;
  /** `<address>:<port>` of the peer and of our socket. */
  readonly downstreamRemoteAddress: string;
  readonly downstreamLocalAddress: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly hostname: string;
  readonly routeName?: string;
  readonly cluster?: string;
  readonly upstreamHost?: string;
  /** Only once the answer is known. */
  readonly responseCode?: number;
  readonly responseHeader?: (name: string) => string | undefined;
}

export type Format = (context: FormatContext) => string;
type Part = (context: FormatContext) => string | undefined;

export type ParsedFormat =
  | { readonly ok: true; readonly format: Format }
  /** The piece that is no command, as written. */
  | { readonly ok: false; readonly piece: string };

const COMMAND = /%(?:%|([A-Z0-9_]+)(?:\(([^)]*)\))?(?::(\d+))?%)/y;

/** A command without a value gives nothing. */
export function parseFormat(text: string): ParsedFormat {
  if (!text.includes('%')) return { ok: true, format: () => text };
  const parts: Part[] = [];
  let at = 0;
  while (at < text.length) {
    const percent = text.indexOf('%', at);
    const literal = text.slice(at, percent < 0 ? text.length : percent);
    if (literal !== '') parts.push(() => literal);
    if (percent < 0) break;
    COMMAND.lastIndex = percent;
    const found = COMMAND.exec(text);
    const part = found === null ? undefined : partOf(found);
    if (found === null || part === undefined) return { ok: false, piece: text.slice(percent) };
    parts.push(part);
    at = percent + found[0].length;
  }
  return { ok: true, format: (context) => parts.map((part) => part(context) ?? '').join('') };
}

function partOf(found: RegExpExecArray): Part | undefined {
  const [whole, command, argument, length] = found;
  if (whole === '%%') return () => '%';
  if (command === undefined) return undefined;
  const part = argument === undefined ? plainCommand(command) : commandWith(command, argument);
  if (part === undefined || length === undefined) return part;
  const longest = Number(length);
  return (context) => part(context)?.slice(0, longest);
}

function plainCommand(command: string): Part | undefined {
  return Object.hasOwn(PLAIN, command) ? PLAIN[command] : undefined;
}

const PLAIN: Readonly<Record<string, Part>> = {
  PROTOCOL: ({ protocol }) => protocol,
  DOWNSTREAM_REMOTE_ADDRESS: (context) => context.downstreamRemoteAddress,
  DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT: (context) => withoutPort(context.downstreamRemoteAddress),
  DOWNSTREAM_REMOTE_PORT: (context) => portOf(context.downstreamRemoteAddress),
  DOWNSTREAM_DIRECT_REMOTE_ADDRESS: (context) => context.downstreamRemoteAddress,
  DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT: (context) => withoutPort(context.downstreamRemoteAddress),
  DOWNSTREAM_LOCAL_ADDRESS: (context) => context.downstreamLocalAddress,
  DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT: (context) => withoutPort(context.downstreamLocalAddress),
  DOWNSTREAM_LOCAL_PORT: (context) => portOf(context.downstreamLocalAddress),
  START_TIME: ({ startedAt }) => formatTime(startedAt, '%Y-%m-%dT%H:%M:%E3SZ'),
  HOSTNAME: ({ hostname }) => hostname,
  ROUTE_NAME: ({ routeName }) => routeName,
  UPSTREAM_CLUSTER: ({ cluster }) => cluster,
  UPSTREAM_HOST: ({ upstreamHost }) => upstreamHost,
  UPSTREAM_REMOTE_ADDRESS: ({ upstreamHost }) => upstreamHost,
  RESPONSE_CODE: ({ responseCode }) => (responseCode === undefined ? undefined : String(responseCode)),
};

function commandWith(command: string, argument: string): Part | undefined {
  switch (command) {
    case 'REQ': {
      const [name, otherwise] = argument.toLowerCase().split('?');
      if (name === undefined || name === '') return undefined;
      return ({ request }) =>
        headerOf(request, name) ?? (otherwise === undefined ? undefined : headerOf(request, otherwise));
    }
    case 'RESP': {
      const [name, otherwise] = argument.toLowerCase().split('?');
      if (name === undefined || name === '') return undefined;
      return ({ responseHeader }) =>
        responseHeader?.(name) ?? (otherwise === undefined ? undefined : responseHeader?.(otherwise));
    }
    case 'START_TIME':
      return ({ startedAt }) => formatTime(startedAt, argument);
    default:
      return undefined;
  }
}

function withoutPort(address: string): string {
  const colon = address.lastIndexOf(':');
  return colon < 0 ? address : address.slice(0, colon);
}

function portOf(address: string): string | undefined {
  const colon = address.lastIndexOf(':');
  return colon < 0 ? undefined : address.slice(colon + 1);
}
