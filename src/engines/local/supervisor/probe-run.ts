import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import type { HttpGetAction, PodSpec, ProbeHandler } from '../../../core/model/pod.ts';
import { nominalPort } from '../../../core/workload/pod-ports.ts';
import type { AddressGrant } from '../../../ports/addresses.ts';
import type { Launch } from './exec.ts';
import { findingOf } from './exec.ts';
import { checkGrpcHealth } from './grpc-health.ts';

export interface ProbeTarget {
  readonly spec: PodSpec;
  readonly grant: AddressGrant;
  readonly launch: Launch;
}

/** Undefined = healthy; else why not. Never rejects. */
export type ProbeFinding = string | undefined;

/** As `lookOnce`, with everything that goes wrong as a finding: what a manifest asks for may be impossible to ask. */
export async function runProbe(handler: ProbeHandler, target: ProbeTarget, timeoutMs: number): Promise<ProbeFinding> {
  try {
    return await lookOnce(handler, target, timeoutMs);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Looks once. Numbered and named ports are container ports; the real ones come from the pod's grant. */
async function lookOnce(handler: ProbeHandler, target: ProbeTarget, timeoutMs: number): Promise<ProbeFinding> {
  if (handler.exec) return findingOf(target.launch, handler.exec.command, timeoutMs);
  const { httpGet, tcpSocket, grpc } = handler;
  if (httpGet) return getOnce(httpGet, target, timeoutMs);
  const wanted = tcpSocket ?? grpc;
  const port = wanted && realPort(target, wanted.port);
  if (port === undefined) return `no port ${wanted?.port ?? ''}`;
  if (tcpSocket) return connectOnce({ address: tcpSocket.host ?? target.grant.address, port }, timeoutMs);
  return checkGrpcHealth({ address: target.grant.address, port, service: grpc?.service ?? '' }, timeoutMs);
}

/** Port in use behind a container port or its name; a port that was never mapped is meant as it is. */
export function realPort({ spec, grant }: ProbeTarget, port: number | string): number | undefined {
  const nominal = nominalPort(spec, port);
  return nominal === undefined ? undefined : (grant.ports[nominal] ?? nominal);
}

/** Opens a connection and closes it again. */
export function connectOnce(at: { address: string; port: number }, timeoutMs: number): Promise<ProbeFinding> {
  return new Promise((resolve) => {
    const socket = connect({ host: at.address, port: at.port });
    const finish = (finding: ProbeFinding): void => {
      socket.destroy();
      resolve(finding);
    };
    socket.setTimeout(timeoutMs, () => finish(`no connection within ${timeoutMs} ms`));
    socket.once('connect', () => finish(undefined));
    socket.once('error', (error) => finish(error.message));
  });
}

/** As a kubelet: 200–399 is healthy, redirects are not followed, certificates are not checked. */
export function getOnce(action: HttpGetAction, target: ProbeTarget, timeoutMs: number): Promise<ProbeFinding> {
  const port = realPort(target, action.port);
  if (port === undefined) return Promise.resolve(`no port ${action.port}`);
  const send = action.scheme === 'HTTPS' ? httpsRequest : httpRequest;
  const headers = Object.fromEntries((action.httpHeaders ?? []).map(({ name, value }) => [name, value]));
  return new Promise((resolve) => {
    const request = send({
      host: action.host ?? target.grant.address,
      port,
      path: action.path ?? '/',
      headers: { 'user-agent': 'serin-probe/1', accept: '*/*', connection: 'close', ...headers },
      agent: false,
      rejectUnauthorized: false,
    });
    const finish = (finding: ProbeFinding): void => {
      clearTimeout(timer);
      request.destroy();
      resolve(finding);
    };
    const timer = setTimeout(() => finish(`no answer within ${timeoutMs} ms`), timeoutMs);
    request.once('error', (error) => finish(error.message));
    request.once('response', (response) => {
      response.resume();
      const status = response.statusCode ?? 0;
      finish(status >= 200 && status < 400 ? undefined : `HTTP status ${status}`);
    });
    request.end();
  });
}
