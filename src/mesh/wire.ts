import { connect, Socket } from 'node:net';
import { getSystemErrorName } from 'node:util';
import { reportBug } from './bug.ts';
import { type DirectWriter, learn, writerOf } from './direct-write.ts';
import { refreshMoment } from './moment.ts';

/** Who gets what happens on a socket. */
export interface WireOwner {
  /** `bytes[0, length)` arrived; they are overwritten after the call. */
  onBytes(bytes: Buffer, length: number): void;
  /** Everything written before was taken by the system. */
  onDrained(): void;
  /** The peer sends no more. */
  onEnd(): void;
  /** Nothing more will happen. */
  onClosed(error: Error | undefined): void;
}

/** Parts of a socket that node:net has but does not document. */
interface BareSocket {
  _handle: unknown;
  _server: unknown;
}

/** So much may wait to be sent before the source is asked to pause. */
const CONGESTED_BYTES = 64 * 1024;

/**
 * One buffer for the reads of all sockets: a read is handed on before the next one happens, and a buffer per read would cost
 * more than the rest of a request.
 */
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);

/** A socket that reads into the shared buffer and writes without copying. */
export class Wire {
  readonly owner: WireOwner;
  private readonly socket: Socket;
  private direct: DirectWriter | undefined;
  private error: Error | undefined;
  private ended = false;

  private constructor(socket: Socket, owner: WireOwner) {
    this.socket = socket;
    this.owner = owner;
    socket.setNoDelay(true);
    socket.on('drain', () => this.owner.onDrained());
    socket.on('end', () => {
      refreshMoment();
      this.owner.onEnd();
    });
    socket.on('error', (error) => {
      this.error = error;
    });
    socket.on('close', () => {
      this.ended = true;
      this.owner.onClosed(this.error);
    });
  }

  /** Takes over a socket that its server accepted paused. */
  static accepted(socket: Socket, owner: WireOwner): Wire {
    const bare = socket as unknown as BareSocket;
    const slot: { wire?: Wire } = {};
    const handle = bare._handle;
    const own = new Socket({ handle, allowHalfOpen: true, ...onread(slot) } as never);
    (own as unknown as BareSocket)._server = bare._server;
    bare._handle = null;
    bare._server = null;
    const wire = new Wire(own, owner);
    slot.wire = wire;
    own.resume();
    return wire;
  }

  /** Connects; `onConnect` is called once bytes can be sent. */
  static connect(to: { readonly host: string; readonly port: number }, owner: WireOwner, onConnect: () => void): Wire {
    const slot: { wire?: Wire } = {};
    const socket = connect({ host: to.host, port: to.port, allowHalfOpen: true, ...onread(slot) });
    const wire = new Wire(socket, owner);
    slot.wire = wire;
    socket.once('connect', onConnect);
    return wire;
  }

  /** True where the system took everything at once, so that the bytes may be reused. */
  write(bytes: Buffer): boolean {
    if (this.ended) return true;
    const { direct } = this;
    if (direct === undefined) return this.writeAsStream(bytes);
    const error = direct.write(bytes);
    if (error !== 0) this.socket.destroy(systemError(error));
    return direct.waiting === 0;
  }

  /** The first write goes through the stream; from then on the handle is written to where that is possible. */
  private writeAsStream(bytes: Buffer): boolean {
    const { socket } = this;
    learn(socket);
    socket.write(bytes);
    const taken = socket.writableLength === 0;
    if (taken) this.direct = writerOf(socket, (status) => this.onSettled(status));
    return taken;
  }

  /** Hands on what was just read. */
  take(length: number): void {
    try {
      this.owner.onBytes(readBuffer, length);
    } catch (error) {
      reportBug(error);
      this.destroy();
    }
  }

  private onSettled(status: number): void {
    refreshMoment();
    if (status < 0) this.socket.destroy(systemError(status));
    else if (!this.ended) this.owner.onDrained();
  }

  /** So much waits to be sent that the source should pause; `onDrained` follows. */
  get congested(): boolean {
    const { direct, socket } = this;
    return direct === undefined ? socket.writableNeedDrain : direct.waiting > CONGESTED_BYTES;
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /** Sends what is left and then says that no more will come; `onSent` is called when that is done. */
  end(onSent?: () => void): void {
    this.ended = true;
    this.socket.end(onSent);
  }

  /** Closes at once. */
  destroy(): void {
    this.ended = true;
    this.socket.destroy();
  }

  /** Closes with a reset, so that the peer cannot take what it got for complete. */
  reset(): void {
    if (this.socket.destroyed) return;
    this.ended = true;
    this.socket.resetAndDestroy();
  }
}

function systemError(status: number): Error {
  const code = getSystemErrorName(status);
  return Object.assign(new Error(`write ${code}`), { code, errno: status });
}

function onread(slot: { wire?: Wire }): { onread: { buffer: Buffer; callback: (length: number) => boolean } } {
  return {
    onread: {
      buffer: readBuffer,
      callback: (length) => {
        refreshMoment();
        slot.wire?.take(length);
        return true;
      },
    },
  };
}
