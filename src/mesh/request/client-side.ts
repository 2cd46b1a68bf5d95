import type { PreparedListener } from '../../core/routing/prepare.ts';
import type { WorkloadIdentity } from '../../core/routing/table.ts';

/** The client's connection as an exchange sees it. */
export interface ClientSide {
  readonly remoteAddress: string;
  readonly isInternal: boolean;
  /** `address:port`. */
  readonly remote: string;
  readonly local: string;
  readonly place: ListenerPlace;
  /** True where the bytes may be reused at once. */
  send(bytes: Buffer): boolean;
  readonly congested: boolean;
  /** The request comes in faster than it goes out. */
  holdRequest(): void;
  continueRequest(): void;
  /** The exchange is over; `close` = no further request on this connection. */
  exchangeDone(close: boolean): void;
  /** An answer that began cannot be completed. */
  exchangeBroken(): void;
  /** From here on bytes go both ways. */
  becomeTunnel(): void;
  /** The other end of the tunnel sends no more. */
  endTunnel(): void;
}

/** What does not change between two tables. */
export interface ListenerPlace {
  /** As the table in force has it. */
  prepared: PreparedListener;
  readonly caller: WorkloadIdentity;
  readonly gateway: boolean;
  /** Value of the header `server`. */
  readonly server: string;
  readonly hostname: string;
  /** No further requests on open connections. */
  closing: boolean;
}
