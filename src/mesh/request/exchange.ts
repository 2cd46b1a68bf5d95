import type { FormatContext } from '../../core/routing/format.ts';
import type { ResponseHead } from '../codec/response-head.ts';
import { moment, refreshMoment } from '../moment.ts';
import type { Runtime } from '../runtime.ts';
import type { ClusterState } from '../upstream/cluster-state.ts';
import type { Asked } from '../upstream/upstream-connection.ts';
import type { EndpointState } from '../upstream/endpoint-state.ts';
import { failureBody, type UpstreamFailure, wordings } from '../upstream/failure.ts';
import { editsAnswer, writeAnswer } from './answer-writer.ts';
import type { ClientSide } from './client-side.ts';
import { preflightAnswer } from './cors.ts';
import { Delivery, type DeliveryOwner, type Trailers } from './delivery.ts';
import { drawFault } from './fault-injection.ts';
import type { HeldRequest } from './live-request.ts';
import { startMirrors } from './mirror.ts';
import { OutgoingRequest } from './outgoing.ts';
import { writeOwnAnswer } from './own-answer.ts';
import { type Answer, answer, type Forward, planRequest } from './plan.ts';
import { ExchangeRecord } from './record.ts';
import type { ResponseFrame } from './response-writer.ts';
import { formatsOf, upstreamRequest } from './upstream-request.ts';

const PLAIN: Asked = { bodyless: false, upgrade: false };
const NO_TRAILERS: Trailers = [];

/** One request of a client and its answer. */
export class Exchange implements DeliveryOwner {
  private readonly runtime: Runtime;
  private readonly client: ClientSide;
  private readonly record: ExchangeRecord;
  private readonly method: string;
  private readonly upgrade: string;
  private readonly closeAsked: boolean;
  private plan: Forward | undefined;
  private held: HeldRequest | undefined;
  private outgoing: OutgoingRequest | undefined;
  private delivery: Delivery | undefined;
  private delayMs = 0;
  private abort: Answer | undefined;
  private requestEnded = false;
  private answering = false;
  private over = false;
  private chunkedAnswer = false;
  private tunnel = false;
  private bad = false;
  private timer: NodeJS.Timeout | undefined;
  private delay: NodeJS.Timeout | undefined;

  constructor(runtime: Runtime, client: ClientSide) {
    const { head } = runtime;
    this.runtime = runtime;
    this.client = client;
    this.record = new ExchangeRecord(runtime, client.place.caller);
    this.method = head.method;
    this.closeAsked = head.close;
    this.upgrade = head.upgrade ? head.upgradeProtocol : '';
    this.record.isGrpc = head.isGrpc;
  }

  /** Takes the head that was just parsed. `content`, `requestEnd` and `flush` follow. */
  start(headBytes: number): void {
    const { runtime, client, record } = this;
    const { live } = runtime;
    record.receivedBytes = headBytes;
    if (runtime.log !== undefined) this.held = record.request = live.hold();
    const plan = planRequest(client.place.prepared, live, runtime.random);
    switch (plan.kind) {
      case 'answer':
        if (plan.route !== undefined) this.held ??= live.hold();
        this.answerOwn(plan);
        return;
      case 'passthrough':
        this.send(runtime.passthrough(live.authority), undefined);
        return;
      case 'forward':
        this.plan = plan;
        record.routeName = plan.route.route.name;
        if (needsHeld(plan)) this.held ??= live.hold();
        if (plan.route.route.fault === undefined || !this.inject(plan)) this.forward(plan);
    }
  }

  /** True where the fault filter answered already. */
  private inject(plan: Forward): boolean {
    const { fault } = plan.route.route;
    if (fault === undefined) return false;
    const drawn = drawFault(fault, this.runtime.random);
    this.delayMs = drawn.delayMs;
    this.abort = drawn.abort;
    if (drawn.delayMs > 0) this.record.flag('DI');
    if (drawn.delayMs > 0 || drawn.abort === undefined) return false;
    this.answerOwn({ ...drawn.abort, route: plan.route });
    return true;
  }

