import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import type { HttpGetAction, PodSpec, ProbeHandler } from '../../../core/model/pod.ts';
import { nominalPort } from '../../../core/workload/pod-ports.ts';
import type { AddressGrant } from '../../../ports/addresses.ts';
import { problemOf } from '../../../lib/fault.ts';
import type { Message } from '../../../texts/catalogue.ts';
import { connectionProblem } from './connection-problem.ts';
import type { Launch } from './exec.ts';
import { findingOf } from './exec.ts';
import { checkGrpcHealth } from './grpc-health.ts';

export interface ProbeTarget {
  readonly spec: PodSpec;
  readonly grant: AddressGrant;
  readonly launch: Launch;
}

/** Undefined = healthy; else why not. Never rejects. */
export type ProbeFinding = Message | undefined;

/** As `lookOnce`, with everything that goes wrong as a finding: what a manifest asks for may be impossible to ask. */
export async function runProbe(handler: ProbeHandler, target: ProbeTarget, timeoutMs: number): Promise<ProbeFinding> {
  try {
    return await lookOnce(handler, target, timeoutMs);
  } catch (error) {
    return problemOf(error);
  }
}

/** Looks once. Numbered and named ports are container ports; the real ones come from the pod's grant. */
async function lookOnce(handler: ProbeHandler, target: ProbeTarget, timeoutMs: number): Promise<ProbeFinding> {
  if (handler.exec) return findingOf(target.launch, handler.exec.command, timeoutMs);
  const { httpGet, tcpSocket, grpc } = handler;
  if (httpGet) return getOnce(httpGet, target, timeoutMs);
  const wanted = tcpSocket ?? grpc;
  const port = wanted && realPort(target, wanted.port);
  if (port === undefined) return noPort(wanted?.port ?? '');
  if (tcpSocket) return connectOnce({ address: tcpSocket.host ?? target.grant.address, port }, timeoutMs);
  return checkGrpcHealth({ address: target.grant.address, port, service: grpc?.service ?? '' }, timeoutMs);
}

/** Port in use behind a container port or its name; a port that was never mapped is meant as it is. */
function realPort({ spec, grant }: ProbeTarget, port: number | string): number | undefined {
  const nominal = nominalPort(spec, port);
  return nominal === undefined ? undefined : (grant.ports[nominal] ?? nominal);
}

function noPort(port: number | string): Message {
  return { key: 'happening.noPort', params: { port } };
}

/** Opens a connection and closes it again. */
export function connectOnce(at: { address: string; port: number }, timeoutMs: number): Promise<ProbeFinding> {
  return new Promise((resolve) => {
    const socket = connect({ host: at.address, port: at.port });
    const finish = (finding: ProbeFinding): void => {
      socket.destroy();
      resolve(finding);
    };
    socket.setTimeout(timeoutMs, () => finish({ key: 'happening.noConnection', params: { ms: timeoutMs } }));
    socket.once('connect', () => finish(undefined));
    socket.once('error', (error) => finish(connectionProblem(error, at)));
  });
}

/** As a kubelet: 200–399 is healthy, redirects are not followed, certificates are not checked. */
export function getOnce(action: HttpGetAction, target: ProbeTarget, timeoutMs: number): Promise<ProbeFinding> {
  const port = realPort(target, action.port);
  if (port === undefined) return Promise.resolve(noPort(action.port));
  const send = action.scheme === 'HTTPS' ? httpsRequest : httpRequest;
  const headers = Object.fromEntries((action.httpHeaders ?? []).map(({ name, value }) => [name, value]));
  const address = action.host ?? target.grant.address;
  return new Promise((resolve) => {
    const request = send({
      host: address,
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
    const timer = setTimeout(() => finish({ key: 'happening.noAnswer', params: { ms: timeoutMs } }), timeoutMs);
    request.once('error', (error) => finish(connectionProblem(error, { address, port })));
    request.once('response', (response) => {
      response.resume();
      const status = response.statusCode ?? 0;
      finish(status >= 200 && status < 400 ? undefined : { key: 'happening.badStatus', params: { status } });
    });
    request.end();
  });
}
