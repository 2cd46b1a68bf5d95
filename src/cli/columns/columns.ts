import type { KubeObject } from '../../core/model/meta.ts';
import type { Column } from './column.ts';
import * as kubernetes from './kubernetes.ts';
import * as traffic from './traffic.ts';

/** A kind without a row here shows its name and age. */
const byKind: Readonly<Record<string, readonly Column<never>[]>> = {
  Pod: kubernetes.podColumns,
  Deployment: kubernetes.deploymentColumns,
  ReplicaSet: kubernetes.replicaSetColumns,
  Service: kubernetes.serviceColumns,
  EndpointSlice: kubernetes.endpointSliceColumns,
  ConfigMap: kubernetes.configMapColumns,
  Secret: kubernetes.secretColumns,
  Namespace: kubernetes.namespaceColumns,
  Event: kubernetes.eventColumns,
  VirtualService: traffic.virtualServiceColumns,
  DestinationRule: traffic.destinationRuleColumns,
  Release: traffic.releaseColumns,
  Run: traffic.runColumns,
  Command: traffic.commandColumns,
};

/** Columns that `get` shows for a kind, in order. */
export function columnsOf(kind: string): readonly Column<KubeObject>[] {
  // The table above pairs each kind with columns of its own type.
  return (byKind[kind] ?? [kubernetes.nameColumn, kubernetes.ageColumn]) as unknown as readonly Column<KubeObject>[];
}
