/**
 * What a compiler keeps between two tables: results whose sources are the same objects as before. Forgetting all of it changes
 * nothing but the time; objects of unchanged parts keep their identity in the next table.
 */
import type { DestinationRule } from '../../model/destination-rule.ts';
import type { VirtualService } from '../../model/virtual-service.ts';
import { regexProblem } from '../regex.ts';
import type { Cluster, DroppedRule, Endpoint, Route } from '../table.ts';
import type { DestinationRules, MergedRule } from './destination-rules.ts';
import type { MeshInput, Problem } from './input.ts';
import { newProblems, type Problems } from './problems.ts';
import type { RegisteredService } from './registry.ts';
import type { ResolvedVirtualService } from './virtual-services.ts';

/** A result with what was reported while it was made. */
export interface Remembered<T> {
  readonly value: T;
  readonly problems: readonly Problem[];
}

/** Rules of a VirtualService for one place. */
export interface CompiledRules {
  readonly routes: readonly Route[];
  readonly dropped: readonly DroppedRule[];
}

/** A destination seen from a namespace. */
export interface WantedCluster {
  readonly host: string;
  readonly subset: string;
  readonly port: number;
  readonly viewer: string;
}

export interface RememberedRules extends Remembered<CompiledRules> {
  /** Clusters that the rules asked for: each table has to make them anew, or take them over. */
  readonly wanted: readonly WantedCluster[];
}

export interface RememberedCluster extends Remembered<Cluster> {
  readonly rule: MergedRule | undefined;
  readonly service: RegisteredService;
  readonly endpoints: readonly Endpoint[];
}

export interface Memory {
  /** Of VirtualServices without delegates. */
  readonly resolved: WeakMap<VirtualService, Remembered<ResolvedVirtualService>>;
  /** By place; valid as long as Services and DestinationRules are the same. */
  rules: Map<string, WeakMap<ResolvedVirtualService, RememberedRules>>;
  destinationRules: (Remembered<DestinationRules> & { readonly sources: readonly DestinationRule[] }) | undefined;
  /** Those of the last table. */
  clusters: ReadonlyMap<string, RememberedCluster>;
  services: readonly unknown[];
  settings: MeshInput['settings'] | undefined;
  readonly regexProblem: (pattern: string) => string | undefined;
}

/** Patterns come back with every change; what people try once is forgotten with the rest. */
const REMEMBERED_PATTERNS = 10_000;

export function newMemory(): Memory {
  const verdicts = new Map<string, string | undefined>();
  return {
    resolved: new WeakMap(),
    rules: new Map(),
    destinationRules: undefined,
    clusters: new Map(),
    services: [],
    settings: undefined,
    regexProblem: (pattern) => {
      if (verdicts.has(pattern)) return verdicts.get(pattern);
      if (verdicts.size >= REMEMBERED_PATTERNS) verdicts.clear();
      const verdict = regexProblem(pattern);
      verdicts.set(pattern, verdict);
      return verdict;
    },
  };
}

/** Drops what the new input makes invalid. Endpoints alone make nothing invalid here: clusters look at them themselves. */
export function forgetStale(memory: Memory, input: MeshInput): void {
  const services = input.services.map(({ service }) => service);
  const sameRules = sameObjects(memory.destinationRules?.sources ?? [], input.destinationRules);
  if (!sameRules) memory.destinationRules = undefined;
  const sameSettings = memory.settings !== undefined && sameText(memory.settings, input.settings);
  if (!sameSettings) {
    memory.destinationRules = undefined;
    memory.clusters = new Map();
  }
  if (!sameRules || !sameSettings || !sameObjects(memory.services, services)) memory.rules = new Map();
  memory.services = services;
  memory.settings = input.settings;
}

function sameObjects(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((object, index) => object === b[index]);
}

function sameText(a: MeshInput['settings'], b: MeshInput['settings']): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** Runs with a list of problems of its own, so that they can be reported again with a remembered result. */
export function remembering<T>(work: (problems: Problems) => T): Remembered<T> {
  const problems = newProblems();
  const value = work(problems);
  return { value, problems: problems.list() };
}
