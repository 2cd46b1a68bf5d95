import type { FaultPolicy } from '../../core/routing/table.ts';
import { type Answer, answer } from './plan.ts';

/** Draws what happens to one request. The delay and the abort are drawn apart, the delay comes first (Envoy's fault filter). */
export function drawFault(
  policy: FaultPolicy,
  random: () => number,
): { readonly delayMs: number; readonly abort: Answer | undefined } {
  const { delay, abort } = policy;
  const delayMs = delay !== undefined && random() * 1_000_000 < delay.ppm ? delay.ms : 0;
  if (abort === undefined || random() * 1_000_000 >= abort.ppm) return { delayMs, abort: undefined };
  // As recorded: a gRPC status is told to a plain client by 200 with the same body.
  const headers: [string, string][] = abort.grpcStatus === undefined ? [] : [['grpc-status', String(abort.grpcStatus)]];
  const status = abort.grpcStatus === undefined ? abort.status : 200;
  return { delayMs, abort: answer(status, 'FI', { body: 'fault filter abort', headers }) };
}
