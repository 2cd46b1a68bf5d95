/** Columns of Istio's kinds (as its definitions print them) and of our own. */
import type { DestinationRule } from '../../core/model/destination-rule.ts';
import type { Release } from '../../core/model/release.ts';
import type { Command, Run } from '../../core/model/run.ts';
import type { VirtualService } from '../../core/model/virtual-service.ts';
import { sayWording } from '../../texts/catalogue.ts';
import { age, span } from '../render/age.ts';
import type { Column } from './column.ts';
import { NONE, textOrNone } from './column.ts';
import { ageColumn, nameColumn } from './kubernetes.ts';

/** JSON list as kubectl prints it; empty where there is none. */
function listText(items: readonly string[] | undefined): string {
  return items === undefined ? '' : JSON.stringify(items);
}

export const virtualServiceColumns: readonly Column<VirtualService>[] = [
  nameColumn,
  { header: 'GATEWAYS', cell: ({ spec }) => listText(spec.gateways) },
  { header: 'HOSTS', cell: ({ spec }) => listText(spec.hosts) },
  ageColumn,
];

export const destinationRuleColumns: readonly Column<DestinationRule>[] = [
  nameColumn,
  { header: 'HOST', cell: ({ spec }) => spec.host },
  ageColumn,
];

/** At most two decimals; `-` where nothing is known. */
export function percent(value: number | undefined): string {
  return value === undefined ? '-' : `${Number(value.toFixed(2))}%`;
}

function pods(arm: { readonly ready?: number; readonly wanted?: number } | undefined): string {
  return arm?.wanted === undefined ? '-' : `${arm.ready ?? 0}/${arm.wanted}`;
}

export const releaseColumns: readonly Column<Release>[] = [
  nameColumn,
  { header: 'SERVICE', cell: ({ spec }) => spec.service },
  { header: 'PHASE', cell: ({ status }) => status?.phase ?? 'new' },
  { header: 'STABLE', cell: ({ status }) => textOrNone(status?.stable?.version) },
  { header: 'CANDIDATE', cell: ({ status }) => textOrNone(status?.candidate?.version) },
  { header: 'WEIGHT', cell: ({ status }) => percent(status?.desiredWeight) },
  { header: 'OBSERVED', cell: ({ status }) => percent(status?.observedWeight) },
  ageColumn,
  { header: 'STRATEGY', wide: true, cell: ({ spec }) => Object.keys(spec.strategy)[0] ?? NONE },
  { header: 'STABLE PODS', wide: true, cell: ({ status }) => pods(status?.stable) },
  { header: 'CANDIDATE PODS', wide: true, cell: ({ status }) => pods(status?.candidate) },
  { header: 'RUN', wide: true, cell: ({ status }) => textOrNone(status?.run) },
  { header: 'MESSAGE', cell: ({ status }, _now, language) => sayWording(language, { message: '', ...status }) },
];

/** How long the run took, or has been going on. */
function runTime({ status }: Run, now: number): string {
  if (status?.startedAt === undefined) return NONE;
  const end = status.finishedAt === undefined ? now : Date.parse(status.finishedAt);
  return span(end - Date.parse(status.startedAt));
}

export const runColumns: readonly Column<Run>[] = [
  nameColumn,
  { header: 'RELEASE', cell: ({ spec }) => spec.release },
  { header: 'FROM', cell: ({ spec }) => textOrNone(spec.from.version) },
  { header: 'TO', cell: ({ spec }) => textOrNone(spec.to.version) },
  { header: 'STATE', cell: ({ status }) => status?.outcome ?? status?.phase ?? 'new' },
  { header: 'WEIGHT', cell: ({ status }) => percent(status?.desiredWeight) },
  { header: 'OBSERVED', wide: true, cell: ({ status }) => percent(status?.observedWeight) },
  { header: 'TOOK', cell: runTime },
  { header: 'CAUSE', wide: true, cell: ({ spec }) => spec.cause },
  ageColumn,
  { header: 'MESSAGE', cell: ({ status }, _now, language) => sayWording(language, { message: '', ...status }) },
];

export const commandColumns: readonly Column<Command>[] = [
  nameColumn,
  { header: 'RELEASE', cell: ({ spec }) => spec.release },
  { header: 'VERB', cell: ({ spec }) => (spec.weight === undefined ? spec.verb : `${spec.verb} ${spec.weight}`) },
  { header: 'BY', cell: ({ spec }) => spec.by },
  { header: 'RESULT', cell: ({ status }) => status?.result ?? 'pending' },
  { header: 'ANSWERED', wide: true, cell: ({ status }, now) => (status === undefined ? NONE : age(status.at, now)) },
  ageColumn,
  { header: 'MESSAGE', cell: ({ status }, _now, language) => sayWording(language, { message: '', ...status }) },
];
