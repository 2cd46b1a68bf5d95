/** The whole story in under 90 seconds: a good release, a bad one, and one by hand, on real processes and traffic. */
import { resolve } from 'node:path';
import type { Run } from '../core/model/run.ts';
import type { Deployment } from '../core/model/workload.ts';
import type { Message } from '../texts/catalogue.ts';
import { say } from '../texts/catalogue.ts';
import type { Language } from '../texts/message.ts';
import { releaseStatus, resultOf, watchRun, type ActResult, type Theatre } from './act.ts';
import { startUsers } from './load.ts';
import { createPrinter, type Printer } from './printer.ts';
import { measureShare, type ShareResult } from './share.ts';
import { openStage, poll, type Stage } from './stage.ts';
import { findings, summaryTable } from './summary.ts';

export interface DemoOptions {
  /** Path of the program's own entry file. */
  readonly program: string;
  readonly language: Language;
  /** Leave everything running at the end. */
  readonly keep: boolean;
  readonly output: NodeJS.WriteStream;
}

const load = { rps: 100, users: 2000, seconds: 240 } as const;
const example = resolve(import.meta.dirname, '../../examples/bookinfo');

/** Waiting for something took too long: the story cannot go on. */
class Stuck extends Error {
  readonly text: Message;

  constructor(text: Message) {
    super(text.key);
    this.text = text;
  }
}

async function need<T>(what: string, probe: () => Promise<T | undefined>, withinMs = 20_000): Promise<T> {
  const value = await poll(probe, withinMs);
  if (value === undefined) throw new Stuck({ key: 'demo.waitedInVain', params: { seconds: withinMs / 1000, what } });
  return value;
}

function needRun(run: Run | undefined, version: string): Run {
  if (run === undefined)
    throw new Stuck({ key: 'demo.waitedInVain', params: { seconds: 45, what: `Run → ${version}` } });
  return run;
}

async function openShop(stage: Stage, printer: Printer): Promise<string> {
  const show = async (...args: string[]): Promise<void> => {
    printer.command(args.join(' '));
    await stage.serin(args);
  };
  printer.say({ key: 'demo.starting' });
  await show('apply', '-f', 'bookinfo.yaml', '-f', 'gateway.yaml', '-f', 'release-demo.yaml');
  const base = await need('Gateway bookinfo-gateway', () => stage.gateway(8080));
  const url = `${base}/productpage`;
  await need(url, async () => {
    const answer = await fetch(url).catch(() => undefined);
    await answer?.arrayBuffer();
    return answer?.headers.get('x-reviews-status') === '200' ? true : undefined;
  });
  await need('Release reviews', async () => ((await releaseStatus(stage)).stable === undefined ? undefined : true));
  printer.say({ key: 'demo.open', params: { url } });
  return url;
}

/** A version is applied and nobody does anything more. */
async function automatic(theatre: Theatre, version: string): Promise<ActResult> {
  const { stage, users, printer } = theatre;
  const before = await users.next();
  printer.command(`apply -f reviews-${version}.yaml`);
  await stage.serin(['apply', '-f', `reviews-${version}.yaml`]);
  const run = needRun(await watchRun(theatre, version, 45_000), version);
  return resultOf(theatre, run, before);
}

function tellEnd(result: ActResult, printer: Printer): void {
  if (result.outcome === 'promoted') {
    const { to, failed, requests } = result;
    printer.say({ key: 'demo.promoted', params: { version: to, failed, requests } });
    return;
  }
  printer.say({ key: 'demo.aborted', params: { version: result.to, why: result.why } });
  const seconds = result.gone === null ? '–' : result.gone.toFixed(1);
  printer.say({ key: 'demo.cost', params: { failed: result.because, version: result.to, seconds } });
}

async function ready(stage: Stage, name: string, pods: number): Promise<void> {
  await need(`${pods} pods of ${name}`, async () => {
    const deployment = await stage.store.get<Deployment>({ kind: 'Deployment', namespace: 'default', name });
    return deployment?.status?.readyReplicas === pods ? true : undefined;
  });
}

