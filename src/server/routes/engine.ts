import { z } from 'zod';
import type { Api, RouteContext } from '../app.ts';
import { USER_HEADER } from '../contract.ts';
import { requestLanguage, sentence } from '../faults.ts';
import { shutdownSchema, statusSchema } from '../schemas.ts';

/** The control plane itself: what it is, what it counts, and how it is told to stop. */
export function registerEngineRoutes(app: Api, { options, counters, api }: RouteContext): void {
  app.get(
    '/v1/status',
    { schema: { summary: 'The control plane and its addresses', response: { 200: statusSchema } } },
    (request) => {
      const { state, startedAt, dataDir, addresses, notices } = options.view.state();
      const language = requestLanguage(request, options.lang);
      return {
        version: options.version,
        state,
        pid: process.pid,
        startedAt,
        dataDir,
        api: api(),
        addresses: [...addresses],
        notices: notices.map((notice) => sentence(language, notice)),
      };
    },
  );
  app.get(
    '/metrics',
    { schema: { summary: "The control plane's own metrics, for Prometheus", produces: ['text/plain'] } },
    (_request, reply) =>
      reply
        .type('text/plain; version=0.0.4; charset=utf-8')
        .send(counters.text(options.clock.now()) + (options.view.metricsText?.() ?? '')),
  );
  app.post(
    '/v1/shutdown',
    {
      schema: {
        summary: 'Stop the control plane; pods and mesh too unless keepPods',
        body: shutdownSchema,
        response: { 202: z.object({ stopping: z.literal(true) }) },
      },
    },
    async (request, reply) => {
      const keepPods = request.body.keepPods ?? false;
      options.log.info('shutdown asked for', { audit: true, who: request.headers[USER_HEADER], keepPods });
      reply.raw.on('finish', () => options.view.stop({ keepPods }));
      return reply.code(202).send({ stopping: true as const });
    },
  );
}
