import { join } from 'node:path';
import type { KubeObject } from '../../../core/model/meta.ts';
import type { Container } from '../../../core/model/pod.ts';
import type { Service } from '../../../core/model/service.ts';
import { expand } from '../../../core/workload/expand.ts';
import { workloadName } from '../../../core/workload/identity.ts';
import type { ReachableService } from '../../../core/workload/service-env.ts';
import { hasClusterAddress } from '../../../core/workload/service-env.ts';
import type { CallerKey } from '../../../ports/addresses.ts';
import { FORWARD_PROXY_PORT } from '../../../ports/addresses.ts';
import type { Message } from '../../../texts/catalogue.ts';
import { planCommand } from './container-command.ts';
import { containerEnvironment } from './container-env.ts';
import type { Launch } from './exec.ts';
import type { PodScope } from './pod-scope.ts';
import { linkMounts, prepareVolumes } from './volumes.ts';

export const HOST_IP = '127.0.0.1';
const NODE_NAME = 'local';

export type Preparation =
  | { readonly kind: 'ready'; readonly launch: Launch }
  /** Shown as the container's waiting state until something changes. */
  | { readonly kind: 'wait'; readonly reason: string; readonly message: Message };

/** Everything a container needs to start, read anew for each instance as a kubelet does. */
export async function prepareLaunch(scope: PodScope, container: Container): Promise<Preparation> {
  const { shared } = scope;
  const pod = scope.pod();
  const namespace = pod.metadata.namespace ?? 'default';
  const find = (kind: 'ConfigMap' | 'Secret', name: string): KubeObject | undefined =>
    shared.cache.get({ kind, namespace, name });

  const plan = planCommand(container, shared.config);
  if (plan.kind === 'noCommand') return waiting('NoCommand', plan.message);
  const volumes = prepareVolumes({ spec: pod.spec, folder: scope.folder, find });
  if (volumes.kind === 'missing') return waiting('ContainerCreating', volumes.message);
  const caller = { namespace, workload: workloadName(pod) };
  const services = await reachableServices(scope, caller);
  const proxyUrl = shared.config.forwardProxy ? await forwardProxyUrl(scope, caller) : undefined;
  const grant = scope.grant();
  const environment = containerEnvironment({
    pod,
    container,
    facts: { podIP: grant.address, hostIP: HOST_IP, nodeName: NODE_NAME },
    grant,
    services,
    ...(proxyUrl === undefined ? {} : { proxyUrl }),
    volumes: volumes.folders,
    imageEnv: plan.imageEnv,
    inherited: shared.inherited,
    find,
  });
  if (environment.kind === 'missing') return waiting('CreateContainerConfigError', environment.message);
  const podsRoot = join(shared.dataDir, 'pods');
  const mounts = linkMounts({ container, cwd: plan.cwd, folders: volumes.folders, podsRoot });
  for (const notice of [...plan.notices, ...environment.notices, ...mounts]) scope.notice(notice);
  const { variables } = environment;
  const command = plan.command.map((part) => expand(part, (name) => variables[name]));
  return { kind: 'ready', launch: { command, cwd: plan.cwd, variables } };
}

/** Services of the pod's namespace, each at the address that this workload calls it by. */
async function reachableServices(scope: PodScope, caller: CallerKey): Promise<readonly ReachableService[]> {
  const { cache, addresses } = scope.shared;
  const all = cache.list<Service>('Service', { namespace: caller.namespace }).filter(hasClusterAddress);
  return Promise.all(
    all.map(async (service): Promise<ReachableService> => {
      const ports = (service.spec.ports ?? [])
        .filter(({ protocol = 'TCP' }) => protocol === 'TCP')
        .map(({ port }) => port);
      const key = { namespace: caller.namespace, name: service.metadata.name };
      return { service, ...(await addresses.reserve({ kind: 'call', caller, service: key, ports })) };
    }),
  );
}

async function forwardProxyUrl(scope: PodScope, caller: CallerKey): Promise<string> {
  const { address, ports } = await scope.shared.addresses.reserve({ kind: 'forwardProxy', caller });
  return `http://${address}:${ports[FORWARD_PROXY_PORT] ?? FORWARD_PROXY_PORT}`;
}

function waiting(reason: string, message: Message): Preparation {
  return { kind: 'wait', reason, message };
}