  private forward(plan: Forward): void {
    const { runtime, record } = this;
    const preflight = preflightAnswer(plan.route, runtime.live);
    if (preflight !== undefined) {
      this.answerOwn(answer(200, '-', { headers: preflight, route: plan.route }));
      return;
    }
    const { cluster, destination } = plan.destination;
    if (cluster !== undefined) {
      this.send(runtime.clusterOf(cluster), plan);
      return;
    }
    record.unknownService = destination.cluster.split('|')[3] ?? 'unknown';
    this.answerOwn(answer(503, 'NC', { route: plan.route }));
  }

  private send(cluster: ClusterState | undefined, plan: Forward | undefined): void {
    const { runtime, record, method } = this;
    if (cluster === undefined) {
      this.answerOwn(answer(404, 'NR'));
      return;
    }
    record.cluster = cluster;
    this.outgoing = new OutgoingRequest(runtime, upstreamRequest(runtime, this.client, { plan, record }));
    this.delivery = new Delivery(this, {
      cluster,
      outgoing: this.outgoing,
      record,
      method,
      asked:
        method === 'HEAD' || this.upgrade !== ''
          ? { bodyless: method === 'HEAD', upgrade: this.upgrade !== '' }
          : PLAIN,
      retry: plan?.forward.action.retry ?? null,
      key: plan?.key,
      random: runtime.random,
    });
  }

  private formats(): FormatContext {
    const { client, record, plan, held, runtime } = this;
    return formatsOf(held ?? runtime.live, { client, record, plan });
  }

  /** A piece of the request's body. */
  content(bytes: Buffer, start: number, end: number): void {
    this.record.receivedBytes += end - start;
    const { outgoing } = this;
    if (this.over || outgoing === undefined) return;
    outgoing.content(bytes, start, end);
    if (outgoing.sealed && outgoing.overfull) this.client.holdRequest();
  }

  requestEnd(trailers: Trailers = NO_TRAILERS): void {
    this.requestEnded = true;
    if (this.over) return;
    const { outgoing, plan } = this;
    outgoing?.end(trailers);
    if (outgoing?.sealed === true && plan !== undefined && plan.forward.mirrors.length > 0) this.mirror(plan, outgoing);
    const timeoutMs = plan?.forward.action.timeoutMs ?? 0;
    if (timeoutMs > 0) this.timer = setTimeout(() => this.onTimeout(), this.delayMs + timeoutMs);
  }

  /** What the client sent with the head was handed over: go. */
  flush(): void {
    const { outgoing, plan } = this;
    if (this.over || outgoing === undefined || outgoing.sealed) return;
    outgoing.seal();
    if (plan !== undefined && plan.forward.mirrors.length > 0) this.mirror(plan, outgoing);
    if (this.delayMs > 0) this.delay = setTimeout(() => this.afterDelay(), this.delayMs);
    else this.delivery?.start();
  }

  /** Copies go out once the request is complete, unless its body was too big to keep. */
  private mirror(plan: Forward, outgoing: OutgoingRequest): void {
    if (!this.requestEnded || !outgoing.sealed || !outgoing.replayable) return;
    const { client, record, method } = this;
    startMirrors(this.runtime, { plan, outgoing, client, headOnly: method === 'HEAD', isGrpc: record.isGrpc });
  }

  private afterDelay(): void {
    refreshMoment();
    if (this.abort === undefined) this.delivery?.start();
    else this.answerOwn({ ...this.abort, route: this.plan?.route });
  }

  private onTimeout(): void {
    refreshMoment();
    this.delivery?.drop();
    this.record.flag('UT');
    if (this.answering) this.breakOff();
    else this.answerOwn(answer(504, '-', { body: 'upstream request timeout', route: this.plan?.route }));
  }

  onFlow(open: boolean): void {
    if (open) this.client.continueRequest();
    else this.client.holdRequest();
  }

  onAnswer(head: ResponseHead): void {
    const { record, runtime, client, plan, held } = this;
    this.answering = true;
    record.status = head.status;
    if (record.isGrpc) record.grpcStatus = head.grpcStatus;
    record.serviceTimeMs = Math.trunc(moment.now - record.startedAt);
    this.tunnel = head.status === 101;
    this.chunkedAnswer = !this.tunnel && head.contentLength < 0 && head.mayHaveContent && this.method !== 'HEAD';
    const edits = plan !== undefined && held !== undefined && editsAnswer(plan);
    writeAnswer(runtime.out, head, {
      frame: this.frame(head.status),
      edit: edits ? { plan, request: held, formats: this.formats() } : undefined,
    });
    if (!this.tunnel) return;
    this.onPause();
    client.becomeTunnel();
  }

