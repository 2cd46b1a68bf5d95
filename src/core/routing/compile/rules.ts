/** Rules of a VirtualService as routes, for one place (istio `BuildHTTPRoutesForVirtualService`). */
import type { Message } from '../../../texts/catalogue.ts';
import type { HttpMatch, HttpRoute } from '../../model/virtual-service.ts';
import { type ActionPlace, routeAction } from './actions.ts';
import { appendEdits, headerEdits } from './edits.ts';
import { badPattern, requestMatch, staticMismatch } from './matches.ts';
import { optional } from './optional.ts';
import { type CompiledRules, remembering, type WantedCluster } from './memory.ts';
import { message, type Problems } from './problems.ts';
import { reportFor, type RuleReport } from './rule-report.ts';
import { corsAction, faultPolicy } from './traffic-fields.ts';
import type { DroppedRule, RequestMatch, Route } from '../table.ts';
import type { ResolvedRule, ResolvedVirtualService } from './virtual-services.ts';

/**
 * No routes: the VirtualService counts as absent here. The result is taken from memory where this VirtualService was compiled for
 * this place before and nothing that it depends on has changed.
 */
export function compileRules(source: ResolvedVirtualService, place: ActionPlace): CompiledRules {
  const { memory } = place;
  let known = memory.rules.get(place.key);
  if (known === undefined) memory.rules.set(place.key, (known = new WeakMap()));
  let compiled = known.get(source);
  if (compiled === undefined) {
    const wanted: WantedCluster[] = [];
    const keyFor = (cluster: WantedCluster): string => {
      wanted.push(cluster);
      return place.clusters.keyFor(cluster);
    };
    const clusters = { ...place.clusters, keyFor };
    compiled = { ...remembering((problems) => compileAll(source, { ...place, clusters, problems })), wanted };
    known.set(source, compiled);
  } else for (const cluster of compiled.wanted) place.clusters.keyFor(cluster);
  place.problems.addAll(compiled.problems);
  return compiled.value;
}

function compileAll(source: ResolvedVirtualService, place: ActionPlace): CompiledRules {
  const routes: Route[] = [];
  const dropped: DroppedRule[] = [];
  let ended = false;
  for (const rule of source.rules) {
    for (const { match, origin } of entriesOf(rule)) {
      if (ended) {
        dropped.push({ origin, why: message('routing.droppedBehind') });
        continue;
      }
      const why = match === undefined ? undefined : whyDropped(match, origin, place);
      if (why !== undefined) {
        dropped.push({ origin, why });
        continue;
      }
      const conditions = match === undefined ? undefined : requestMatch(match);
      routes.push(compileRule({ rule, match, conditions, origin, source, place }));
      ended = isCatchAll(conditions);
    }
  }
  return { routes, dropped };
}

function entriesOf(rule: ResolvedRule): readonly { readonly match: HttpMatch | undefined; readonly origin: string }[] {
  const matches = rule.http.match ?? [];
  if (matches.length === 0) return [{ match: undefined, origin: rule.origin }];
  return matches.map((match, index) => ({ match, origin: `${rule.origin}.match[${index}]` }));
}

function whyDropped(match: HttpMatch, origin: string, place: ActionPlace): Message | undefined {
  const mismatch = staticMismatch(match, place);
  if (mismatch !== undefined) return mismatch;
  const bad = badPattern(match, place.memory.regexProblem);
  if (bad === undefined) return undefined;
  const { field, reason } = bad;
  reportFor(origin, place.problems).error(field, message('routing.badPattern', { reason }));
  return message('routing.droppedPattern', { field, reason });
}

/** Nothing behind it can be reached. The regex `.*` on the path counts as well. */
export function isCatchAll(match: RequestMatch | undefined): boolean {
  if (match === undefined) return true;
  const { path, ...others } = match;
  return Object.keys(others).length === 0 && path?.kind === 'regex' && path.value === '.*';
}

interface RuleParts {
  readonly rule: ResolvedRule;
  readonly match: HttpMatch | undefined;
  readonly conditions: RequestMatch | undefined;
  readonly origin: string;
  readonly source: ResolvedVirtualService;
  readonly place: ActionPlace;
}

function compileRule({ rule, match, conditions, origin, source, place }: RuleParts): Route {
  const { http } = rule;
  const report = reportFor(rule.origin, place.problems);
  const edits = ruleEdits(http, report);
  return {
    name: routeName(http, match),
    ...optional('match', conditions),
    action: routeAction({ http, sticky: source.sticky, report, place }),
    ...optional('requestHeaders', edits.request),
    ...optional('responseHeaders', edits.response),
    ...optional('fault', faultPolicy(http.fault, report)),
    ...optional('cors', corsAction(http.corsPolicy, report, place.memory.regexProblem)),
    origin,
  };
}

function routeName(http: HttpRoute, match: HttpMatch | undefined): string {
  const name = http.name ?? '';
  return match?.name === undefined || match.name === '' ? name : `${name}.${match.name}`;
}

/** Header operations of the rule, with those of a lone destination behind them. */
function ruleEdits(http: HttpRoute, report: RuleReport): ReturnType<typeof levels> {
  const own = levels(http.headers, report, 'headers');
  const destinations = http.route ?? [];
  const [only] = destinations;
  if (destinations.length !== 1 || only === undefined) return own;
  const last = levels(only.headers, report, 'route[0].headers');
  return { request: appendEdits(own.request, last.request), response: appendEdits(own.response, last.response) };
}

function levels(
  headers: HttpRoute['headers'],
  report: RuleReport,
  field: string,
): { readonly request: Route['requestHeaders']; readonly response: Route['responseHeaders'] } {
  const problems: Problems = report.problems;
  return {
    request: headerEdits(headers?.request, report.at(`${field}.request`), problems),
    response: headerEdits(headers?.response, report.at(`${field}.response`), problems),
  };
}
