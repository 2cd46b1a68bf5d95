import type { Phrase } from '../../texts/message.ts';
import type { KubeObject, ObjectRef, StringMap } from './meta.ts';

export interface Namespace extends KubeObject {
  readonly kind: 'Namespace';
  readonly spec?: { readonly finalizers?: readonly string[] };
  readonly status?: { readonly phase?: string };
}

export interface ConfigMap extends KubeObject {
  readonly kind: 'ConfigMap';
  readonly data?: StringMap;
  readonly binaryData?: StringMap;
  readonly immutable?: boolean;
}

/** `data` values are base64; `stringData` is folded into `data` when the object is applied. */
export interface Secret extends KubeObject {
  readonly kind: 'Secret';
  readonly type?: string;
  readonly data?: StringMap;
  readonly stringData?: StringMap;
  readonly immutable?: boolean;
}

/** Accepted, kept, and without effect on one machine. */
export interface ServiceAccount extends KubeObject {
  readonly kind: 'ServiceAccount';
  readonly automountServiceAccountToken?: boolean;
  readonly imagePullSecrets?: readonly { readonly name: string }[];
  readonly secrets?: readonly Readonly<Record<string, unknown>>[];
}

/** Something that happened to an object. Repetitions raise `count`. */
export interface Event extends KubeObject {
  readonly kind: 'Event';
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly text?: Phrase;
  readonly involvedObject: ObjectRef & { readonly apiVersion?: string; readonly uid?: string };
  readonly count: number;
  readonly firstTimestamp: string;
  readonly lastTimestamp: string;
  readonly source?: { readonly component: string };
}
