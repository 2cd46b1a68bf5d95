import type { Runtime } from '../runtime.ts';
import type { ClientSide } from './client-side.ts';
import { writeOwnAnswer } from './own-answer.ts';
import { ExchangeRecord } from './record.ts';

/** Answers something that is no acceptable request. The caller closes the connection afterwards. */
export function refuseRequest(
  runtime: Runtime,
  client: ClientSide,
  refusal: { readonly status: number; readonly details: string; readonly flag?: string },
): void {
  const record = new ExchangeRecord(runtime, client.place.caller);
  record.flag(refusal.flag ?? 'DPE');
  record.status = refusal.status;
  record.details = refusal.details;
  const { out } = runtime;
  out.drop();
  writeOwnAnswer(out, {
    status: refusal.status,
    body: '',
    headers: [],
    edits: undefined,
    headOnly: false,
    frame: {
      server: client.place.server,
      date: runtime.date(),
      serviceTimeMs: -1,
      chunked: false,
      close: true,
      upgrade: '',
    },
  });
  const bytes = out.take();
  record.sentBytes = bytes.length;
  if (client.send(bytes)) out.giveBack(bytes);
  record.finish(client, false);
}
