/** What decide wants done. The classes are applied in this order; every action may be applied twice. */
import type { Message } from '../../texts/catalogue.ts';
import type { VersionRef } from './state.ts';

export const ACTION_CLASSES = ['safety', 'routing', 'scale', 'record', 'notify'] as const;
export type ActionClass = (typeof ACTION_CLASSES)[number];

/** The share of the candidate, percent; without candidate everything goes to stable. */
export interface SplitIntent {
  readonly stable: VersionRef;
  readonly candidate?: VersionRef;
  readonly weight: number;
  /** Of the run; sticky users are placed by it. */
  readonly salt: string;
}

interface Keyed {
  /** (run, step, kind, content): the same key is the same action. */
  readonly key: string;
}

export type Action =
  | (Keyed & { readonly class: 'safety'; readonly kind: 'routeStable'; readonly split: SplitIntent })
  | (Keyed & { readonly class: 'routing'; readonly kind: 'split'; readonly split: SplitIntent })
  | (Keyed & { readonly class: 'safety'; readonly kind: 'release'; readonly split: SplitIntent })
  | (Keyed & {
      readonly class: 'scale';
      readonly kind: 'scale';
      readonly version: VersionRef;
      readonly replicas: number;
    })
  | (Keyed & {
      readonly class: 'scale';
      readonly kind: 'lower';
      readonly version: VersionRef;
      readonly remove: boolean;
    })
  | (Keyed & {
      readonly class: 'record';
      readonly kind: 'event';
      readonly type: 'Normal' | 'Warning';
      readonly reason: string;
      readonly message: Message;
    })
  | (Keyed & { readonly class: 'notify'; readonly kind: 'announce'; readonly message: Message });
