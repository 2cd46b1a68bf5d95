/** A run: one attempt to move a release from one version to another; and commands, which are how people steer it. */
import type { Phrase } from '../../texts/message.ts';
import type { KubeObject } from './meta.ts';

export type RunOutcome = 'promoted' | 'aborted' | 'superseded' | 'refused';

export interface RunSpec {
  /** Name of the Release in the same namespace. */
  readonly release: string;
  readonly from: { readonly version: string; readonly hash: string; readonly deployment: string };
  readonly to: { readonly version: string; readonly hash: string; readonly deployment: string };
  /** Who or what started it: `newVersion`, `command`, `rollback`. */
  readonly cause: string;
}

/**
 * `record` is the durable state of the release machine (`core/release/state.ts`), written before the action that it
 * announces. The rest is for readers.
 */
export interface RunStatus {
  readonly phase: string;
  readonly outcome?: RunOutcome;
  readonly message?: string;
  readonly text?: Phrase;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly desiredWeight?: number;
  readonly observedWeight?: number;
  readonly record?: unknown;
}

export interface Run extends KubeObject {
  readonly kind: 'Run';
  readonly spec: RunSpec;
  readonly status?: RunStatus;
}

export type CommandVerb =
  'start' | 'pause' | 'resume' | 'approve' | 'promote' | 'promoteFull' | 'setWeight' | 'skip' | 'abort' | 'rollback';

/** An intent with who and why. The release controller answers in `status`; a command is never changed afterwards. */
export interface CommandSpec {
  readonly release: string;
  readonly verb: CommandVerb;
  /** Percent, for `setWeight`. */
  readonly weight?: number;
  /** Version to start or to roll back to. */
  readonly version?: string;
  readonly by: string;
  readonly reason?: string;
}

export interface CommandStatus {
  readonly result: 'accepted' | 'refused';
  readonly message: string;
  readonly text?: Phrase;
  readonly at: string;
}

export interface Command extends KubeObject {
  readonly kind: 'Command';
  readonly spec: CommandSpec;
  readonly status?: CommandStatus;
}
