/** Every failed answer has one shape, derived from `Fault`; what is no fault is a bug and says so. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { Fault, faultCodes } from '../lib/fault.ts';
import type { Log } from '../lib/log.ts';
import type { Message } from '../texts/catalogue.ts';
import { say } from '../texts/catalogue.ts';
import type { Language } from '../texts/message.ts';
import type { Failure, Sentence } from './contract.ts';

/** The first language of `Accept-Language` that the catalogue knows; quality values are not weighed. */
export function requestLanguage(request: FastifyRequest, fallback: Language): Language {
  const header = request.headers['accept-language'];
  for (const part of (header ?? '').split(',')) {
    const tag = part.trim().toLowerCase();
    if (tag.startsWith('zh')) return 'zh';
    if (tag.startsWith('en')) return 'en';
  }
  return fallback;
}

export function sentence(language: Language, message: Message): Sentence {
  return {
    key: message.key,
    ...(message.params === undefined ? {} : { params: { ...message.params } }),
    message: say(language, message),
  };
}

export function failureOf(fault: Fault, language: Language): Failure {
  const { place, expected, found, remedy } = fault.details;
  return {
    error: {
      code: fault.code,
      message: say(language, fault.text),
      text: sentence(language, fault.text),
      retry: fault.retry,
      ...(place === undefined ? {} : { place: { ...place } }),
      ...(expected === undefined
        ? {}
        : { expected: typeof expected === 'string' ? expected : say(language, expected) }),
      ...(found === undefined ? {} : { found }),
      ...(remedy === undefined ? {} : { remedy: sentence(language, remedy) }),
    },
  };
}

/** The first thing that does not fit the schema, with the path of its field. */
function schemaFault(error: FastifyError & { readonly validation: readonly SchemaIssue[] }): Fault {
  const [issue] = error.validation;
  const field = (issue?.instancePath ?? '').slice(1).replaceAll('/', '.');
  const where = [error.validationContext ?? 'request', field].filter((part) => part !== '').join('.');
  const detail = `${where}: ${issue?.message ?? error.message}`;
  return new Fault('usage', { key: 'server.badRequest', params: { detail } }, { place: { field } });
}

/** What the framework refuses, as a fault; undefined = a bug. */
function foreignFault(error: unknown): Fault | undefined {
  if (hasZodFastifySchemaValidationErrors(error)) return schemaFault(error);
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined;
  const { statusCode = 500, message } = error as FastifyError;
  const isCallersFault = statusCode >= 400 && statusCode < 500;
  return isCallersFault ? new Fault('usage', { key: 'server.badRequest', params: { detail: message } }) : undefined;
}

interface SchemaIssue {
  readonly instancePath: string;
  readonly message?: string | undefined;
}

export interface FailureSettings {
  readonly lang: Language;
  readonly log: Log;
}

/** Answers with the failure; bugs are logged in full and answered without detail. */
export function answerFailure(settings: FailureSettings) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const language = requestLanguage(request, settings.lang);
    const fault = error instanceof Fault ? error : foreignFault(error);
    if (fault === undefined) {
      settings.log.error('request failed by a bug', { request: request.id, path: request.url, error });
      const text: Message = { key: 'server.internal', params: { request: request.id } };
      const failure: Failure = {
        error: { code: 'internal', message: say(language, text), text: sentence(language, text), retry: 'never' },
      };
      return reply.code(500).send(failure);
    }
    return reply.code(statusOf(error, fault)).send(failureOf(fault, language));
  };
}

function statusOf(error: unknown, fault: Fault): number {
  if (error instanceof Fault) return fault.text.key === 'server.noToken' ? 401 : faultCodes[fault.code].http;
  return (error as FastifyError).statusCode ?? faultCodes[fault.code].http;
}
