/** What the control API shows of the engine, read from its parts at the moment of asking. */
import { request } from 'node:http';
import type { Cache } from '../../control/cache.ts';
import { keyOfService, nodePortClaims, serviceClaim } from '../../control/mesh-config/claims.ts';
import type { MeshConfig } from '../../control/mesh-config/mesh-config.ts';
import type { Gateway } from '../../core/model/gateway.ts';
import type { Service } from '../../core/model/service.ts';
import type { AddressClaim, AddressGrant, Addresses } from '../../ports/addresses.ts';
import type { AddressReport } from '../../server/contract.ts';
import type { LogSource, MeshView } from '../../server/ports.ts';
import type { Message } from '../../texts/catalogue.ts';
import type { MeshHost } from './mesh-host/mesh-host.ts';
import type { Supervisor } from './supervisor/supervisor.ts';

function reports(kind: AddressReport['kind'], name: string, grant: AddressGrant | undefined): readonly AddressReport[] {
  if (grant === undefined) return [];
  const { address } = grant;
  return Object.entries(grant.ports).map(([nominal, port]) => ({
    kind,
    name,
    address,
    port,
    nominalPort: Number(nominal),
  }));
}

/** Where Gateways, NodePorts and Services can be reached. */
export function addressReports(
  cache: Pick<Cache, 'list'>,
  addresses: Pick<Addresses, 'granted'>,
): readonly AddressReport[] {
  const found: AddressReport[] = [];
  for (const { metadata, spec } of cache.list<Gateway>('Gateway')) {
    for (const { port } of spec.servers) {
      const claim: AddressClaim = { kind: 'gateway', port: port.number };
      found.push(...reports('gateway', `Gateway ${metadata.namespace}/${metadata.name}`, addresses.granted(claim)));
    }
  }
  for (const service of cache.list<Service>('Service')) {
    const { namespace, name } = keyOfService(service);
    const title = `Service ${namespace}/${name}`;
    for (const claim of nodePortClaims(service)) found.push(...reports('nodePort', title, addresses.granted(claim)));
    const own = serviceClaim(service);
    if (own !== undefined) found.push(...reports('service', title, addresses.granted(own)));
  }
  return found;
}

/** Ports that could not be had as they are. */
export function movedPorts(reported: readonly AddressReport[]): readonly Message[] {
  return reported
    .filter(({ kind, port, nominalPort }) => kind === 'gateway' && port !== nominalPort)
    .map(({ name, port, nominalPort }) => ({ key: 'engine.portMoved', params: { name, port, nominalPort } }));
}

/** The text of one worker's `/stats/prometheus`. */
function scrapeWorker(socketPath: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path: '/stats/prometheus', timeout: 2000 }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => (text += chunk));
      answer.on('end', () => resolve(text));
      answer.on('error', reject);
    });
    asked.on('timeout', () => asked.destroy(new Error('the worker did not answer')));
    asked.on('error', reject);
    asked.end();
  });
}

/** Adds a `worker` label, so that equal series of several workers stay apart and still sum up. */
function labelled(text: string, worker: number): string {
  return text.replace(/^([a-z_]+)(?:\{(.*)\})? /gim, (_, name: string, labels: string | undefined) => {
    const all = labels === undefined || labels === '' ? `worker="${worker}"` : `${labels},worker="${worker}"`;
    return `${name}{${all}} `;
  });
}

export function meshView(host: MeshHost, config: MeshConfig): MeshView {
  return {
    table: () => config.table(),
    report: () => {
      const workers = host.report();
      const live = workers.filter((worker) => worker.live).map((worker) => worker.tableVersion);
      return {
        tableVersion: config.table()?.version ?? 0,
        acknowledged: live.length === 0 ? null : Math.min(...live),
        workers,
      };
    },
    scrape: async () => {
      const paths = host.adminAddresses();
      const texts = await Promise.allSettled(paths.map(scrapeWorker));
      const answered = texts.flatMap((text, index) =>
        text.status === 'fulfilled' ? [{ text: text.value, index }] : [],
      );
      if (answered.length === 1 && paths.length === 1) return answered[0]?.text ?? '';
      return answered.map(({ text, index }) => labelled(text, index)).join('');
    },
  };
}

export function logSource(supervisor: Supervisor): LogSource {
  return {
    async *read({ namespace, pod, ...rest }, signal) {
      for await (const line of supervisor.readLogs({ ...rest, pod: { namespace, name: pod }, signal }))
        yield `${line}\n`;
    },
  };
}
