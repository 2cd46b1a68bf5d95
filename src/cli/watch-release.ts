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
  const weights =
    candidate === undefined
      ? ''
      : `  ${candidate.version} ${context.say('cli.watch.weights', { desired: percent(candidate.desired), observed: candidate.observed === null ? '-' : percent(Math.round(candidate.observed)) })}`;
  return `${view.name}  ${view.phase}${weights}  ${view.sentence}`;
}

type Show = (seen: Look) => void;

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

function showLines(context: Context): Show {
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

function showJson(context: Context): Show {
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

/**
 * Shows the release until the run has ended (0 = promoted, 5 = taken back) or the program is stopped.
 * @throws Fault where the release is not there or the control plane goes away
 */
export async function watchRelease(context: Context, store: Store, request: WatchRequest): Promise<number> {
  const { target } = request;
  const stop = new AbortController();
  const progress: Progress = { run: undefined };
  const screen = context.terminal.isTty && !request.isJson ? createScreen(context.terminal) : undefined;
  const show: Show =
    screen === undefined
      ? request.isJson
        ? showJson(context)
        : showLines(context)
      : (seen) => screen.draw(releaseTree(context, seen.view, seen.rates));
  let code = 0;
  let failure: unknown;
  const lookOnce = async (): Promise<void> => {
    const seen = await look(context, store, target);
    show(seen);
    const end = ending(seen.view, progress);
    if (end === undefined || !request.untilRunEnds) return;
    code = end;
    stop.abort();
  };
  const ticker = createTicker(lookOnce, (error) => {
    failure = error;
    stop.abort();
  });
  const leave = (): void => stop.abort();
  process.once('SIGINT', leave);
  try {
    await lookOnce();
    const wanted = { kinds: KINDS, namespace: target.namespace };
    if (!stop.signal.aborted) {
      await follow({ store, request: wanted, signal: stop.signal }, { onStart: ticker.soon, onChange: ticker.soon });
    }
  } finally {
    process.off('SIGINT', leave);
    ticker.stop();
    screen?.end();
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
