import { z } from 'zod';
import type { Api, RouteContext } from '../app.ts';
import { meshSchema, ratesSchema } from '../schemas.ts';

const ratesQuery = z.strictObject({
  windowMs: z.coerce.number().int().min(1000).max(600_000).default(10_000),
  namespace: z.string().optional(),
});

/** The data plane as the control plane sees it. */
export function registerMeshRoutes(app: Api, { options: { mesh, clock } }: RouteContext): void {
  app.get('/v1/mesh', { schema: { summary: 'Workers, tables, problems', response: { 200: meshSchema } } }, () =>
    mesh.report(),
  );
  app.get(
    '/v1/metrics/view',
    { schema: { summary: 'Rates of every version', querystring: ratesQuery, response: { 200: ratesSchema } } },
    ({ query: { windowMs, namespace } }) => ({
      at: clock.now(),
      windowMs,
      arms: mesh.rates(windowMs).filter((arm) => namespace === undefined || arm.namespace === namespace),
    }),
  );
  app.get(
    '/stats/prometheus',
    { schema: { summary: 'istio_* metrics of all mesh workers', produces: ['text/plain'] } },
    async (_request, reply) => reply.type('text/plain; version=0.0.4; charset=utf-8').send(await mesh.scrape()),
  );
}
