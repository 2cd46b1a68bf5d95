import { noteTime, rotate, sizeOf } from './log-files.ts';

export interface LogKeeper {
  /** Takes care of a file's size and times from now on. The result ends that. */
  watch(file: string): () => void;
  close(): void;
}

export interface LogKeeperOptions {
  readonly maxBytes: number;
  readonly keep: number;
  now(): number;
  /** Default 1000. */
  readonly everyMs?: number;
  onError(error: unknown): void;
}

/** Looks at the sizes of all watched logs with one timer; notes times of growth and rotates what is full. */
export function createLogKeeper(options: LogKeeperOptions): LogKeeper {
  const sizes = new Map<string, number>();
  const look = (): void => {
    for (const [file, last] of sizes) {
      try {
        const size = sizeOf(file);
        if (size === last) continue;
        noteTime(file, options.now(), size);
        if (size > options.maxBytes) rotate(file, options.keep);
        sizes.set(file, sizeOf(file));
      } catch (error) {
        options.onError(error);
      }
    }
  };
  const timer = setInterval(look, options.everyMs ?? 1000);
  return {
    watch(file) {
      sizes.set(file, sizeOf(file));
      return () => void sizes.delete(file);
    },
    close: () => clearInterval(timer),
  };
}
