import type { Socket } from 'node:net';

/**
 * Writes to a socket's handle without the machinery of streams, which costs as much as the rest of a small answer. node:net does
 * the same underneath; the names are not documented, so everything is looked at before it is used, and `writerOf` gives
 * nothing where they are not as expected.
 */
export interface DirectWriter {
  /** 0, or a negative error number of the system. */
  write(bytes: Buffer): number;
  /** Bytes handed over that the system has not taken yet. */
  readonly waiting: number;
}

interface WriteRequest {
  oncomplete: (status: number) => void;
  buffer?: Buffer;
}

interface Handle {
  writeBuffer(request: WriteRequest, bytes: Buffer): number;
  readonly writeQueueSize: number;
}

/** Told when everything was taken (0) or will never be (an error number). */
type OnSettled = (status: number) => void;

/** Constructor of write requests, once it was seen. */
let Request: (new () => WriteRequest) | undefined;

function handleOf(socket: Socket): Handle | undefined {
  const handle: unknown = '_handle' in socket ? socket._handle : undefined;
  if (typeof handle !== 'object' || handle === null) return undefined;
  if (!('writeBuffer' in handle) || typeof handle.writeBuffer !== 'function') return undefined;
  if (!('writeQueueSize' in handle) || typeof handle.writeQueueSize !== 'number') return undefined;
  // Both members were looked at above; their parameters are those that node:net uses.
  return handle as unknown as Handle;
}

/** Undefined until `learn` was called for some socket that then wrote, and where the runtime is built differently. */
export function writerOf(socket: Socket, onSettled: OnSettled): DirectWriter | undefined {
  const handle = handleOf(socket);
  return handle === undefined || Request === undefined ? undefined : new HandleWriter(handle, Request, onSettled);
}

/** Looks at the next ordinary write of this socket to learn how a write request is made. */
export function learn(socket: Socket): void {
  const handle = handleOf(socket);
  if (handle === undefined || Request !== undefined) return;
  const seen: PropertyDescriptor = {
    configurable: true,
    value: (request: WriteRequest, bytes: Buffer) => {
      Reflect.deleteProperty(handle, 'writeBuffer');
      Request = request.constructor as new () => WriteRequest;
      return handle.writeBuffer(request, bytes);
    },
  };
  Object.defineProperty(handle, 'writeBuffer', seen);
}

class HandleWriter implements DirectWriter {
  waiting = 0;
  private readonly handle: Handle;
  private readonly make: new () => WriteRequest;
  private readonly onSettled: OnSettled;
  /** A request is used up only where the system does not take the bytes at once. */
  private spare: WriteRequest;

  constructor(handle: Handle, make: new () => WriteRequest, onSettled: OnSettled) {
    this.handle = handle;
    this.make = make;
    this.onSettled = onSettled;
    this.spare = new make();
  }

  write(bytes: Buffer): number {
    const request = this.spare;
    const error = this.handle.writeBuffer(request, bytes);
    if (error !== 0 || this.handle.writeQueueSize === 0) return error;
    this.wait(request, bytes);
    return 0;
  }

  private wait(request: WriteRequest, bytes: Buffer): void {
    this.spare = new this.make();
    this.waiting += bytes.length;
    // The bytes must live until the system has them.
    request.buffer = bytes;
    request.oncomplete = (status) => {
      this.waiting -= bytes.length;
      if (status < 0 || this.waiting === 0) this.onSettled(status);
    };
  }
}
