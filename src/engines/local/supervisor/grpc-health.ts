/** The standard health check of gRPC (grpc/doc/health-checking.md) by hand: two messages of one field each. */
import { connect, constants } from 'node:http2';
import type { Message } from '../../../texts/catalogue.ts';
import { connectionProblem } from './connection-problem.ts';

export interface GrpcTarget {
  readonly address: string;
  readonly port: number;
  /** Empty = the server as a whole. */
  readonly service: string;
}

const SERVING = 1;

/** `HealthCheckRequest { string service = 1 }` in a gRPC frame: flag, length, message. */
export function encodeRequest(service: string): Buffer {
  const text = Buffer.from(service);
  const message = text.length === 0 ? Buffer.alloc(0) : Buffer.concat([Buffer.from([0x0a]), varint(text.length), text]);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** `HealthCheckResponse { ServingStatus status = 1 }`; undefined where it is not one. */
export function decodeStatus(frame: Buffer): number | undefined {
  if (frame.length < 5 || frame[0] !== 0) return undefined;
  const message = frame.subarray(5, 5 + frame.readUInt32BE(1));
  if (message.length === 0) return 0;
  return message[0] === 0x08 ? message[1] : undefined;
}

/** Resolves to undefined where the server serves, else to the reason. */
export function checkGrpcHealth(target: GrpcTarget, timeoutMs: number): Promise<Message | undefined> {
  return new Promise((resolve) => {
    const session = connect(`http://${target.address}:${target.port}`);
    const finish = (reason?: Message): void => {
      clearTimeout(timer);
      session.destroy();
      resolve(reason);
    };
    const timer = setTimeout(() => finish({ key: 'happening.noAnswer', params: { ms: timeoutMs } }), timeoutMs);
    session.once('error', (error) => finish(connectionProblem(error, target)));
    const stream = session.request({
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      [constants.HTTP2_HEADER_PATH]: '/grpc.health.v1.Health/Check',
      [constants.HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
      [constants.HTTP2_HEADER_TE]: 'trailers',
    });
    const chunks: Buffer[] = [];
    let status = '';
    const takeStatus = (headers: Readonly<Record<string, unknown>>): void => {
      const value = headers['grpc-status'];
      if (typeof value === 'string') status = value;
    };
    stream.once('error', (error) => finish(connectionProblem(error, target)));
    stream.on('response', takeStatus);
    stream.on('trailers', takeStatus);
    stream.on('data', (chunk: Buffer) => void chunks.push(chunk));
    stream.once('end', () => {
      const serving = decodeStatus(Buffer.concat(chunks));
      if (status === '0' && serving === SERVING) finish();
      else finish({ key: 'happening.badHealth', params: { status: status || '-', health: serving ?? '-' } });
    });
    stream.end(encodeRequest(target.service));
  });
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
}
