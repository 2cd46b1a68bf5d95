import type { FastifyRequest } from 'fastify';
import { Fault } from '../../lib/fault.ts';
import type { Write, WriteResult } from '../../ports/store.ts';
import type { Language } from '../../texts/message.ts';
import type { Api, RouteContext } from '../app.ts';
import type { WriteAnswer } from '../contract.ts';
import { USER_HEADER } from '../contract.ts';
import { requestLanguage, sentence } from '../faults.ts';
import { failureSchema, writeAnswerSchema, writeRequestSchema } from '../schemas.ts';

/** One line of the audit log says what was touched, never what was in it: Secrets pass through here. */
function target(write: Write): string {
  if (write.op === 'append') return `append ${write.journal}`;
  if (write.op === 'delete') return `delete ${write.ref.kind} ${write.ref.namespace}/${write.ref.name}`;
  const { kind, metadata } = write.object;
  return `${write.op} ${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
}

function caller(request: FastifyRequest): { readonly who: string; readonly from: string } {
  const named = request.headers[USER_HEADER];
  const text = Array.isArray(named) ? named[0] : named;
  return { who: (text ?? 'unknown').slice(0, 100), from: `${request.ip}:${request.socket.remotePort ?? 0}` };
}

function answerOf(result: WriteResult, language: Language): WriteAnswer {
  return {
    resourceVersion: result.resourceVersion,
    results: result.results.map(({ outcome, object, notices }) => ({
      outcome,
      ...(object === undefined ? {} : { object }),
      ...(notices === undefined ? {} : { notices: notices.map((notice) => sentence(language, notice)) }),
    })),
  };
}

/** The one door for changes: batches, audited. */
export function registerWriteRoutes(app: Api, { options }: RouteContext): void {
  app.post(
    '/v1/write',
    {
      schema: {
        summary: 'A batch of changes: all or nothing',
        body: writeRequestSchema,
        response: { 200: writeAnswerSchema, 404: failureSchema, 409: failureSchema, 422: failureSchema },
      },
    },
    async (request) => {
      const { batch } = request.body;
      const audit = options.log.with({ audit: true, ...caller(request), request: request.id });
      const changes = batch.map(target);
      try {
        const result = await options.store.write(batch);
        audit.info('write', { changes, outcomes: result.results.map(({ outcome }) => outcome) });
        return answerOf(result, requestLanguage(request, options.lang));
      } catch (error) {
        audit.warn('write refused', { changes, code: error instanceof Fault ? error.code : 'internal' });
        throw error;
      }
    },
  );
}
