import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Why } from '../../control/commands/release/history.ts';
import type { ReleaseView } from '../../control/commands/release/view.ts';
import type { Message } from '../../texts/catalogue.ts';
import type { Language } from '../../texts/message.ts';
import type { Context, Terminal } from '../context.ts';
import { createContext } from '../context.ts';
import { releaseTree } from './release-tree.ts';
import { createScreen } from './screen.ts';
import { flowingTable } from './table.ts';
import { whyLines } from './why-page.ts';
import { displayWidth } from './width.ts';
import { wrapTo } from './wrap.ts';

const ESC = String.fromCharCode(27);
const plain = (text: string): string => text.replace(new RegExp(`${ESC}\\[[0-9;?]*[A-Za-z]`, 'g'), '');

function terminalOf(columns: number, rows = 30): Terminal & { readonly written: string[] } {
  const written: string[] = [];
  return {
    written,
    env: {},
    cwd: '/',
    isTty: true,
    columns,
    rows,
    goOnUnread: () => undefined,
    write: (text) => void written.push(text),
    writeError: () => undefined,
    readStdin: () => Promise.resolve(''),
  };
}

function contextOf(language: Language, columns: number): Context {
  const host = { version: '0', command: [], startEngine: () => Promise.reject(new Error('none')) };
  return createContext({ terminal: terminalOf(columns), host, language, hasColor: true });
}

describe('wrapping', () => {
  test('nothing is lost, and no line is too long', () => {
    const word = fc.string({ unit: fc.constantFrom('a', '版', '本', 'é', '，'), minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(word, { maxLength: 20 }), fc.integer({ min: 16, max: 60 }), (words, columns) => {
        const text = words.join(' ');
        const lines = wrapTo(text, columns);
        expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
      }),
      { seed: 11 },
    );
  });

  test('punctuation does not begin a line, and colour does not run over the edge', () => {
    expect(wrapTo('候选版失败，稳定版正常', 10)).toEqual(['候选版失', '败，稳定版', '正常']);
    expect(wrapTo(`${ESC}[31mone two${ESC}[39m three`, 5)).toEqual([
      `${ESC}[31mone${ESC}[39m${ESC}[22m`,
      `${ESC}[31mtwo${ESC}[39m`,
      'three',
    ]);
  });

  test('the last column of a table goes on below itself', () => {
    const rows = [['08:00', 'verdict', 'one two three four five six seven eight nine ten']];
    expect(flowingTable(rows, 50)).toEqual([
      '08:00   verdict   one two three four five six',
      '                  seven eight nine ten',
    ]);
    expect(flowingTable(rows, 30)).toHaveLength(1);
  });
});

describe('screen', () => {
  test('takes the other screen once, draws in place, and gives the first one back with the page', () => {
    const terminal = terminalOf(80, 4);
    const screen = createScreen(terminal, (count) => `${count} more`);
    screen.draw(['a', 'b'], ['', 'leave']);
    screen.draw(['a', 'c'], ['', 'leave']);
    screen.end();
    screen.end();
    const [first = '', second = '', last = '', ...none] = terminal.written;
    expect(none).toEqual([]);
    expect(first.startsWith(`${ESC}[?1049h`)).toBe(true);
    expect(second).not.toContain('1049');
    expect(second).not.toContain('\n\n');
    expect(last).toBe(`${ESC}[?7h${ESC}[?25h${ESC}[?1049la\nc\n`);
  });

  test('a window that is too low says how much is missing', () => {
    const terminal = terminalOf(80, 3);
    createScreen(terminal, (count) => `${count} more`).draw(['a', 'b', 'c', 'd', 'e'], []);
    expect(plain(terminal.written[0] ?? '')).toBe('a\r\nb\r\n3 more');
  });

  test('nothing drawn, nothing to give back', () => {
    const terminal = terminalOf(80);
    createScreen(terminal, String).end();
    expect(terminal.written).toEqual([]);
  });
});

const counts = { stable: { requests: 1902, bad: 3 }, candidate: { requests: 25, bad: 15 } };
const sentence: Message = {
  key: 'release.verdict.fail',
  params: {
    candidate: 'v4',
    stable: 'v1',
    candidateRate: '60%',
    candidateFailures: '15',
    candidateRequests: '25',
    stableRate: '0.2%',
    stableFailures: '3',
    stableRequests: '1,902',
    evidence: '183',
    threshold: '100',
  },
};
const verdict = {
  kind: 'fail',
  sentence,
  at: 0,
  evidence: 183.4,
  threshold: 100,
  logE: 5,
  phi: 5,
  share: 0.05,
  usedShare: 0.05,
  counts,
  recent: counts,
  metrics: [],
  safety: [],
} as const;

