/** The control API as a Fastify app: guard, failures, OpenAPI, routes. */
import fastifySwagger from '@fastify/swagger';
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import { fastify } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { jsonSchemaTransform, validatorCompiler } from 'fastify-type-provider-zod';
import { Fault } from '../lib/fault.ts';
import { createGuard } from './auth.ts';
import type { Counters } from './counters.ts';
import { createCounters } from './counters.ts';
import { registerEventStreams } from './event-stream.ts';
import { answerFailure } from './faults.ts';
import type { ServerOptions } from './ports.ts';
import { registerEngineRoutes } from './routes/engine.ts';
import { registerHealthRoutes } from './routes/health.ts';
import { registerLogRoutes } from './routes/logs.ts';
import { registerMeshRoutes } from './routes/mesh.ts';
import { registerObjectRoutes } from './routes/objects.ts';
import { registerRouteTestRoutes } from './routes/route-test.ts';
import { registerWatchRoutes } from './routes/watch.ts';
import { registerWriteRoutes } from './routes/write.ts';

/** The app as routes see it: schemas are zod. */
export type Api = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** What every group of routes gets. */
export interface RouteContext {
  readonly options: ServerOptions;
  readonly counters: Counters;
  /** Where the API listens, once it does. */
  readonly api: () => string;
}

/** A batch of a large folder of manifests fits; a mistaken upload does not. */
const BODY_LIMIT_BYTES: number = 16 * 1024 * 1024;
const DEFAULT_HEARTBEAT_MS = 15_000;

function registerErrors(app: Api, options: ServerOptions): void {
  app.setErrorHandler(answerFailure({ lang: options.lang, log: options.log }));
  app.setNotFoundHandler((request) => {
    const params = { method: request.method, path: request.url.split('?')[0] ?? '' };
    throw new Fault('notFound', { key: 'server.noRoute', params }, { remedy: { key: 'server.noRouteRemedy' } });
  });
}

async function registerDescription(app: Api, version: string): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Serin control API',
        description: 'Objects, watches, logs and views of one Serin control plane.',
        version,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
    transform: jsonSchemaTransform,
  });
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
}

/** The app, ready to listen. `port` is asked at each request, because it is known only after listening. */
export async function createApp(options: ServerOptions, port: () => number): Promise<Api> {
  const app = fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 1024, ignoreTrailingSlash: true },
  }).withTypeProvider<ZodTypeProvider>();
  const counters = createCounters(options.clock.now());
  app.setValidatorCompiler(validatorCompiler);
  // Answers are typed and described; checking them again at run time would cost more than making them.
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));
  const guard = createGuard(options.token, port);
  app.addHook('onRequest', (request, _reply, done) => {
    guard(request);
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    counters.request(request.routeOptions.url ?? 'none', request.method, reply.statusCode);
    done();
  });
  registerErrors(app, options);
  await registerDescription(app, options.version);
  await registerEventStreams(app, options.heartbeatMs ?? DEFAULT_HEARTBEAT_MS);
  const context: RouteContext = { options, counters, api: () => `http://127.0.0.1:${port()}` };
  registerHealthRoutes(app, context);
  registerObjectRoutes(app, context);
  registerWriteRoutes(app, context);
  registerWatchRoutes(app, context);
  registerLogRoutes(app, context);
  registerEngineRoutes(app, context);
  registerMeshRoutes(app, context);
  registerRouteTestRoutes(app, context);
  return app;
}
