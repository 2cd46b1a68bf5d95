import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ParsedEvent } from './sse-parser.ts';
import { createSseParser } from './sse-parser.ts';

const stream =
  'id: 1\nevent: added\ndata: {"a":1}\n\n: heartbeat\n\ndata: x\r\ndata:y\r\n\r\nid\ndata\n\nevent: lonely\n\ndata: 名\r\rdata: cut';
const wanted: readonly ParsedEvent[] = [
  { id: '1', event: 'added', data: '{"a":1}' },
  { id: '1', event: 'message', data: 'x\ny' },
  { id: '', event: 'message', data: '' },
  { id: '', event: 'message', data: '名' },
];

test('however the bytes are cut, the events are the same', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(stream.length)), (cuts) => {
      const parser = createSseParser();
      const edges = [0, ...cuts.toSorted((a, b) => a - b), stream.length];
      const events = edges.slice(1).flatMap((edge, index) => parser.feed(stream.slice(edges[index], edge)));
      expect(events).toEqual(wanted);
    }),
    { seed: 11 },
  );
});
