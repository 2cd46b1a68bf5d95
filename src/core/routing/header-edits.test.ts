import { describe, expect, test } from 'vitest';
import { requestView } from './compile/fixture.ts';
import { type FormatContext, parseFormat } from './format.ts';
import { formatTime } from './format-time.ts';
import { applyRequestEdits, type EditableHeaders, prepareEdits } from './header-edits.ts';
import type { HeaderEdits } from './table.ts';

const context: FormatContext = {
  request: requestView({ path: '/a?b', host: 'Web:80', headers: { 'x-a': 'one', 'x-long': 'abcdef' } }),
  protocol: 'HTTP/1.1',
  downstreamRemoteAddress: '10.0.0.1:4321',
  downstreamLocalAddress: '127.32.0.1:80',
  startedAt: Date.UTC(2026, 1, 28, 23, 59, 58, 7),
  hostname: 'box',
  routeName: 'primary',
};

function headersOf(start: Readonly<Record<string, readonly string[]>>) {
  const map = new Map(Object.entries(start).map(([name, values]) => [name, [...values]]));
  const editable: EditableHeaders = {
    remove: (name) => void map.delete(name),
    set: (name, value) => void map.set(name, [value]),
    append: (name, value) => void map.set(name, [...(map.get(name) ?? []), value]),
  };
  return { editable, result: () => Object.fromEntries(map) };
}

function edited(route: HeaderEdits | undefined, destination?: HeaderEdits, start = { a: ['old'] }) {
  const headers = headersOf(start);
  const level = (edits: HeaderEdits | undefined) => ({ requestEdits: prepareEdits(edits), responseEdits: undefined });
  applyRequestEdits({ route: level(route), destination: level(destination) }, headers.editable, context);
  return headers.result();
}

describe('order', () => {
  test('remove, then set, then add: set and add of one name give both values', () => {
    expect(edited({ add: [['a', '2']], set: [['a', '1']], remove: ['a'] })).toEqual({ a: ['1', '2'] });
  });
  test('the destination’s level is first: the route’s set wins', () => {
    expect(edited({ set: [['a', 'route']] }, { set: [['a', 'destination']] })).toEqual({ a: ['route'] });
  });
  test('so does its remove', () => {
    expect(edited({ remove: ['a'] }, { set: [['a', 'destination']] })).toEqual({});
  });
  test('a lone destination comes behind', () => {
    expect(edited({ set: [['a', 'route']], after: { set: [['a', 'destination']] } })).toEqual({ a: ['destination'] });
  });
  test('an empty value changes nothing', () => {
    expect(
      edited({
        set: [
          ['a', ''],
          ['b', '%REQ(nobody)%'],
        ],
      }),
    ).toEqual({ a: ['old'] });
  });
});

describe('formats', () => {
  const formatted = (text: string): string => {
    const parsed = parseFormat(text);
    return parsed.ok ? parsed.format(context) : `unknown: ${parsed.piece}`;
  };
  test.each([
    ['plain', 'plain'],
    ['100%%', '100%'],
    ['<%REQ(X-A)%>', '<one>'],
    ['%REQ(x-none?x-a)%', 'one'],
    ['%REQ(x-long):3%', 'abc'],
    ['%REQ(:path)%', '/a?b'],
    ['%REQ(:authority)%', 'Web:80'],
    ['%PROTOCOL%', 'HTTP/1.1'],
    ['%DOWNSTREAM_REMOTE_ADDRESS%', '10.0.0.1:4321'],
    ['%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%', '10.0.0.1'],
    ['%DOWNSTREAM_LOCAL_PORT%', '80'],
    ['%START_TIME%', '2026-02-28T23:59:58.007Z'],
    ['%START_TIME(%s.%3f)%', '1772323198.007'],
    ['%HOSTNAME%-%ROUTE_NAME%', 'box-primary'],
    ['%RESPONSE_CODE%', ''],
    ['50%', 'unknown: %'],
    ['%NOPE%', 'unknown: %NOPE%'],
    ['%REQ%', 'unknown: %REQ%'],
    ['a%b%c', 'unknown: %b%c'],
  ])('%s → %s', (text, expected) => {
    expect(formatted(text)).toBe(expected);
  });
});

test('moments are the calendar’s, leap years and all', () => {
  for (let day = -700_000; day <= 800_000; day += 397) {
    const at = day * 86_400_000 + 12_345_678;
    expect(formatTime(at, '%Y-%m-%dT%H:%M:%E3SZ')).toBe(new Date(at).toISOString());
  }
});