/** A person drives: 30 %, scale out, 70 %, everything. */
async function byHand(theatre: Theatre): Promise<{ result: ActResult; shares: ShareResult[] }> {
  const { stage, users, printer } = theatre;
  const before = await users.next();
  const show = async (...args: string[]): Promise<void> => {
    printer.command(args.join(' '));
    await stage.serin(args);
  };
  const atWeight = (weight: number): Promise<true> =>
    need(`${weight}%`, async () => {
      const { desiredWeight, candidate } = await releaseStatus(stage);
      return candidate?.version === 'v3' && desiredWeight === weight ? true : undefined;
    });
  const measure = (asked: number, pods: number): Promise<ShareResult> =>
    measureShare(theatre, { version: 'v3', asked, pods, users: load.users, ms: 4000 });
  await show('apply', '-f', 'release-by-hand.yaml', '-f', 'reviews-v3.yaml');
  await atWeight(30);
  const shares = [await measure(30, 1)];
  await show('scale', '--replicas=4', 'deploy', 'reviews-v3');
  await ready(stage, 'reviews-v3', 4);
  shares.push(await measure(30, 4));
  printer.say({ key: 'demo.shareKept' });
  await show('set-weight', 'reviews', '70');
  await atWeight(70);
  shares.push(await measure(70, 4));
  await show('promote', 'reviews', '--full');
  const run = needRun(await watchRun(theatre, 'v3', 20_000), 'v3');
  return { result: await resultOf(theatre, run, before), shares };
}

async function play(theatre: Theatre): Promise<number> {
  const { printer } = theatre;
  const { language } = printer;
  await new Promise((wake) => setTimeout(wake, 2000));
  printer.heading({ key: 'demo.good' });
  const good = await automatic(theatre, 'v2');
  tellEnd(good, printer);
  printer.heading({ key: 'demo.bad' });
  const bad = await automatic(theatre, 'v4');
  tellEnd(bad, printer);
  printer.heading({ key: 'demo.hand' });
  const hand = await byHand(theatre);
  tellEnd(hand.result, printer);
  printer.heading({ key: 'demo.summary' });
  for (const line of summaryTable([good, bad, hand.result], language)) printer.line(line);
  const wrong = findings(
    [
      { result: good, outcome: 'promoted' },
      { result: bad, outcome: 'aborted' },
      { result: hand.result, outcome: 'promoted' },
    ],
    hand.shares,
  );
  printer.line('');
  for (const message of wrong) {
    printer.say({ key: 'demo.wrong', params: { what: say(language, message) } });
  }
  if (wrong.length === 0) printer.say({ key: 'demo.right', params: { seconds: printer.seconds().toFixed(0) } });
  return wrong.length === 0 ? 0 : 1;
}

/** Plays the demo. Gives the exit code: 0 only if the outcomes were measured to be right. */
export async function runDemo(options: DemoOptions): Promise<number> {
  const printer = createPrinter(options.output, options.language);
  printer.line(say(options.language, { key: 'demo.title', params: { rps: load.rps, users: load.users } }));
  printer.line(say(options.language, { key: 'demo.shorter' }));
  const stage = await openStage({ program: options.program, example, language: options.language });
  let users: ReturnType<typeof startUsers> | undefined;
  const leave = async (code: number): Promise<number> => {
    await users?.stop();
    if (options.keep && code === 0) {
      printer.say({ key: 'demo.kept' });
      printer.line(`          export SERIN_DATA=${stage.folder}\n          serin get releases\n          serin down`);
    } else {
      await stage.close();
    }
    return code;
  };
  process.once('SIGINT', () => {
    printer.say({ key: 'demo.stoppedEarly' });
    void leave(130).then((code) => process.exit(code));
  });
  try {
    const url = await openShop(stage, printer);
    users = startUsers({ example, url, ...load });
    printer.say({ key: 'demo.loadStarts' });
    const code = await play({ stage, users, printer });
    if (code === 0 && !options.keep) printer.say({ key: 'demo.next' });
    return await leave(code);
  } catch (error) {
    const what =
      error instanceof Stuck
        ? say(options.language, error.text)
        : error instanceof Error
          ? error.message
          : String(error);
    printer.say({ key: 'demo.wrong', params: { what } });
    return leave(1);
  }
}
