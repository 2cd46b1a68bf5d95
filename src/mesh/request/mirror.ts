import type { Runtime } from '../runtime.ts';
import type { ClientSide } from './client-side.ts';
import type { OutgoingRequest } from './outgoing.ts';
import type { Forward } from './plan.ts';

export function startMirrors(
  runtime: Runtime,
  what: { plan: Forward; outgoing: OutgoingRequest; client: ClientSide },
): void {
  void runtime;
  void what;
}
