import { z } from 'zod';
import type { Api, RouteContext } from '../app.ts';

const healthSchema = z.object({ state: z.string() });

/** Liveness and readiness, for supervisors and load balancers: no token needed. */
export function registerHealthRoutes(app: Api, { options }: RouteContext): void {
  const security: [] = [];
  app.get(
    '/healthz',
    { schema: { summary: 'The process answers', security, response: { 200: healthSchema } } },
    () => ({ state: 'ok' }),
  );
  app.get(
    '/readyz',
    {
      schema: { summary: 'The engine is ready for work', security, response: { 200: healthSchema, 503: healthSchema } },
    },
    async (_request, reply) => {
      const { state } = options.view.state();
      return reply.code(state === 'ready' ? 200 : 503).send({ state });
    },
  );
}
