/** The shape of the command table: help, parsing, completion and the generated pages all read it. */
import type { TextKey } from '../texts/catalogue.ts';
import type { Context } from './context.ts';
import type { Input } from './input.ts';

/** What a shell offers for an argument. */
export type Completion = 'kind' | 'target' | 'release' | 'workload' | 'pod' | 'namespace' | 'file';

export interface ArgumentSpec {
  readonly name: string;
  readonly text: TextKey;
  readonly isRequired?: true;
  readonly isMany?: true;
  readonly completes?: Completion;
  readonly choices?: readonly string[];
}

export interface OptionSpec {
  /** As the user types it, e.g. `-f, --filename <path>`. */
  readonly flags: string;
  readonly text: TextKey;
  /** `list` may be given several times. `maybe` may stand without a value. */
  readonly takes: 'nothing' | 'text' | 'number' | 'list' | 'maybe';
  readonly choices?: readonly string[];
  readonly completes?: Completion;
}

/** Exit code; nothing = 0. */
export type Run = (context: Context, input: Input) => Promise<number | void>;

export interface CommandSpec {
  /** Words as typed, e.g. `rollout undo`. */
  readonly name: string;
  readonly arguments?: readonly ArgumentSpec[];
  readonly options?: readonly OptionSpec[];
  readonly summary: TextKey;
  /** Lines as typed, each with a word on what it does. */
  readonly example: TextKey;
  /** Loaded only when the command runs, so that a read starts fast. */
  load(): Promise<{ readonly run: Run }>;
}
