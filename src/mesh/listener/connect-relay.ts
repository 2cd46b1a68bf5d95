import type { Socket } from 'node:net';
import { chooseVirtualHost, splitAuthority } from '../../core/routing/choose.ts';
import type { ListenerPlace } from '../request/client-side.ts';
import { dial } from './byte-pipe.ts';

const CONNECT_TIMEOUT_MS = 10_000;

/** What CONNECT leads to. `inside`: the mesh knows the host, so the requests inside of the tunnel are routed as any others. */
export type ConnectTarget =
  | { readonly kind: 'inside' }
  | { readonly kind: 'relay'; readonly host: string; readonly port: number }
  | { readonly kind: 'refused'; readonly status: 404 | 502 };

/** Only a forward proxy takes CONNECT; Envoy finds no route for it anywhere else. */
export function connectTarget(place: ListenerPlace, authority: string): ConnectTarget {
  const { prepared } = place;
  if (prepared.listener.kind !== 'forwardProxy') return { kind: 'refused', status: 404 };
  if (chooseVirtualHost(prepared, authority) !== undefined) return { kind: 'inside' };
  if (prepared.routes?.unknownHost === 'block') return { kind: 'refused', status: 502 };
  if (prepared.routes?.unknownHost !== 'passthrough') return { kind: 'refused', status: 404 };
  const { host, port = 443 } = splitAuthority(authority);
  return { kind: 'relay', host: host.replace(/^\[|\]$/g, ''), port };
}

/** The client's end of a relay. */
export interface RelayClient {
  relayed(bytes: Buffer): boolean;
  relayOpen(opened: boolean): void;
  relayEnded(): void;
  relayPaused(paused: boolean): void;
}

/** Bytes between a client and a host that the mesh does not know. */
export class ConnectRelay {
  private readonly client: RelayClient;
  private socket: Socket | undefined;
  private gone = false;
  /** What the client sent before the host was reached. */
  private waiting: Buffer[] = [];

  constructor(client: RelayClient, to: { readonly host: string; readonly port: number }) {
    this.client = client;
    void this.open(to);
  }

  private async open(to: { readonly host: string; readonly port: number }): Promise<void> {
    const socket = await dial({ ...to, timeoutMs: CONNECT_TIMEOUT_MS });
    if (socket === undefined || this.gone) {
      socket?.destroy();
      if (!this.gone) this.client.relayOpen(false);
      return;
    }
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      if (!this.client.relayed(chunk)) socket.pause();
    });
    socket.on('drain', () => this.client.relayPaused(false));
    socket.on('end', () => this.client.relayEnded());
    socket.on('close', () => this.client.relayEnded());
    this.client.relayOpen(true);
    for (const bytes of this.waiting.splice(0)) this.fromClient(bytes);
  }

  fromClient(bytes: Buffer): void {
    if (this.socket === undefined) this.waiting.push(bytes);
    else if (!this.socket.write(bytes)) this.client.relayPaused(true);
  }

  clientDrained(): void {
    this.socket?.resume();
  }

  clientEnded(): void {
    this.socket?.end();
  }

  clientGone(): void {
    this.gone = true;
    this.socket?.destroy();
  }
}
