/** The way of one request through the rules, in words. */
import type {
  DestinationTrace,
  FailedCondition,
  RouteOutcome,
  RouteTrace,
  RuleTrace,
} from '../../core/routing/explain.ts';
import type { RouteTestRequest } from '../../server/contract.ts';
import { percent } from '../columns/traffic.ts';
import type { Context } from '../context.ts';
import { tableLines } from './table.ts';

const marks: Readonly<Record<RuleTrace['result'], string>> = { matched: '✔', failed: '✘', notTried: '·', dropped: '·' };

function expectedText(context: Context, expected: FailedCondition['expected']): string {
  return expected.kind === 'present'
    ? context.say('cli.route.present')
    : `${expected.kind} ${JSON.stringify(expected.value)}`;
}

function failedText(context: Context, { subject, name, expected, inverted, found }: FailedCondition): string {
  return context.say(inverted ? 'cli.route.failedInverted' : 'cli.route.failed', {
    subject: name === '' ? subject : `${subject} ${name}`,
    expected: expectedText(context, expected),
    found: found === null ? context.say('cli.route.absent') : JSON.stringify(found),
  });
}

function ruleText(context: Context, rule: RuleTrace): string {
  switch (rule.result) {
    case 'matched':
      return context.paint('good', context.say('cli.route.matched'));
    case 'notTried':
      return context.paint('faint', context.say('cli.route.notTried'));
    case 'dropped':
      return context.paint('faint', context.sayMessage(rule.why));
    case 'failed':
      return failedText(context, rule.failed);
  }
}

function ruleLines(context: Context, rules: readonly RuleTrace[]): readonly string[] {
  if (rules.length === 0) return [];
  const rows = rules.map((rule) => [
    `  ${marks[rule.result]} ${rule.name === '' ? context.say('cli.route.unnamed') : rule.name}`,
    rule.origin,
    ruleText(context, rule),
  ]);
  return [context.say('cli.route.rules'), ...tableLines(rows)];
}

function destinationRow(context: Context, arm: DestinationTrace): readonly string[] {
  const states = {
    ok: context.say(arm.pods.length === 1 ? 'cli.route.onePod' : 'cli.route.pods', { count: arm.pods.length }),
    noPods: context.say('cli.route.noPods'),
    noCluster: context.say('cli.route.noCluster'),
  } as const;
  return [
    `  ${percent(arm.sharePct)}`,
    arm.subset === '' ? arm.host : `${arm.host} (${arm.subset})`,
    states[arm.state],
    arm.chosen ? context.paint('good', context.say('cli.route.chosen')) : '',
  ];
}

function arms(context: Context, destinations: readonly DestinationTrace[]): readonly string[] {
  return [context.say('cli.route.goesTo'), ...tableLines(destinations.map((arm) => destinationRow(context, arm)))];
}

function forwardLines(
  context: Context,
  asked: string,
  outcome: Extract<RouteOutcome, { readonly kind: 'forward' }>,
): readonly string[] {
  const { path, destinations, sticky } = outcome;
  return [
    ...arms(context, destinations),
    ...(path === asked ? [] : [`  ${context.say('cli.route.rewritten', { path })}`]),
    ...(sticky === undefined || sticky.bucket === null
      ? []
      : [`  ${context.say('cli.route.sticky', { bucket: sticky.bucket })}`]),
    ...(sticky?.mints === true ? [`  ${context.say('cli.route.mints')}`] : []),
  ];
}

function outcomeText(context: Context, outcome: Exclude<RouteOutcome, { readonly kind: 'forward' | 'tcp' }>): string {
  switch (outcome.kind) {
    case 'redirect':
      return context.say('cli.route.redirect', { status: outcome.status, location: outcome.location });
    case 'respond':
      return context.say('cli.route.respond', { status: outcome.status });
    case 'refused':
      return context.say('cli.route.refused', { status: outcome.status, detail: outcome.detail });
    case 'notFound':
      return context.say(outcome.missing === 'rule' ? 'cli.route.noRule' : 'cli.route.noHost');
    case 'requireTls':
    case 'passthrough':
    case 'block':
      return context.say(`cli.route.${outcome.kind}`);
  }
}

function outcomeLines(context: Context, trace: RouteTrace): readonly string[] {
  const { outcome } = trace;
  if (outcome.kind === 'forward') return forwardLines(context, trace.path, outcome);
  if (outcome.kind === 'tcp') return arms(context, outcome.destinations);
  return [context.say('cli.route.goesTo'), `  ${outcomeText(context, outcome)}`];
}

function callerText(context: Context, { namespace, workload }: RouteTrace['listener']['caller']): string {
  return workload === 'unknown' ? context.say('cli.route.anyCaller') : `${namespace}/${workload}`;
}

export function routeLines(context: Context, asked: RouteTestRequest, trace: RouteTrace): readonly string[] {
  const { listener, virtualHost, path } = trace;
  return [
    ...tableLines([
      [
        context.say('cli.route.request'),
        `${asked.method ?? 'GET'} ${asked.scheme ?? 'http'}://${asked.authority}${path}`,
      ],
      [context.say('cli.route.caller'), callerText(context, listener.caller)],
      [context.say('cli.route.listener'), `${listener.kind} ${listener.id}`],
      ...(virtualHost === undefined ? [] : [[context.say('cli.route.host'), virtualHost.name]]),
    ]),
    ...ruleLines(context, trace.rules),
    ...outcomeLines(context, trace),
  ];
}
