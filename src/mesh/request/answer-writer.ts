import type { FormatContext } from '../../core/routing/format.ts';
import { applyResponseEdits } from '../../core/routing/header-edits.ts';
import type { ResponseHead } from '../codec/response-head.ts';
import type { Composer } from '../composer.ts';
import { addCorsHeaders, allowedOrigin } from './cors.ts';
import { HeaderList } from './header-list.ts';
import type { HeldRequest } from './live-request.ts';
import type { Forward } from './plan.ts';
import { keptPairs, type ResponseFrame, writeEditedHead, writeResponseHead } from './response-writer.ts';

/** True where the answer's headers are changed, so that the request must be remembered. */
export function editsAnswer(plan: Forward): boolean {
  return (
    plan.cookies.length > 0 ||
    plan.route.responseEdits !== undefined ||
    plan.destination.responseEdits !== undefined ||
    plan.route.route.cors !== undefined
  );
}

export interface AnswerToEdit {
  readonly plan: Forward;
  readonly request: HeldRequest;
  readonly formats: FormatContext;
}

/** Writes the head of an upstream's answer, with the route's changes where there are any. */
export function writeAnswer(
  out: Composer,
  head: ResponseHead,
  more: { readonly frame: ResponseFrame; readonly edit: AnswerToEdit | undefined },
): void {
  const { frame, edit } = more;
  if (edit === undefined) {
    writeResponseHead(out, head, frame);
    return;
  }
  const headers = new HeaderList(keptPairs(head));
  const { plan } = edit;
  const { cors } = plan.route.route;
  const origin = allowedOrigin(plan.route, edit.request);
  if (cors !== undefined && origin !== undefined) addCorsHeaders(cors, origin, headers);
  applyResponseEdits({ route: plan.route, destination: plan.destination }, headers, {
    ...edit.formats,
    responseCode: head.status,
    responseHeader: (name) => headers.get(name),
  });
  for (const cookie of plan.cookies) headers.append('set-cookie', cookie);
  writeEditedHead(out, { status: head.status, headers: withoutFraming(headers, head) }, frame);
}

/** Edits may not say how the message is framed. */
function withoutFraming(headers: HeaderList, head: ResponseHead): HeaderList {
  headers.remove('transfer-encoding');
  headers.remove('content-length');
  headers.remove('server');
  headers.remove('connection');
  if (head.contentLength >= 0) headers.append('content-length', String(head.contentLength));
  return headers;
}
