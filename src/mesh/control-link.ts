import { connect, type Socket } from 'node:net';
import type { FromWorker, ToWorker } from './protocol.ts';

const RETRY_MS = 100;

export interface ControlLinkEvents {
  /** A connection was made: say who you are. */
  onOpen(): void;
  onMessage(message: ToWorker): void;
}

/** The worker's end of the control socket. It reconnects for ever; what is sent while nobody listens is dropped. */
export class ControlLink {
  private readonly path: string;
  private readonly events: ControlLinkEvents;
  private socket: Socket | undefined;
  private open = false;
  private closed = false;
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
      if (!this.closed) this.retry = setTimeout(() => this.dial(), RETRY_MS);
    });
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
      // The peer is our own control plane: its lines have the shape of the protocol.
      if (line !== '') this.events.onMessage(JSON.parse(line) as ToWorker);
    }
    if (from < text.length) pieces.push(text.slice(from));
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
