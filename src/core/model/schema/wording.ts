/** Sentences beside a `message`, from which they are said in the reader's language (`texts/catalogue.ts`). */
import { z } from 'zod';
import type { Phrase, TextParam } from '../../../texts/message.ts';

export const textParam: z.ZodType<TextParam> = z.lazy(() => z.union([z.string(), z.number(), phrase, z.array(phrase)]));

export const phrase: z.ZodType<Phrase> = z.object({
  key: z.string(),
  params: z.record(z.string(), textParam).exactOptional(),
});
