/** The release's settings with every default filled in and every duration in ms. */
import type { Message } from '../../texts/catalogue.ts';
import { parseDuration } from '../../lib/duration.ts';
import type { ReleaseSpec } from '../model/release.ts';

export interface ReleasePolicy {
  readonly trigger: 'auto' | 'manual';
  readonly onNewVersion: 'replace' | 'queue';
  readonly keepCandidateMs: number;
  readonly scaleDownDelayMs: number;
  readonly oldVersion: 'scaleDown' | 'keep' | 'remove';
  readonly progressDeadlineMs: number;
}

export interface RefusedSpec {
  readonly field: string;
  readonly message: Message;
}

/** Fields that could not be read have their default, and the first of them is named. */
export function policyOf(spec: ReleaseSpec): { readonly policy: ReleasePolicy; readonly refused?: RefusedSpec } {
  const reader = durationReader();
  const policy: ReleasePolicy = {
    trigger: spec.trigger ?? 'auto',
    onNewVersion: spec.onNewVersion ?? 'replace',
    keepCandidateMs: reader.read('spec.onAbort.keepCandidate', spec.onAbort?.keepCandidate, 30_000),
    scaleDownDelayMs: reader.read('spec.onPromotion.scaleDownDelay', spec.onPromotion?.scaleDownDelay, 30_000),
    oldVersion: spec.onPromotion?.oldVersion ?? 'scaleDown',
    progressDeadlineMs: reader.read('spec.progressDeadline', spec.progressDeadline, 600_000),
  };
  const refused = reader.refused();
  return refused === undefined ? { policy } : { policy, refused };
}

export interface DurationReader {
  read(field: string, text: string | undefined, fallbackMs: number): number;
  /** The first text that was no duration. */
  refused(): RefusedSpec | undefined;
}

export function durationReader(): DurationReader {
  let refused: RefusedSpec | undefined;
  return {
    read(field, text, fallbackMs) {
      if (text === undefined) return fallbackMs;
      const ms = parseDuration(text);
      if (ms === undefined) {
        refused ??= { field, message: { key: 'release.invalid.duration', params: { field, found: text } } };
      }
      return ms ?? fallbackMs;
    },
    refused: () => refused,
  };
}
