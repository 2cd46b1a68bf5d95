import { Composer } from './composer.ts';

const HEAD_BYTES = 2048;
/** A composer that grew beyond this for some big request is not kept. */
const LARGEST_KEPT_BYTES = 16 * 1024;
const MOST_KEPT = 1024;

/** Small composers for what must stay as it is for a while: heads of requests that may have to be sent again. */
export class ComposerPool {
  private readonly free: Composer[] = [];

  take(): Composer {
    return this.free.pop() ?? new Composer(HEAD_BYTES);
  }

  /** The caller keeps nothing that was taken from it. */
  put(composer: Composer): void {
    if (this.free.length >= MOST_KEPT || composer.bytes.length > LARGEST_KEPT_BYTES) return;
    composer.clear();
    this.free.push(composer);
  }
}