const pod = (name: string, ready = true) => ({ name, ready, restarts: 0, status: ready ? 'Running' : 'Crashing' });
const view: ReleaseView = {
  namespace: 'default',
  name: 'reviews',
  service: 'reviews',
  phase: 'stepping',
  sentence: '-',
  run: 'reviews-1',
  startedAt: 0,
  arms: [
    {
      role: 'stable',
      version: 'v1',
      deployment: 'reviews-v1',
      ready: 10,
      wanted: 10,
      desired: 95,
      observed: 94.8,
      rps: 50,
      pods: Array.from({ length: 10 }, (_, index) => pod(`reviews-v1-${index}`, index !== 4)),
    },
    {
      role: 'candidate',
      version: 'v4',
      deployment: 'reviews-v4',
      ready: 0,
      wanted: 1,
      desired: 5,
      observed: null,
      rps: 2,
      pods: [pod('reviews-v4-a', false)],
    },
  ],
  step: { index: 0, of: 2, text: { key: 'release.plan.waitForResume' } },
  verdict,
  findings: [],
  holds: [
    {
      reason: 'inconclusive',
      since: 0,
      message: sentence,
      ends: { key: 'run.ends.inconclusive' },
    },
  ],
  queue: [],
};

describe.each(['en', 'zh'] as const)('the page of a release in %s', (language) => {
  test.each([70, 100, 140])('fits into %i columns', (columns) => {
    const context = contextOf(language, columns);
    const lines = releaseTree(context, view, undefined);
    for (const line of lines) expect(displayWidth(line)).toBeLessThan(Math.max(columns, 80));
    const text = lines.map(plain).join('\n');
    expect(text).toContain('reviews-v1-4');
    expect(text).not.toContain('reviews-v1-5');
    expect(text).toContain('94.8%');
  });

  test('says a sentence once, though the verdict and the hold are the same', () => {
    const wide = releaseTree(contextOf(language, 400), view, undefined).map(plain).join('\n');
    expect(wide.split('1,902').length - 1).toBe(1);
    expect(wide).toContain(language === 'en' ? 'verdict    fail' : '判定      不通过');
  });
});

const why: Why = {
  run: 'reviews-1',
  from: 'v1',
  to: 'v4',
  cause: 'newVersion',
  phase: 'idle',
  outcome: 'aborted',
  reason: sentence,
  startedAt: 1_000,
  finishedAt: 67_000,
  peak: 5,
  decisive: sentence,
  verdict,
  weights: [
    { at: 4_000, weight: 5, forMs: 60_000, observed: 4.9 },
    { at: 64_000, weight: 0, forMs: 3_000 },
  ],
  timeline: [
    { at: 1_000, kind: 'started', text: { key: 'run.line.weight', params: { from: '0', to: '1' } } },
    { at: 1_000, kind: 'inForce', text: { key: 'run.line.inForce', params: { weight: '5' } } },
    { at: 2_000, kind: 'hold', text: { key: 'run.hold.wait' } },
    { at: 3_000, kind: 'hold', text: { key: 'run.hold.wait' } },
    { at: 67_000, kind: 'finished', text: { key: 'run.outcome.aborted' } },
  ],
};

describe('why', () => {
  const page = (language: Language, found: Why = why): readonly string[] =>
    whyLines(contextOf(language, 200), { namespace: 'default', name: 'reviews' }, found).map(plain);

  test('the first line is the answer', () => {
    expect(page('en')[0]).toBe(
      'v4 was taken back after 66s: v4 failed 15 of 25 requests (60%), v1 3 of 1,902 (0.2%): the evidence for harm reached 183 (threshold 100)',
    );
    expect(page('zh')[0]).toMatch(/^v4 在 66秒 后被收回：v4 在 25 个请求中失败 15 个（60%）/);
  });

  test('then the numbers, the weights, and what happened; nothing twice', () => {
    const lines = page('en');
    expect(lines).toContain('stable      v1        1902       3        0.16%');
    expect(lines).toContain('candidate   v4        25         15       60%');
    expect(lines.filter((line) => line.includes('1,902'))).toHaveLength(1);
    expect(lines.find((line) => line.includes('4.9%'))).toMatch(/5% +4\.9% +60s +█░+$/);
    expect(lines.filter((line) => line.includes('the plan waits here'))).toHaveLength(1);
    expect(lines.some((line) => line.includes('in force'))).toBe(false);
    expect(lines.at(-1)).toMatch(/end +aborted$/);
  });

  test('a run in flight says what it does now and what comes next', () => {
    const { outcome: _outcome, reason: _reason, finishedAt: _finished, verdict: _verdict, ...rest } = why;
    const running: Why = { ...rest, phase: 'stepping', now: { key: 'run.hold.wait' }, weights: [], timeline: [] };
    const [first, , , numbers] = page('en', running);
    expect(first).toMatch(/^v4 is on trial for .+: the plan waits here until someone resumes$/);
    expect(numbers).toBe('no request was counted');
  });
});
