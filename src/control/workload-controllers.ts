/** The controllers of workloads, on one shared cache. */
import type { Log } from '../lib/log.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import type { Cache } from './cache.ts';
import { startCache } from './cache.ts';
import { startDeploymentController } from './deployment/deployment-controller.ts';
import { startEndpointsController } from './endpoints/endpoints-controller.ts';
import { startReplicaSetController } from './replica-set/replica-set-controller.ts';
import { startRetention } from './retention.ts';

export const WORKLOAD_KINDS: readonly string[] = ['Deployment', 'ReplicaSet', 'Pod', 'Service', 'EndpointSlice'];

export interface WorkloadOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Uniform in [0, 1). Default `Math.random`. */
  readonly random?: () => number;
}

export interface WorkloadControllers {
  readonly cache: Cache;
  readonly ready: Promise<void>;
  /** Resolves when none of them has work that is due now. */
  idle(): Promise<void>;
  /** Waits for running work. */
  close(): Promise<void>;
}

/** Starts the Deployment, ReplicaSet and endpoints controllers and the deletion of what is old. */
export function startWorkloadControllers(options: WorkloadOptions): WorkloadControllers {
  const { store, clock, log } = options;
  const random = options.random ?? Math.random;
  const cache = startCache({ store, kinds: WORKLOAD_KINDS, clock, random, log });
  const given = { store, cache, clock, random, log };
  const loops = [startDeploymentController(given), startReplicaSetController(given), startEndpointsController(given)];
  const retention = startRetention({ store, clock, log });
  return {
    cache,
    ready: Promise.all(loops.map((loop) => loop.ready)).then(() => undefined),
    idle: async () => {
      for (const loop of loops) await loop.idle();
    },
    close: async () => {
      await Promise.all([...loops.map((loop) => loop.close()), retention.close()]);
      cache.close();
    },
  };
}
