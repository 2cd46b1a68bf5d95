import type { Pod } from '../../../core/model/pod.ts';
import type { Cache } from '../../../control/cache.ts';
import type { AddressGrant, Addresses } from '../../../ports/addresses.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Log } from '../../../lib/log.ts';
import type { Message } from '../../../texts/catalogue.ts';
import type { LocalConfig } from '../config/config.ts';
import type { Agenda } from './agenda.ts';
import type { Variables } from './container-env.ts';
import type { LogKeeper } from './log-keeper.ts';
import type { ContainerRecord } from './pod-folder.ts';
import type { ProcessWatch } from './process-watch.ts';

/** What all pods of a supervisor share. */
export interface SupervisorScope {
  /** Holds Pod, Service, ConfigMap and Secret. Reads cost nothing; writes go through it. */
  readonly cache: Cache;
  readonly clock: Clock;
  readonly log: Log;
  readonly config: LocalConfig;
  readonly addresses: Addresses;
  readonly dataDir: string;
  /** Prefix of every instance mark of this data folder. */
  readonly mark: string;
  readonly inherited: Variables;
  readonly agenda: Agenda;
  readonly watch: ProcessWatch;
  readonly logs: LogKeeper;
}

/** What the containers of one pod share. */
export interface PodScope {
  readonly shared: SupervisorScope;
  /** The newest known object. */
  pod(): Pod;
  /** The pod's own folder. */
  readonly folder: string;
  grant(): AddressGrant;
  /** Fires when nothing more is to be started. */
  readonly halt: AbortSignal;
  /** Resolves when something the pod refers to has changed. */
  nextChange(): Promise<void>;
  record(container: string): ContainerRecord;
  /** Durable when it returns. */
  save(container: string, record: ContainerRecord): void;
  /** The status is to be written. */
  changed(): void;
  /** Shown on the object in the condition `Notices`; the same one twice is one. */
  notice(message: Message): void;
  event(type: 'Normal' | 'Warning', reason: string, message: Message): void;
}
