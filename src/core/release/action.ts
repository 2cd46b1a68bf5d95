/** What decide wants done. The classes are applied in this order; every action may be applied twice. */
import type { VersionRef } from './state.ts';

export const ACTION_CLASSES = ['safety', 'routing', 'scale', 'record', 'notify'] as const;

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
  /** Takes over the Deployment of deployment mode; then, once its version has pods of its own, empties it. */
  | (Keyed & { readonly class: 'scale'; readonly kind: 'claim'; readonly deployment: string; readonly empty: boolean });
