import { applyResponseEdits } from '../../core/routing/header-edits.ts';
import type { Composer } from '../composer.ts';
import { HeaderList } from './header-list.ts';
import type { Edits } from './request-writer.ts';
import { type ResponseFrame, writeEditedHead } from './response-writer.ts';

/** An answer that the proxy gives by itself. */
export interface OwnAnswer {
  readonly status: number;
  readonly body: string | Buffer;
  readonly headers: readonly (readonly [string, string])[];
  /** Route-level response edits apply to these answers too (as recorded from Envoy). */
  readonly edits: Edits | undefined;
  /** No body is sent, only its length (HEAD). */
  readonly headOnly: boolean;
  readonly frame: ResponseFrame;
}

export function writeOwnAnswer(out: Composer, answer: OwnAnswer): void {
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
  const hasBody = answer.status !== 204 && answer.status !== 304;
  const headers = new HeaderList([...answer.headers]);
  if (hasBody) headers.append('content-length', String(body.length));
  if (body.length > 0 && headers.get('content-type') === undefined) headers.append('content-type', 'text/plain');
  if (answer.edits !== undefined) applyResponseEdits(answer.edits.levels, headers, answer.edits.formats);
  writeEditedHead(out, { status: answer.status, headers }, answer.frame);
  if (!answer.headOnly && hasBody) out.raw(body);
}
