import { Readable } from 'node:stream';
import { z } from 'zod';
import type { Api, RouteContext } from '../app.ts';

const flag = z.enum(['true', 'false']).default('false');
const logQuery = z.strictObject({
  container: z.string().optional(),
  follow: flag,
  previous: flag,
  tail: z.coerce.number().int().min(0).optional(),
});

/** Reads the first chunk before answering, so that a missing pod is a 404 and not an empty 200. */
async function* withFirst<T>(first: IteratorResult<T>, rest: AsyncIterator<T>): AsyncGenerator<T> {
  for (let chunk = first; chunk.done !== true; chunk = await rest.next()) yield chunk.value;
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
      const { params, query } = request;
      const gone = new AbortController();
      reply.raw.on('close', () => gone.abort());
      const wanted = {
        namespace: params.namespace,
        pod: params.name,
        follow: query.follow === 'true',
        previous: query.previous === 'true',
        ...(query.container === undefined ? {} : { container: query.container }),
        ...(query.tail === undefined ? {} : { tail: query.tail }),
      };
      const chunks = options.logs.read(wanted, gone.signal)[Symbol.asyncIterator]();
      reply.type('text/plain; charset=utf-8');
      if (wanted.follow) {
        // A pod that is silent so far must not keep the client waiting for the head of the answer.
        const first = chunks.next();
        const decided = await Promise.race([first, new Promise<null>((resolve) => setImmediate(resolve, null))]);
        return reply.send(Readable.from(follow(decided === null ? await first : decided, chunks)));
      }
      return reply.send(Readable.from(withFirst(await chunks.next(), chunks)));
    },
  );
}

function follow<T>(first: IteratorResult<T>, rest: AsyncIterator<T>): AsyncGenerator<T> {
  return withFirst(first, rest);
}
