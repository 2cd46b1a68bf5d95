import type { Pod } from '../../core/model/pod.ts';
import type { Release } from '../../core/model/release.ts';
import type { MeshReport, StatusReport } from '../../server/contract.ts';
import { podStatus } from '../columns/pod-state.ts';
import { percent } from '../columns/traffic.ts';
import type { Run } from '../command-spec.ts';
import type { Context } from '../context.ts';
import { addressLines, noticeLines } from '../engine-lines.ts';
import { dataText, isDataFormat } from '../render/objects.ts';
import { tableLines } from '../render/table.ts';

interface Overview {
  readonly engine: StatusReport;
  readonly mesh: MeshReport;
  readonly pods: readonly Pod[];
  readonly releases: readonly Release[];
}

async function look(context: Context): Promise<Overview> {
  const [client, store] = await Promise.all([context.client(), context.store()]);
  const [engine, mesh, pods, releases] = await Promise.all([
    client.get<StatusReport>('/v1/status'),
    client.get<MeshReport>('/v1/mesh'),
    store.list<Pod>('Pod'),
    store.list<Release>('Release'),
  ]);
  return { engine, mesh, pods: pods.items, releases: releases.items };
}

/** `12 Running, 1 CrashLoopBackOff`, most frequent first. */
function countsText(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .map(([word, count]) => `${count} ${word}`)
    .join(', ');
}

function meshText(context: Context, mesh: MeshReport): string {
  const live = mesh.workers.filter((worker) => worker.live).length;
  return context.say('cli.status.mesh', {
    live,
    all: mesh.workers.length,
    version: mesh.tableVersion,
    acknowledged: mesh.acknowledged ?? '-',
  });
}

function headLines(context: Context, { engine, mesh, pods }: Overview): readonly string[] {
  const say = context.say;
  const state = context.paint(engine.state === 'ready' ? 'good' : 'warn', say(`cli.status.${engine.state}`));
  const since = context.span(context.now() - Date.parse(engine.startedAt));
  return tableLines([
    [
      say('cli.status.engine'),
      say('cli.status.engineText', { state, version: engine.version, pid: engine.pid, since }),
    ],
    [say('cli.status.api'), engine.api],
    [say('cli.status.folder'), engine.dataDir],
    [say('cli.status.meshLabel'), meshText(context, mesh)],
    [say('cli.status.pods'), pods.length === 0 ? say('cli.status.noPods') : countsText(pods.map(podStatus))],
  ]);
}

function releaseLines(context: Context, { releases }: Overview): readonly string[] {
  if (releases.length === 0) return [];
  const rows = releases.map(({ metadata, status }) => [
    `  ${metadata.namespace ?? ''}/${metadata.name}`,
    context.sayWord('phase', status?.phase ?? 'new'),
    [status?.stable?.version, status?.candidate?.version].filter((version) => version !== undefined).join(' → '),
    percent(status?.desiredWeight),
    context.sayWording(status),
  ]);
  return ['', context.say('cli.status.releases'), ...tableLines(rows)];
}

export const run: Run = async (context, input) => {
  const overview = await look(context);
  const format = input.text('output');
  if (isDataFormat(format)) {
    const { engine, mesh, pods, releases } = overview;
    const brief = {
      engine,
      mesh,
      pods: pods.map((pod) => ({ namespace: pod.metadata.namespace, name: pod.metadata.name, status: podStatus(pod) })),
      releases: releases.map(({ metadata, status }) => ({
        namespace: metadata.namespace,
        name: metadata.name,
        ...status,
      })),
    };
    context.print(await dataText(brief, format));
    return;
  }
  for (const line of headLines(context, overview)) context.print(line);
  const addresses = addressLines(context, overview.engine);
  for (const line of addresses.length === 0 ? [] : ['', ...addresses]) context.print(line);
  for (const line of releaseLines(context, overview)) context.print(line);
  for (const line of noticeLines(context, overview.engine)) context.print(line);
  const problems = overview.mesh.workers.flatMap((worker) => worker.problems);
  for (const { listener, message } of problems) {
    context.print(`${context.paint('bad', context.say('cli.status.problem'))}${listener}: ${message}`);
  }
};
