/** What the composition root lends to commands that run an engine themselves. */
import type { Message } from '../texts/catalogue.ts';
import type { Language } from '../texts/message.ts';

export interface EngineOptions {
  readonly dataDir: string;
  /** Path of `serin.yaml`. */
  readonly config?: string;
  /** Port of the control API; 0 = any free one. */
  readonly port?: number;
  /** Address that gateways listen on besides loopback. */
  readonly bind?: string;
  /** Number of mesh workers. */
  readonly workers?: number;
  readonly lang: Language;
  /** Told what happens during the start, in order. */
  readonly progress?: (message: Message) => void;
}

export interface RunningEngine {
  /** Resolves when somebody asks the engine to stop over its API. */
  readonly stopAsked: Promise<{ readonly keepPods: boolean }>;
  /** `atOnce`: without waiting for pods to end by themselves; may be asked for while a slower close is under way. */
  close(options: { readonly keepPods: boolean; readonly atOnce?: boolean }): Promise<void>;
}

export interface Host {
  readonly version: string;
  /** Arguments for Node that start this program again, the program's path last. */
  readonly command: readonly string[];
  startEngine(options: EngineOptions): Promise<RunningEngine>;
}
