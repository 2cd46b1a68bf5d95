import type { PreparedListener } from '../../core/routing/prepare.ts';

/** A listener whose socket is open in this worker. */
export interface OpenListener {
  /** Rejects where the address cannot be had. */
  listen(): Promise<void>;
  update(prepared: PreparedListener): void;
  /** Once a second; `now` is monotonic. */
  sweep(now: number): void;
  readonly openConnections: number;
  /** No new connections; what runs may finish. */
  close(): void;
  /** Cuts everything. */
  destroy(): void;
}