  private frame(status: number): ResponseFrame {
    return {
      server: this.client.place.server,
      date: this.runtime.date(),
      serviceTimeMs: this.record.serviceTimeMs,
      chunked: this.chunkedAnswer,
      close: this.closing,
      upgrade: status === 101 ? this.upgrade : '',
    };
  }

  private get closing(): boolean {
    return this.closeAsked || this.bad || this.client.place.closing;
  }

  onContent(bytes: Buffer, start: number, end: number): void {
    const { out } = this.runtime;
    if (this.chunkedAnswer) out.chunk(bytes, start, end);
    else out.span(bytes, start, end);
  }

  onPause(): void {
    this.sendComposed();
    if (this.client.congested) this.delivery?.connection?.pause();
  }

  private sendComposed(): void {
    const { out } = this.runtime;
    const bytes = out.take();
    if (bytes.length === 0) return;
    this.record.sentBytes += bytes.length;
    if (this.client.send(bytes)) out.giveBack(bytes);
  }

  /** The client took what was waiting. */
  clientDrained(): void {
    this.delivery?.connection?.resume();
  }

  onAnswered(_endpoint: EndpointState, trailers: Trailers): void {
    if (this.chunkedAnswer) this.runtime.out.chunkEnd(trailers);
    this.sendComposed();
    if (this.tunnel) this.client.endTunnel();
    this.finish(true, this.closing || !this.requestEnded || this.tunnel);
  }

  onNoEndpoint(): void {
    this.answerOwn(answer(503, 'UH', { body: 'no healthy upstream', route: this.plan?.route }));
  }

  onGaveUp(failure: UpstreamFailure, tries: { readonly retried: boolean; readonly exhausted: boolean }): void {
    const { flag, status } = wordings[failure.kind];
    if (tries.exhausted) this.record.flag('URX');
    const headers: [string, string][] = failure.kind === 'overflow' ? [['x-envoy-overloaded', 'true']] : [];
    this.answerOwn(
      answer(status, flag, { body: failureBody(failure, tries.retried), headers, route: this.plan?.route }),
    );
  }

  onBroken(): void {
    this.record.flag('UC');
    this.breakOff();
  }

  private breakOff(): void {
    this.record.broken = true;
    this.runtime.out.drop();
    this.client.exchangeBroken();
    this.finish(true, true);
  }

  /** Bytes of a tunnel from the client. */
  tunnelContent(bytes: Buffer): void {
    const connection = this.delivery?.connection;
    this.record.receivedBytes += bytes.length;
    if (connection === undefined) return;
    connection.write(bytes);
    if (connection.congested) this.client.holdRequest();
  }

  /** The client of a tunnel sends no more. */
  tunnelEnd(): void {
    this.delivery?.connection?.end();
  }

  /** The rest of the request makes no sense. */
  badRequest(): void {
    this.bad = true;
    this.delivery?.drop();
    if (this.answering) this.breakOff();
    else this.answerOwn(answer(400, 'DPE'));
  }

  /** The client is gone before its answer was complete. */
  clientGone(): void {
    if (this.over) return;
    this.delivery?.drop();
    if (this.tunnel) this.requestEnded = true;
    else this.record.flag('DC');
    this.finish(this.answering, true);
  }

  private answerOwn(own: Answer): void {
    const { runtime, record } = this;
    record.flag(own.flag);
    record.status = own.status;
    record.details = own.flag === '-' ? 'direct_response' : own.flag;
    const levels = own.route === undefined ? undefined : { route: own.route };
    writeOwnAnswer(runtime.out, {
      ...own,
      edits: levels?.route.responseEdits === undefined ? undefined : { levels, formats: this.formats() },
      headOnly: this.method === 'HEAD',
      frame: this.frame(own.status),
    });
    this.sendComposed();
    this.finish(false, this.closing);
  }

  private finish(tried: boolean, close: boolean): void {
    if (this.over) return;
    this.over = true;
    clearTimeout(this.timer);
    clearTimeout(this.delay);
    this.outgoing?.release();
    this.record.finish(this.client, tried);
    this.client.exchangeDone(close);
  }
}

function needsHeld(plan: Forward): boolean {
  const { fault } = plan.route.route;
  return editsAnswer(plan) || fault !== undefined;
}
