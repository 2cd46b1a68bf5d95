import { z } from 'zod';
import { kindNamed } from '../../core/model/kinds.ts';
import { parseSelector } from '../../core/model/labels.ts';
import { Fault } from '../../lib/fault.ts';
import type { ListOptions } from '../../ports/store.ts';
import type { Api, RouteContext } from '../app.ts';
import { NO_NAMESPACE } from '../contract.ts';
import { failureSchema, journalSchema, listSchema, objectSchema } from '../schemas.ts';

/** Unknown kinds are refused: an empty list would look as if there were none. */
const kindParam = z.string().refine((kind) => kindNamed(kind) !== undefined, {
  error: 'no such kind; write it as in manifests, e.g. VirtualService',
});
const listQuery = z.strictObject({
  labels: z.string().optional().describe('Label selector, e.g. app=reviews,version in (v1,v2)'),
});

function listOptions(labels: string | undefined, namespace?: string): ListOptions {
  return {
    ...(namespace === undefined || namespace === NO_NAMESPACE ? {} : { namespace }),
    ...(labels === undefined || labels === '' ? {} : { labels: parseSelector(labels) }),
  };
}

/** Reads: one object, lists, journals. */
export function registerObjectRoutes(app: Api, { options: { store } }: RouteContext): void {
  const listAnswer = { 200: listSchema, 422: failureSchema };
  app.get(
    '/v1/objects/:kind',
    {
      schema: {
        summary: 'Objects of a kind in all namespaces',
        params: z.object({ kind: kindParam }),
        querystring: listQuery,
        response: listAnswer,
      },
    },
    (request) => store.list(request.params.kind, listOptions(request.query.labels)),
  );
  app.get(
    '/v1/objects/:kind/:namespace',
    {
      schema: {
        summary: 'Objects of a kind in one namespace',
        params: z.object({ kind: kindParam, namespace: z.string() }),
        querystring: listQuery,
        response: listAnswer,
      },
    },
    ({ params, query }) => store.list(params.kind, listOptions(query.labels, params.namespace)),
  );
  app.get(
    '/v1/objects/:kind/:namespace/:name',
    {
      schema: {
        summary: 'One object; namespace "-" for kinds that have none',
        params: z.object({ kind: kindParam, namespace: z.string(), name: z.string() }),
        response: { 200: objectSchema, 404: failureSchema },
      },
    },
    async ({ params: { kind, namespace, name } }) => {
      const ref = { kind, name, namespace: namespace === NO_NAMESPACE ? '' : namespace };
      const object = await store.get(ref);
      if (object === undefined) {
        throw new Fault('notFound', { key: 'fault.notFound', params: { ...ref, namespace: namespace } });
      }
      return object;
    },
  );
  app.get(
    '/v1/journal/*',
    {
      schema: {
        summary: 'Entries of a journal, oldest first, e.g. /v1/journal/run/default/reviews-1',
        params: z.object({ '*': z.string().min(1) }),
        querystring: z.strictObject({ from: z.coerce.number().int().min(0).optional() }),
        response: { 200: journalSchema },
      },
    },
    async ({ params, query }) => ({ entries: await store.journal(params['*'], query.from) }),
  );
}
