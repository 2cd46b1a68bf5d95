/** A release live: a tree that is redrawn on a terminal, a line for each change elsewhere, or JSON lines. */
import type { ReleaseTarget } from '../control/commands/release/target.ts';
import type { ReleaseView } from '../control/commands/release/view.ts';
import { releaseView } from '../control/commands/release/view.ts';
import { Fault } from '../lib/fault.ts';
import { faultCodes } from '../lib/fault.ts';
import type { Store } from '../ports/store.ts';
import type { RatesReport, ReleaseRates } from '../server/contract.ts';
import type { Context } from './context.ts';
import { percent } from './columns/traffic.ts';
import { follow } from './follow.ts';
import { releaseTree } from './render/release-tree.ts';
import { createScreen } from './render/screen.ts';

export interface WatchRequest {
  readonly target: ReleaseTarget;
  /** Come back when a run that was seen has ended; else go on for ever. */
  readonly untilRunEnds: boolean;
  readonly isJson: boolean;
}

/** Changes come in bursts; one look a moment later sees them all. */
const SETTLE_MS = 100;
/** Rates move without any object changing. */
const LOOK_AGAIN_MS = 1000;
/** How often a line is printed while only numbers move. */
const STEADY_MS = 5000;
/** As shells tell of a program that Ctrl-C ended: not seen to the end is no success. */
const INTERRUPTED = 130;
const LEAVING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const KINDS = ['Release', 'Run', 'Deployment', 'ReplicaSet', 'Pod'];

interface Look {
  readonly view: ReleaseView;
  readonly rates: ReleaseRates | undefined;
}

async function look(context: Context, store: Store, target: ReleaseTarget): Promise<Look> {
  const client = await context.client();
  const [view, report] = await Promise.all([
    releaseView(store, target, context.language),
    client.get<RatesReport>(`/v1/metrics/view?namespace=${encodeURIComponent(target.namespace)}`),
  ]);
  return { view, rates: report.releases.find(({ release }) => release === target.name) };
}

function clockText(now: number): string {
  return new Date(now).toTimeString().slice(0, 8);
}

/** One line that says where the release stands; printed when it differs from the last one. */
function changeLine(context: Context, { view }: Look): string {
  const candidate = view.arms.find(({ role }) => role === 'candidate');
  const parts = [view.name, context.sayWord('phase', view.phase)];
  if (candidate !== undefined) {
    const { version, desired, observed } = candidate;
    const measured = observed === null ? '-' : percent(Math.round(observed));
    parts.push(context.say('cli.watch.weights', { version, desired: percent(desired), observed: measured }));
  }
  return [...parts, view.sentence].join('  ');
}

interface Display {
  show(seen: Look): void;
  /** The window has another size. */
  readonly again: () => void;
  end(): void;
}

/** For a terminal: one page, drawn in place. */
function pageDisplay(context: Context): Display {
  const screen = createScreen(context.terminal, (count) =>
    context.paint('faint', context.say('cli.watch.hidden', { count })),
  );
  let last: Look | undefined;
  const draw = ({ view, rates }: Look): void => {
    const key = view.run === undefined ? 'cli.watch.awaitsRun' : 'cli.watch.howToLeave';
    const leave = context.paint('faint', context.say(key));
    screen.draw(releaseTree(context, view, rates), ['', leave]);
  };
  return {
    show: (seen) => {
      last = seen;
      draw(seen);
    },
    again: () => {
      if (last !== undefined) draw(last);
    },
    end: () => {
      screen.end();
    },
  };
}

function lineDisplay(show: (seen: Look) => void): Display {
  return { show, again: () => undefined, end: () => undefined };
}

/** What counts as a change; numbers that move all the time are shown now and then. */
function stateOf({ view }: Look): string {
  const weights = view.arms.map(({ version, desired, ready, wanted }) => [version, desired, ready, wanted]);
  return JSON.stringify([
    view.phase,
    weights,
    view.step?.index,
    view.verdict?.kind,
    view.holds.map(({ reason }) => reason),
  ]);
}

function showLines(context: Context): (seen: Look) => void {
  let last = { state: '', line: '', at: 0 };
  return (seen) => {
    const line = changeLine(context, seen);
    const state = stateOf(seen);
    const at = context.now();
    if (state === last.state && (line === last.line || at - last.at < STEADY_MS)) return;
    last = { state, line, at };
    context.print(`${clockText(at)}  ${line}`);
  };
}

function showJson(context: Context): (seen: Look) => void {
  let last = '';
  return ({ view, rates }) => {
    const text = JSON.stringify(view);
    if (text === last) return;
    last = text;
    context.print(JSON.stringify({ at: context.now(), ...view, rates }));
  };
}

interface Progress {
  run: string | undefined;
}

/** Exit code once the run that was seen has ended; undefined = go on. */
function ending(view: ReleaseView, progress: Progress): number | undefined {
  if (view.run !== undefined) {
    progress.run = view.run;
    return undefined;
  }
  if (progress.run === undefined || view.last?.run !== progress.run) return undefined;
  return view.last.outcome === 'promoted' ? 0 : faultCodes.refused.exit;
}

function displayFor(context: Context, isJson: boolean): Display {
  if (isJson) return lineDisplay(showJson(context));
  return context.terminal.isTty ? pageDisplay(context) : lineDisplay(showLines(context));
}

/**
 * Shows the release until the run has ended (0 = promoted, 5 = taken back) or the program is stopped (130).
 * @throws Fault where the release is not there or the control plane goes away
 */
export async function watchRelease(context: Context, store: Store, request: WatchRequest): Promise<number> {
  const { target } = request;
  const stop = new AbortController();
  const progress: Progress = { run: undefined };
  const display = displayFor(context, request.isJson);
  let code = 0;
  let failure: unknown;
  const lookOnce = async (): Promise<void> => {
    const seen = await look(context, store, target);
    display.show(seen);
    const end = ending(seen.view, progress);
    if (end === undefined || !request.untilRunEnds) return;
    code = end;
    stop.abort();
  };
  const ticker = createTicker(lookOnce, (error) => {
    failure = error;
    stop.abort();
  });
  const leave = (): void => {
    code = INTERRUPTED;
    stop.abort();
  };
  for (const signal of LEAVING) process.once(signal, leave);
  process.on('SIGWINCH', display.again);
  try {
    await lookOnce();
    const wanted = { kinds: KINDS, namespace: target.namespace };
    if (!stop.signal.aborted) {
      await follow({ store, request: wanted, signal: stop.signal }, { onStart: ticker.soon, onChange: ticker.soon });
    }
  } finally {
    for (const signal of LEAVING) process.off(signal, leave);
    process.off('SIGWINCH', display.again);
    ticker.stop();
    display.end();
  }
  if (failure instanceof Error || failure instanceof Fault) throw failure;
  return code;
}

interface Ticker {
  readonly soon: () => void;
  stop(): void;
}

/** Runs `work` shortly after `soon`, and each second anyway; never twice at the same time. */
function createTicker(work: () => Promise<void>, onError: (error: unknown) => void): Ticker {
  let timer: NodeJS.Timeout | undefined;
  let isBusy = false;
  let isStopped = false;
  const plan = (ms: number): void => {
    clearTimeout(timer);
    if (!isStopped) timer = setTimeout(run, ms);
  };
  const run = (): void => {
    isBusy = true;
    work()
      .catch(onError)
      .finally(() => {
        isBusy = false;
        plan(LOOK_AGAIN_MS);
      });
  };
  return {
    soon: () => {
      if (!isBusy) plan(SETTLE_MS);
    },
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
