import { describe, expect, test } from 'vitest';
import { MORE, refusals } from './refusal.ts';
import { RequestHead } from './request-head.ts';

/** Status of the refusal, or what was understood. */
function parse(text: string): number | 'more' | RequestHead {
  const head = new RequestHead();
  const bytes = Buffer.from(text, 'latin1');
  const behind = head.parse(bytes, 0, bytes.length);
  if (behind === MORE) return 'more';
  if (behind > 0) return head;
  return refusals.get(behind)?.status ?? -1;
}

function accepted(text: string): RequestHead {
  const head = parse(text);
  if (!(head instanceof RequestHead)) throw new Error(`refused with ${head}: ${JSON.stringify(text)}`);
  return head;
}

const HOST = 'Host: a\r\n';
const GET = `GET / HTTP/1.1\r\n${HOST}`;
const POST = `POST / HTTP/1.1\r\n${HOST}`;

/** Ways to make two parsers disagree, and other things that are no HTTP/1.1. */
const refused: readonly (readonly [string, string, number])[] = [
  // Framing.
  ['both length and encoding', `${POST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n`, 400],
  ['both, the other way round', `${POST}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n`, 400],
  ['length twice, equal', `${POST}Content-Length: 5\r\nContent-Length: 5\r\n\r\n`, 400],
  ['length twice, different', `${POST}Content-Length: 5\r\nContent-Length: 6\r\n\r\n`, 400],
  ['length as a list', `${POST}Content-Length: 5, 5\r\n\r\n`, 400],
  ['length with plus', `${POST}Content-Length: +5\r\n\r\n`, 400],
  ['length with minus', `${POST}Content-Length: -5\r\n\r\n`, 400],
  ['length in hex', `${POST}Content-Length: 0x5\r\n\r\n`, 400],
  ['length with a fraction', `${POST}Content-Length: 5.0\r\n\r\n`, 400],
  ['length with an exponent', `${POST}Content-Length: 1e1\r\n\r\n`, 400],
  ['length with a blank inside', `${POST}Content-Length: 1 1\r\n\r\n`, 400],
  ['length empty', `${POST}Content-Length: \r\n\r\n`, 400],
  ['length beyond exact integers', `${POST}Content-Length: 9999999999999999\r\n\r\n`, 400],
  ['length that overflows 64 bits', `${POST}Content-Length: 18446744073709551617\r\n\r\n`, 400],
  ['length with letters', `${POST}Content-Length: 5a\r\n\r\n`, 400],
  ['length with a form feed', `${POST}Content-Length: 5\x0c\r\n\r\n`, 400],
  ['encoding twice', `${POST}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n`, 400],
  ['encoding twice with identity', `${POST}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n`, 400],
  ['encoding unknown', `${POST}Transfer-Encoding: xchunked\r\n\r\n`, 501],
  ['encoding list', `${POST}Transfer-Encoding: gzip, chunked\r\n\r\n`, 501],
  ['encoding chunked twice in a list', `${POST}Transfer-Encoding: chunked, chunked\r\n\r\n`, 501],
  ['encoding chunked not last', `${POST}Transfer-Encoding: chunked, identity\r\n\r\n`, 501],
  ['encoding identity', `${POST}Transfer-Encoding: identity\r\n\r\n`, 501],
  ['encoding quoted', `${POST}Transfer-Encoding: "chunked"\r\n\r\n`, 400],
  ['encoding with a parameter', `${POST}Transfer-Encoding: chunked;q=1\r\n\r\n`, 400],
  ['encoding empty', `${POST}Transfer-Encoding:\r\n\r\n`, 400],
  ['encoding with vertical tab', `${POST}Transfer-Encoding: \x0bchunked\r\n\r\n`, 400],
  ['encoding with NUL', `${POST}Transfer-Encoding: chunked\0\r\n\r\n`, 400],
  // Lines.
  ['blank before the colon', `${POST}Content-Length : 5\r\n\r\n`, 400],
  ['tab before the colon', `${POST}Transfer-Encoding\t: chunked\r\n\r\n`, 400],
  ['folded line', `${POST}X-A: b\r\n Content-Length: 5\r\n\r\n`, 400],
  ['folded line with tab', `${POST}X-A: b\r\n\tc\r\n\r\n`, 400],
  ['folded first line', `GET / HTTP/1.1\r\n Host: a\r\n\r\n`, 400],
  ['bare line feed behind a field', `${GET}X-A: b\nContent-Length: 5\r\n\r\n`, 400],
  ['bare line feed behind the request line', `GET / HTTP/1.1\nHost: a\r\n\r\n`, 400],
  ['bare line feed at the end', `${GET}\n`, 400],
  ['bare carriage return in a value', `${GET}X-A: b\rContent-Length: 5\r\n\r\n`, 400],
  ['bare carriage return at the end', `${GET}\rX: y\r\n\r\n`, 400],
  ['double carriage return', `${GET}X-A: b\r\r\n\r\n`, 400],
  ['NUL in a value', `${GET}X-A: b\0c\r\n\r\n`, 400],
  ['escape in a value', `${GET}X-A: \x1b[1m\r\n\r\n`, 400],
  ['DEL in a value', `${GET}X-A: \x7f\r\n\r\n`, 400],
  ['line without a colon', `${GET}X-A\r\n\r\n`, 400],
  ['empty name', `${GET}: b\r\n\r\n`, 400],
  ['name with a blank', `${GET}X A: b\r\n\r\n`, 400],
  ['name with parentheses', `${GET}X(A): b\r\n\r\n`, 400],
  ['name above 127', `${GET}X\xc4: b\r\n\r\n`, 400],
  ['name with NUL', `${GET}Content-\0Length: 5\r\n\r\n`, 400],
  // Host.
  ['no Host', 'GET / HTTP/1.1\r\nX-A: b\r\n\r\n', 400],
  ['no fields at all', 'GET / HTTP/1.1\r\n\r\n', 400],
  ['Host twice', `${GET}Host: b\r\n\r\n`, 400],
  ['Host empty', 'GET / HTTP/1.1\r\nHost:\r\n\r\n', 400],
  ['Host with a path', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n', 400],
  ['Host with user information', 'GET / HTTP/1.1\r\nHost: a@b\r\n\r\n', 400],
  ['Host with a blank', 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n', 400],
  ['Host above 127', 'GET / HTTP/1.1\r\nHost: \xe4\r\n\r\n', 400],
  // Request line.
  ['lower case method', `get / HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['mixed case method', `Get / HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['method that is no token', `GE(T / HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['unknown method', `BREW / HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['method too long', `${'A'.repeat(40)} / HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['blank before the method', ` GET / HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['two blanks behind the method', `GET  / HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['tab behind the method', `GET\t/ HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['two blanks behind the target', `GET /  HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['blank in the target', `GET /a b HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['NUL in the target', `GET /a\0b HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['target above 127', `GET /\xe4 HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['fragment', `GET /a#b HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['fragment in the query', `GET /a?b#c HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['target without a slash', `GET a HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['asterisk for GET', `GET * HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['asterisk for OPTIONS', `OPTIONS * HTTP/1.1\r\n${HOST}\r\n`, 404],
  ['absolute target with user information', `GET http://u@a/ HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['absolute target without host', `GET http:/// HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['absolute target of another scheme', `GET ftp://a/ HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['CONNECT to a path', `CONNECT /a HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['CONNECT without a port', `CONNECT a HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['CONNECT with a body', `CONNECT a:1 HTTP/1.1\r\n${HOST}Content-Length: 3\r\n\r\n`, 400],
  ['no version', `GET /\r\n${HOST}\r\n`, 400],
  ['version 0.9', `GET / HTTP/0.9\r\n${HOST}\r\n`, 400],
  ['version 1.0', `GET / HTTP/1.0\r\n${HOST}\r\n`, 426],
  ['version 1.2', `GET / HTTP/1.2\r\n${HOST}\r\n`, 400],
  ['version 1.10', `GET / HTTP/1.10\r\n${HOST}\r\n`, 400],
  ['version 2.0', `GET / HTTP/2.0\r\n${HOST}\r\n`, 400],
  ['preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  ['lower case version', `GET / http/1.1\r\n${HOST}\r\n`, 400],
  ['blank behind the version', `GET / HTTP/1.1 \r\n${HOST}\r\n`, 400],
  ['a TLS hello', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
  // Others.
  ['unknown expectation', `${POST}Expect: the-unexpected\r\nContent-Length: 1\r\n\r\n`, 417],
  ['Connection names Host', `${GET}Connection: host\r\n\r\n`, 400],
  ['Connection names the length', `${POST}Connection: content-length\r\nContent-Length: 5\r\n\r\n`, 400],
  ['too many fields', `${GET}${'A: b\r\n'.repeat(100)}\r\n`, 431],
  ['head too large', `${GET}A: ${'b'.repeat(62_000)}\r\n\r\n`, 431],
  ['head too large and not complete', `${GET}A: ${'b'.repeat(62_000)}`, 431],
  ['target too long', `GET /${'a'.repeat(33_000)} HTTP/1.1\r\n${HOST}\r\n`, 414],
];

describe('refused', () => {
  test.each(refused)('%s', (_, text, status) => {
    expect(parse(text)).toBe(status);
  });
});

describe('accepted', () => {
  test('positions, names in lower case, blanks around values cut', () => {
    const head = accepted('GET /a/b?c=d&e HTTP/1.1\r\nHOST: Example.com:80\r\nX-Custom:\t value \t\r\n\r\n');
    expect([head.method, head.path, head.query, head.authority]).toEqual(['GET', '/a/b', 'c=d&e', 'Example.com:80']);
    expect(head.fields.pairs()).toEqual([
      ['host', 'Example.com:80'],
      ['x-custom', 'value'],
    ]);
    expect(head.hasBody).toBe(false);
  });

  test('a question mark without a query, and one inside of the query', () => {
    expect(accepted(`GET /? HTTP/1.1\r\n${HOST}\r\n`).query).toBe('');
    const head = accepted(`GET /a?b?c HTTP/1.1\r\n${HOST}\r\n`);
    expect([head.path, head.query]).toEqual(['/a', 'b?c']);
  });

  test('absolute form: the authority of the target wins', () => {
    const head = accepted(`GET http://b:8080/c?d HTTP/1.1\r\n${HOST}\r\n`);
    expect([head.form, head.authority, head.path, head.query]).toEqual(['absolute', 'b:8080', '/c', 'd']);
    expect(accepted(`GET http://b HTTP/1.1\r\n${HOST}\r\n`).path).toBe('/');
    expect(accepted(`GET http://b?x HTTP/1.1\r\n${HOST}\r\n`).query).toBe('x');
  });

  test('CONNECT', () => {
    const head = accepted(`CONNECT b:443 HTTP/1.1\r\n${HOST}\r\n`);
    expect([head.form, head.authority]).toEqual(['authority', 'b:443']);
  });

  test('framing', () => {
    expect(accepted(`${POST}Content-Length: 0\r\n\r\n`).hasBody).toBe(false);
    expect(accepted(`${POST}Content-Length: 007\r\n\r\n`).contentLength).toBe(7);
    expect(accepted(`${POST}transfer-encoding: CHUNKED\r\n\r\n`).chunked).toBe(true);
    expect(accepted(`${POST}Expect: 100-Continue\r\nContent-Length: 1\r\n\r\n`).expectsContinue).toBe(true);
  });

  test('connection options', () => {
    expect(accepted(`${GET}Connection: close\r\n\r\n`).close).toBe(true);
    expect(accepted(`${GET}Connection: Keep-Alive, X-A\r\nX-A: b\r\n\r\n`).close).toBe(false);
    const head = accepted(`${GET}Connection: x-a\r\nX-A: b\r\nX-B: c\r\n\r\n`);
    expect([head.fields.nominated[0], head.fields.nominated[2], head.fields.nominated[3]]).toEqual([0, 1, 0]);
  });

  test('upgrades: WebSocket yes, HTTP/2 no, none with a body', () => {
    const upgrade = 'Connection: Upgrade\r\nUpgrade: ';
    expect(accepted(`${GET}${upgrade}websocket\r\n\r\n`).upgrade).toBe(true);
    expect(accepted(`${GET}${upgrade}h2c\r\n\r\n`).upgrade).toBe(false);
    expect(accepted(`${GET}Upgrade: websocket\r\n\r\n`).upgrade).toBe(false);
    expect(accepted(`${POST}${upgrade}websocket\r\nContent-Length: 3\r\n\r\n`).upgrade).toBe(false);
  });

  test('one empty line before the request', () => {
    expect(accepted(`\r\n${GET}\r\n`).method).toBe('GET');
    expect(parse(`\r\n\r\n${GET}\r\n`)).toBe(400);
  });

  test('paths that may need normalising are marked, others are not', () => {
    const marked = (path: string): boolean => accepted(`GET ${path} HTTP/1.1\r\n${HOST}\r\n`).mayNeedNormalising;
    expect(['/a.b/c', '/a?/../b', '/a?%41'].map(marked)).toEqual([false, false, false]);
    expect(['/a/../b', '/./a', '/%41', '/a\\b', '/.'].map(marked)).toEqual([true, true, true, true, true]);
  });

  test('every beginning of a good request asks for more', () => {
    const text = `POST /a?b HTTP/1.1\r\n${HOST}Content-Length: 3\r\nX-A: b\r\n\r\n`;
    for (let i = 0; i < text.length; i++) expect(parse(text.slice(0, i))).toBe('more');
    expect(parse(text)).toBeInstanceOf(RequestHead);
  });
});
