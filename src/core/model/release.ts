/** `serin.dev/v1alpha1` Release: the standing policy of a service. Durations are texts such as `30s`, `2m`, `1h30m`. */
import type { Phrase } from '../../texts/message.ts';
import type { Condition, KubeObject } from './meta.ts';
import type { StickyKey } from './virtual-service.ts';

export interface ReleaseWorkload {
  /** Side-by-side Deployments selected by the Service, told apart by the label `version`. */
  readonly versions?: {
    /**
     * Version that counts as stable when the first look finds several. Default: the one that the route as it is gives most
     * of the traffic to, else the oldest Deployment that is not scaled to 0.
     */
    readonly stable?: string;
  };
  /** Name of one Deployment whose pod template changes; Serin keeps one Deployment per version. */
  readonly deployment?: string;
}

/** Exactly one router. Absent = `istio: {}`. */
export interface ReleaseTraffic {
  readonly istio?: {
    /** Absent: Serin generates and owns one that is named after the Service. */
    readonly virtualService?: { readonly name: string; readonly routes?: readonly string[] };
    readonly destinationRule?: { readonly name: string };
  };
  readonly sticky?: StickyKey;
}

/** Exactly one key. */
export interface CanaryStep {
  /** Percent of the service's traffic for the candidate, 0–100, up to two decimals. */
  readonly weight?: number;
  /** How long to stay; `{}` waits until someone resumes. */
  readonly pause?: string | Readonly<Record<string, never>>;
  readonly approve?: { readonly by?: readonly string[] };
}

/** Weights and pace follow the evidence. Percentages of all traffic unless said otherwise. */
export interface AutoPace {
  /** Default 1, 2, 5, 10, 25, 50, 90. */
  readonly weights?: readonly number[];
  /** Shortest stay at a weight. Default 30s. */
  readonly dwell?: string;
  /** Longest stay at a weight without proof. Default 600s. */
  readonly timeBox?: string;
  /** Stay at the last weight below 100. Default 300s. */
  readonly bake?: string;
  /** Largest tolerated excess failures as a share of all traffic, percent. Default 0.25. */
  readonly budget?: number;
  /** Margin of non-inferiority at the end, percentage points. Default 0.5. */
  readonly margin?: number;
  readonly onInconclusive?: 'hold' | 'rollback' | 'promote';
}

export interface CanaryStrategy {
  readonly steps?: readonly CanaryStep[];
  readonly auto?: AutoPace;
}

export interface ReleaseStrategy {
  readonly canary?: CanaryStrategy;
}

/** Defaults as in the judge's design: alpha 1 %, tolerance ratio 1 and 0.1 percentage points, phi 5 without history. */
export interface ErrorAnalysis {
  readonly ratio?: number;
  /** Percentage points. */
  readonly tolerance?: number;
  /** Overdispersion divisor of the evidence, >= 1. */
  readonly phi?: number;
}

export interface LatencyAnalysis {
  readonly slowerThan?: string;
}

export interface ReleaseAnalysis {
  /** Chance of a false rollback per run, percent. Default 1. */
  readonly alpha?: number;
  readonly errors?: ErrorAnalysis;
  readonly latency?: LatencyAnalysis;
  /** How long silence of the candidate is tolerated while stable has traffic. Default 60s. */
  readonly noDataTimeout?: string;
}

export interface ReleaseSpec {
  readonly service: string;
  readonly workload: ReleaseWorkload;
  readonly traffic?: ReleaseTraffic;
  readonly strategy: ReleaseStrategy;
  readonly analysis?: ReleaseAnalysis;
  /** `auto` (default): a new version starts a run by itself. */
  readonly trigger?: 'auto' | 'manual';
  /** What a newer version does to a run in flight. Default `replace`. */
  readonly onNewVersion?: 'replace' | 'queue';
  readonly onAbort?: {
    /** How long the candidate's pods are kept after an abort. Default 30s. */
    readonly keepCandidate?: string;
  };
  readonly onPromotion?: {
    /** How long the old version stays warm. Default 30s. */
    readonly scaleDownDelay?: string;
    /** What happens then. Default `scaleDown`; `keep` leaves it running, `remove` deletes its Deployment. */
    readonly oldVersion?: 'scaleDown' | 'keep' | 'remove';
  };
  /** Candidate capacity must be ready within this time. Default 600s. */
  readonly progressDeadline?: string;
}

/** Facts only. The run's own record lives in `Run`. */
export interface ReleaseStatus {
  readonly observedGeneration?: number;
  readonly phase?: string;
  /** Version (label value) that is stable, its content hash, and its Deployment. */
  readonly stable?: ArmStatus;
  readonly candidate?: ArmStatus;
  /** Percent for the candidate. */
  readonly desiredWeight?: number;
  readonly observedWeight?: number;
  readonly run?: string;
  /** A sentence: what it does or waits for. */
  readonly message?: string;
  readonly text?: Phrase;
  /** Durable state of the release machine beside that of the run in flight (`control/release/record.ts`). */
  readonly record?: unknown;
  readonly conditions?: readonly Condition[];
}

export interface ArmStatus {
  readonly version: string;
  readonly hash: string;
  readonly deployment: string;
  readonly ready?: number;
  readonly wanted?: number;
}

export interface Release extends KubeObject {
  readonly kind: 'Release';
  readonly spec: ReleaseSpec;
  readonly status?: ReleaseStatus;
}
