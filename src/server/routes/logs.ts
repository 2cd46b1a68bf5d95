import type { FastifyReply } from 'fastify';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { Api, RouteContext } from '../app.ts';
import type { LogRequest } from '../ports.ts';

const flag = z.enum(['true', 'false']).default('false');
const logQuery = z.strictObject({
  container: z.string().optional(),
  follow: flag,
  previous: flag,
  tail: z.coerce.number().int().min(0).optional(),
});

/** A pod that is silent so far must not keep its reader waiting for the head of the answer for longer than this. */
const FIRST_CHUNK_MS = 200;
const TEXT = 'text/plain; charset=utf-8';

type Chunk = string | Uint8Array;

async function* withFirst(first: Promise<IteratorResult<Chunk>>, rest: AsyncIterator<Chunk>): AsyncGenerator<Chunk> {
  for (let chunk = await first; chunk.done !== true; chunk = await rest.next()) yield chunk.value;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Sends the head at once; from there on only a broken connection can say that something went wrong. */
async function streamNow(reply: FastifyReply, chunks: AsyncGenerator<Chunk>): Promise<void> {
  reply.hijack();
  reply.raw.writeHead(200, { 'content-type': TEXT });
  reply.raw.flushHeaders();
  // A reader that leaves ends the pipeline with an error that is nobody's fault.
  await pipeline(Readable.from(chunks), reply.raw).catch(() => reply.raw.destroy());
}

function requestOf(
  params: { readonly namespace: string; readonly name: string },
  query: z.infer<typeof logQuery>,
): LogRequest {
  return {
    namespace: params.namespace,
    pod: params.name,
    follow: query.follow === 'true',
    previous: query.previous === 'true',
    ...(query.container === undefined ? {} : { container: query.container }),
    ...(query.tail === undefined ? {} : { tail: query.tail }),
  };
}

/** Output of pods as plain text. */
export function registerLogRoutes(app: Api, { options }: RouteContext): void {
  app.get(
    '/v1/namespaces/:namespace/pods/:name/logs',
    {
      schema: {
        summary: 'Output of a container, as text',
        params: z.object({ namespace: z.string(), name: z.string() }),
        querystring: logQuery,
        produces: ['text/plain'],
      },
    },
    async (request, reply) => {
      const wanted = requestOf(request.params, request.query);
      const gone = new AbortController();
      reply.raw.on('close', () => gone.abort());
      const chunks = options.logs.read(wanted, gone.signal)[Symbol.asyncIterator]();
      const first = chunks.next();
      // What cannot be read is a failed answer, not an empty one; so the first chunk decides.
      await (wanted.follow ? Promise.race([first, pause(FIRST_CHUNK_MS)]) : first);
      await streamNow(reply, withFirst(first, chunks));
    },
  );
}
