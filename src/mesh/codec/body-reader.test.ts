import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BodyReader } from './body-reader.ts';
import { MORE } from './refusal.ts';
import { RequestHead } from './request-head.ts';

interface Read {
  readonly content: string;
  readonly trailers: readonly (readonly [string, string])[];
  readonly done: boolean;
  readonly refused: boolean;
  /** Bytes behind the body. */
  readonly rest: string;
}

function read(begin: (reader: BodyReader) => void, pieces: readonly Buffer[]): Read {
  const reader = new BodyReader();
  begin(reader);
  const content: string[] = [];
  let rest = '';
  for (const original of pieces) {
    // A copy: the reader may be given a buffer that is overwritten afterwards.
    const piece = Buffer.from(original);
    let at = 0;
    while (at < piece.length && !reader.done) {
      const next = reader.step(piece, at, piece.length);
      if (next < 0) return { content: content.join(''), trailers: [], done: false, refused: true, rest: '' };
      content.push(piece.toString('latin1', reader.contentStart, reader.contentEnd));
      at = next;
    }
    rest += piece.toString('latin1', at);
    piece.fill(0);
  }
  return { content: content.join(''), trailers: reader.trailers, done: reader.done, refused: false, rest };
}

const chunked = (reader: BodyReader): void => reader.beginChunked();
const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

const bad: readonly (readonly [string, string])[] = [
  ['no digits', '\r\n'],
  ['only an extension', ';a=b\r\n'],
  ['signed', '+5\r\nhello\r\n0\r\n\r\n'],
  ['negative', '-1\r\n'],
  ['prefix 0x', '0x5\r\nhello\r\n'],
  ['letters', 'g\r\n'],
  ['blank before the size', ' 5\r\nhello\r\n'],
  ['blank behind the size', '5 \r\nhello\r\n'],
  ['underscore', '1_0\r\n'],
  ['too many digits', '00000000000005\r\nhello\r\n'],
  ['bare line feed behind the size', '5\nhello\r\n'],
  ['bare carriage return behind the size', '5\rhello\r\n'],
  ['bare line feed in the extension', '5;a\nhello\r\n'],
  ['NUL in the extension', '5;a\0b\r\nhello\r\n'],
  ['extension too long', `5;${'a'.repeat(300)}\r\nhello\r\n`],
  ['content longer than said', '4\r\nhello\r\n'],
  ['content shorter than said', '6\r\nhello\r\n'],
  ['bare line feed behind the content', '5\r\nhello\n0\r\n\r\n'],
  ['no line end behind the content', '5\r\nhello0\r\n\r\n'],
  ['bare line feed at the end', '0\r\n\n'],
  ['trailer with a blank before the colon', '0\r\nA : b\r\n\r\n'],
  ['folded trailer', '0\r\nA: b\r\n c\r\n\r\n'],
  ['trailer without colon', '0\r\nGET / HTTP/1.1\r\n\r\n'],
  ['trailers too large', `0\r\nA: ${'b'.repeat(9000)}\r\n\r\n`],
];

describe('chunked', () => {
  test.each(bad)('refused: %s', (_, text) => {
    expect(read(chunked, [bytes(text)]).refused).toBe(true);
  });

  test('accepted', () => {
    expect(read(chunked, [bytes('5\r\nhello\r\n00A;ext="x y"\r\n, my world\r\n0\r\n\r\nNEXT')])).toEqual({
      content: 'hello, my world',
      trailers: [],
      done: true,
      refused: false,
      rest: 'NEXT',
    });
  });

  test('trailers, without those that would say how the message is framed', () => {
    const { trailers } = read(chunked, [bytes('0\r\nGrpc-Status: 0\r\nContent-Length: 7\r\nHost: evil\r\n\r\n')]);
    expect(trailers).toEqual([['grpc-status', '0']]);
  });
});

/** Cuts the bytes at the given places. */
function cut(whole: Buffer, places: readonly number[]): Buffer[] {
  const edges = [0, ...places.map((place) => place % (whole.length + 1)).toSorted((a, b) => a - b), whole.length];
  return edges.slice(1).map((edge, index) => whole.subarray(edges[index], edge));
}

describe('cut anywhere, read the same', () => {
  const cuts = fc.array(fc.nat(2000), { maxLength: 40 });

  test('chunked bodies', () => {
    const chunk = fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 60 }), fc.constantFrom('', ';a', ';a=b', ';q="x"'));
    const trailers = fc.constantFrom('', 'a: b\r\n', 'grpc-status: 0\r\ngrpc-message: \r\n');
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 8 }), trailers, cuts, (chunks, trailer, places) => {
        const body = Buffer.concat([
          ...chunks.flatMap(([content, extension]) => [
            bytes(`${content.length.toString(16)}${extension}\r\n`),
            content,
            bytes('\r\n'),
          ]),
          bytes(`0\r\n${trailer}\r\nREST`),
        ]);
        const whole = read(chunked, [body]);
        expect(whole.content).toBe(Buffer.concat(chunks.map(([content]) => content)).toString('latin1'));
        expect(whole).toMatchObject({ done: true, refused: false, rest: 'REST' });
        expect(read(chunked, cut(body, places))).toEqual(whole);
      }),
      { seed: 20_261_121, numRuns: 500 },
    );
  });

  test('refusals of chunked bodies', () => {
    const soup = fc.string({ unit: fc.constantFrom('0', '5', 'a', ';', ' ', '\r', '\n', '\r\n', 'x'), maxLength: 40 });
    fc.assert(
      fc.property(soup, cuts, (text, places) => {
        const whole = read(chunked, [bytes(text)]);
        const pieces = read(chunked, cut(bytes(text), places));
        expect([pieces.refused, pieces.done, pieces.content]).toEqual([whole.refused, whole.done, whole.content]);
      }),
      { seed: 7, numRuns: 2000 },
    );
  });

  test('bodies with a length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), cuts, (content, places) => {
        const begin = (reader: BodyReader): void => reader.beginLength(content.length);
        const body = Buffer.concat([content, bytes('REST')]);
        expect(read(begin, cut(body, places))).toEqual(read(begin, [body]));
      }),
      { seed: 11, numRuns: 300 },
    );
  });

  test('heads: a prefix never gives another answer than MORE or the final one', () => {
    const line = fc.constantFrom(
      'Host: a\r\n',
      'X: y\r\n',
      'Content-Length: 3\r\n',
      'Transfer-Encoding: chunked\r\n',
      'Bad Name: x\r\n',
      ' folded\r\n',
      'A: b\n',
      'Connection: close\r\n',
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), fc.nat(200), (lines, place) => {
        const text = `GET /a?b HTTP/1.1\r\n${lines.join('')}\r\n`;
        const parse = (part: string): number => new RequestHead().parse(bytes(part), 0, part.length);
        const whole = parse(text);
        const early = parse(text.slice(0, place % text.length));
        expect(early === MORE || early === whole).toBe(true);
      }),
      { seed: 13, numRuns: 2000 },
    );
  });
});
