import { existsSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { dirname } from 'node:path';
import type { FromWorker, ToWorker } from './protocol.ts';

const RETRY_MS = 100;
const ABANDONED_MS = 10_000;

export interface ControlLinkEvents {
  /** A connection was made: say who you are. */
  onOpen(): void;
  onMessage(message: ToWorker): void;
  /** The folder of the socket is gone for good: nobody will ever lead this worker again. */
  onAbandoned(): void;
}

/** The worker's end of the control socket. It reconnects for ever; what is sent while nobody listens is dropped. */
export class ControlLink {
  private readonly path: string;
  private readonly events: ControlLinkEvents;
  private socket: Socket | undefined;
  private open = false;
  private closed = false;
  /** Looks in a row at which the folder was not there. */
  private missing = 0;
  private retry: NodeJS.Timeout | undefined;

  constructor(path: string, events: ControlLinkEvents) {
    this.path = path;
    this.events = events;
    this.dial();
  }

  private dial(): void {
    const socket = connect(this.path);
    this.socket = socket;
    const pieces: string[] = [];
    socket.setEncoding('utf8');
    socket.on('connect', () => {
      this.open = true;
      this.events.onOpen();
    });
    socket.on('data', (text: string) => this.receive(pieces, text));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.open = false;
      if (!this.closed) this.retry = setTimeout(() => this.redial(), RETRY_MS);
    });
  }

  private redial(): void {
    const here = existsSync(dirname(this.path));
    this.missing = here ? 0 : this.missing + 1;
    if (this.missing * RETRY_MS < ABANDONED_MS) this.dial();
    else this.events.onAbandoned();
  }

  private receive(pieces: string[], text: string): void {
    let from = 0;
    for (;;) {
      const lineEnd = text.indexOf('\n', from);
      if (lineEnd < 0) break;
      pieces.push(text.slice(from, lineEnd));
      const line = pieces.join('');
      pieces.length = 0;
      from = lineEnd + 1;
      if (line === '') continue;
      const message = parseMessage(line);
      if (message === undefined) {
        this.again();
        return;
      }
      this.events.onMessage(message);
    }
    if (from < text.length) pieces.push(text.slice(from));
  }

  /** Starts anew with a fresh connection: the control plane then sends the whole table. */
  again(): void {
    this.socket?.destroy();
  }

  send(message: FromWorker): void {
    if (this.open) this.socket?.write(`${JSON.stringify(message)}\n`);
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.retry);
    this.socket?.end();
    this.socket?.unref();
  }
}

function parseMessage(line: string): ToWorker | undefined {
  try {
    // The peer is our own control plane: its lines have the shape of the protocol.
    return JSON.parse(line) as ToWorker;
  } catch {
    return undefined;
  }
}
