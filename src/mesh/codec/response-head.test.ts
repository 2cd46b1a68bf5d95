import { describe, expect, test } from 'vitest';
import { MORE } from './refusal.ts';
import { ResponseHead } from './response-head.ts';

function parse(text: string): 'refused' | 'more' | ResponseHead {
  const head = new ResponseHead();
  const bytes = Buffer.from(text, 'latin1');
  const behind = head.parse(bytes, 0, bytes.length);
  return behind === MORE ? 'more' : behind < 0 ? 'refused' : head;
}

const refused: readonly (readonly [string, string])[] = [
  ['another protocol', 'ICY 200 OK\r\n\r\n'],
  ['HTTP/2', 'HTTP/2.0 200 OK\r\n\r\n'],
  ['HTTP/1.2', 'HTTP/1.2 200 OK\r\n\r\n'],
  ['two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
  ['four digits', 'HTTP/1.1 2000 OK\r\n\r\n'],
  ['status below 100', 'HTTP/1.1 099 OK\r\n\r\n'],
  ['status in letters', 'HTTP/1.1 abc OK\r\n\r\n'],
  ['signed status', 'HTTP/1.1 +20 OK\r\n\r\n'],
  ['control character in the reason', 'HTTP/1.1 200 O\0K\r\n\r\n'],
  ['bare line feed', 'HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n'],
  ['both length and encoding', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n'],
  ['length twice', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n'],
  ['signed length', 'HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n'],
  ['unknown encoding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n'],
  ['folded line', 'HTTP/1.1 200 OK\r\nX-A: b\r\n c\r\n\r\n'],
  ['blank before the colon', 'HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\n'],
];

describe('response head', () => {
  test.each(refused)('refused: %s', (_, text) => {
    expect(parse(text)).toBe('refused');
  });

  test('accepted', () => {
    const head = parse('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nKeep-Alive: timeout=5, max=100\r\n\r\n');
    expect(head).toMatchObject({ status: 200, contentLength: 5, chunked: false, close: false });
    expect((head as ResponseHead).keepAliveSeconds()).toBe(5);
    expect(parse('HTTP/1.1 204\r\n\r\n')).toMatchObject({ status: 204 });
    expect(parse('HTTP/1.1 200 \r\nConnection: close\r\n\r\n')).toMatchObject({ close: true, contentLength: -1 });
    expect(parse('HTTP/1.0 200 OK\r\n\r\n')).toMatchObject({ close: true });
    expect(parse('HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n')).toMatchObject({
      upgrade: true,
    });
  });

  test('every beginning asks for more', () => {
    const text = 'HTTP/1.1 503 Service Unavailable\r\nTransfer-Encoding: chunked\r\n\r\n';
    for (let i = 0; i < text.length; i++) expect(parse(text.slice(0, i))).toBe('more');
    expect(parse(text)).toMatchObject({ status: 503, chunked: true });
  });
});
