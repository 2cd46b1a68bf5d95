/** Work that is asked for often and done at most once in a while: the first time after a quiet spell at once. */
import type { Clock } from '../../ports/clock.ts';

export interface PacedOptions {
  readonly clock: Clock;
  /** Least time from the end of one turn to the start of the next. */
  readonly gapMs: number;
  readonly signal: AbortSignal;
  readonly work: () => Promise<void>;
  readonly onError: (error: unknown) => void;
}

export interface Paced {
  /** Asks for a turn that begins after now. */
  readonly ask: () => void;
  /** Resolves after the last turn, once the signal fired. */
  readonly ended: Promise<void>;
}

export function startPaced({ clock, gapMs, signal, work, onError }: PacedOptions): Paced {
  let wanted = false;
  let wake: () => void = () => undefined;
  signal.addEventListener('abort', () => wake(), { once: true });

  async function turns(): Promise<void> {
    while (!signal.aborted) {
      if (!wanted) {
        await new Promise<void>((resolve) => (wake = resolve));
        // Events of one write arrive together; they belong into one turn.
        await Promise.resolve();
      }
      if (signal.aborted) return;
      wanted = false;
      try {
        await work();
      } catch (error) {
        onError(error);
      }
      await clock.sleep(gapMs, signal);
    }
  }

  const ended = turns();
  return {
    ask: () => {
      wanted = true;
      wake();
    },
    ended,
  };
}
