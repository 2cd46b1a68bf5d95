/** Arms as subsets of the service's DestinationRule. Pure. */
import type { DestinationRule, Subset } from '../../core/model/destination-rule.ts';
import { sameJson } from '../../core/model/json.ts';
import type { NewObject } from '../../core/model/meta.ts';
import type { ArmTarget, TrafficSplit } from '../../ports/traffic.ts';
import { ADDED_SUBSETS_ANNOTATION, annotated, notedNames, noteNames, OWNED_BY_LABEL } from './owned.ts';
import { numberedName, subsetName } from './subset-name.ts';

export interface ArmNames {
  readonly stable: string;
  readonly candidate?: string;
}

export interface RenderedRule {
  /** As it should be; the same reference as the present one where nothing changes. */
  readonly rule: DestinationRule | NewObject<DestinationRule>;
  readonly names: ArmNames;
}

/** What stands in the way of removing subsets: names that routes still use. */
export interface RuleContext {
  /** Name for a rule that has to be made. */
  readonly name: string;
  /** Subsets of the service that any route names now: they stay until a later change. */
  readonly inUse: ReadonlySet<string>;
}

/**
 * Each arm gets the subset that selects exactly its labels: an existing one, whoever wrote it, else a new one. Subsets that
 * were added for earlier arms of this release and that no route names any more go away. Everything else stays as it is.
 */
export function renderRule(
  present: DestinationRule | undefined,
  split: TrafficSplit,
  context: RuleContext,
): RenderedRule {
  const release = split.release.name;
  const mine = notedNames(present, ADDED_SUBSETS_ANNOTATION, release);
  const before = present?.spec.subsets ?? [];
  const stable = placeArm(before, split.stable, mine);
  const candidate = split.candidate === undefined ? undefined : placeArm(stable.subsets, split.candidate, mine);
  const placed = candidate?.subsets ?? stable.subsets;
  const names: ArmNames = { stable: stable.name, ...(candidate === undefined ? {} : { candidate: candidate.name }) };
  const wanted = new Set([stable.name, candidate?.name]);
  const added = placed.filter(({ name }) => !before.some((subset) => subset.name === name)).map(({ name }) => name);
  const isStale = ({ name }: Subset): boolean => mine.includes(name) && !wanted.has(name) && !context.inUse.has(name);
  const subsets = placed.filter((subset) => !isStale(subset));
  const owned = [...mine, ...added].filter((name) => subsets.some((subset) => subset.name === name));
  if (present === undefined) return { rule: newRule(split, context.name, { subsets, owned }), names };
  const note = { release, names: owned };
  const metadata = annotated(present.metadata, noteNames(present.metadata.annotations, ADDED_SUBSETS_ANNOTATION, note));
  const unchanged = metadata === present.metadata && placed === before && subsets.length === before.length;
  return { rule: unchanged ? present : { ...present, metadata, spec: { ...present.spec, subsets } }, names };
}

interface Placed {
  readonly name: string;
  /** The same list where nothing had to be added. */
  readonly subsets: readonly Subset[];
}

function placeArm(subsets: readonly Subset[], arm: ArmTarget, mine: readonly string[]): Placed {
  const wanted = subsetName(arm.version);
  const named = subsets.findIndex(({ name }) => name === wanted);
  const fitting = subsets.find(({ labels, name }) => name === wanted && sameJson(labels ?? {}, arm.labels));
  const known = fitting ?? subsets.find(({ labels }) => sameJson(labels ?? {}, arm.labels));
  if (known !== undefined) return { name: known.name, subsets };
  const present = subsets[named];
  if (present !== undefined && mine.includes(wanted)) {
    // Ours, and somebody bent it.
    return { name: wanted, subsets: subsets.with(named, { ...present, labels: arm.labels }) };
  }
  let name = wanted;
  for (let number = 2; subsets.some((subset) => subset.name === name); number++) name = numberedName(wanted, number);
  return { name, subsets: [...subsets, { name, labels: arm.labels }] };
}

function newRule(
  split: TrafficSplit,
  name: string,
  { subsets, owned }: { readonly subsets: readonly Subset[]; readonly owned: readonly string[] },
): NewObject<DestinationRule> {
  const annotations = noteNames(undefined, ADDED_SUBSETS_ANNOTATION, { release: split.release.name, names: owned });
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: {
      name,
      namespace: split.namespace,
      labels: { [OWNED_BY_LABEL]: split.release.name },
      ...(annotations === undefined ? {} : { annotations }),
    },
    spec: { host: split.service, subsets },
  };
}
