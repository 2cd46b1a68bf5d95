import { z } from 'zod';
import type { ArmStatus, Release } from '../../core/model/release.ts';
import type { Api, RouteContext } from '../app.ts';
import type { ArmReport, ReleaseRates } from '../contract.ts';
import type { RatesView } from '../ports.ts';
import { meshSchema, ratesSchema } from '../schemas.ts';

const ratesQuery = z.strictObject({
  windowMs: z.coerce.number().int().min(1000).max(60_000).default(10_000),
  namespace: z.string().optional(),
});

interface Window {
  readonly rates: RatesView;
  readonly windowMs: number;
}

/** What both arms of a release got lately. */
function ratesOf(
  { metadata: { name, namespace = '' }, spec: { service }, status = {} }: Release,
  seenIn: Window,
): ReleaseRates {
  const { rates, windowMs } = seenIn;
  const { stable, candidate } = status;
  const query = {
    namespace,
    service,
    stable: stable?.version ?? '',
    candidate: candidate?.version ?? '',
  };
  const seen = rates.rates(query, windowMs);
  const share = rates.observedShare(query, windowMs);
  const report = (arm: 'stable' | 'candidate', state: ArmStatus): ArmReport => {
    const lastSentAt = rates.lastSentAt({ namespace, service }, state.version);
    return { version: state.version, ...seen[arm], ...(lastSentAt === undefined ? {} : { lastSentAt }) };
  };
  return {
    namespace,
    release: name,
    service,
    ...(stable === undefined ? {} : { stable: report('stable', stable) }),
    ...(candidate === undefined ? {} : { candidate: report('candidate', candidate) }),
    ...(share === undefined ? {} : { observedShare: share }),
  };
}

/** The data plane as the control plane sees it. */
export function registerMeshRoutes(app: Api, { options: { store, mesh, rates, clock } }: RouteContext): void {
  app.get('/v1/mesh', { schema: { summary: 'Workers, tables, problems', response: { 200: meshSchema } } }, () =>
    mesh.report(),
  );
  app.get(
    '/v1/metrics/view',
    {
      schema: {
        summary: 'Rates of both arms of every release, and of every edge of the traffic graph',
        querystring: ratesQuery,
        response: { 200: ratesSchema },
      },
    },
    async ({ query: { windowMs, namespace } }) => {
      const { items } = await store.list<Release>('Release', namespace === undefined ? {} : { namespace });
      return {
        at: clock.now(),
        windowMs,
        releases: items.map((release) => ratesOf(release, { rates, windowMs })),
        edges: rates.edges(windowMs),
      };
    },
  );
  app.get(
    '/stats/prometheus',
    { schema: { summary: 'istio_* metrics of all mesh workers', produces: ['text/plain'] } },
    async (_request, reply) => reply.type('text/plain; version=0.0.4; charset=utf-8').send(await mesh.scrape()),
  );
}
