import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import type { KubeObject } from '../../../core/model/meta.ts';
import type { Container, KeyToPath, PodSpec, Volume } from '../../../core/model/pod.ts';
import { variableName } from '../../../core/workload/service-env.ts';
import type { Message } from '../../../texts/catalogue.ts';
import { mapEntries } from './container-env.ts';

type Find = (kind: 'ConfigMap' | 'Secret', name: string) => KubeObject | undefined;

export interface VolumesInput {
  readonly spec: PodSpec;
  /** The pod's folder; volumes stand in `volumes/<name>` below it. */
  readonly folder: string;
  readonly find: Find;
}

export type Volumes =
  | { readonly kind: 'ready'; readonly folders: Readonly<Record<string, string>> }
  | { readonly kind: 'missing'; readonly message: Message };

/** Creates or refreshes all volumes of a pod. A ConfigMap's or Secret's files change all at once, as with a kubelet. */
export function prepareVolumes(input: VolumesInput): Volumes {
  const folders: Record<string, string> = {};
  for (const volume of input.spec.volumes ?? []) {
    const folder = volume.hostPath?.path ?? join(input.folder, 'volumes', volume.name);
    folders[volume.name] = folder;
    if (volume.hostPath !== undefined) continue;
    mkdirSync(folder, { recursive: true });
    const content = contentOf(volume, input.find);
    if (content === undefined) continue;
    if ('message' in content) return { kind: 'missing', message: content.message };
    writeAtomically(folder, content);
  }
  return { kind: 'ready', folders };
}

/** Whether a change of this object changes the pod's volumes. */
export function usesInVolumes(spec: PodSpec, object: KubeObject): boolean {
  const { name } = object.metadata;
  return (spec.volumes ?? []).some(({ configMap, secret }) =>
    object.kind === 'ConfigMap' ? configMap?.name === name : secret?.secretName === name,
  );
}

interface File {
  readonly bytes: Buffer;
  readonly mode: number;
}

type Content = ReadonlyMap<string, File>;

function contentOf({ configMap, secret }: Volume, find: Find): Content | { readonly message: Message } | undefined {
  if (configMap) return filesOf({ ...configMap, kind: 'ConfigMap' }, find);
  return secret && filesOf({ ...secret, kind: 'Secret', name: secret.secretName }, find);
}

interface MapSource {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  readonly items?: readonly KeyToPath[];
  readonly optional?: boolean;
  readonly defaultMode?: number;
}

function filesOf(source: MapSource, find: Find): Content | { readonly message: Message } {
  const { kind, name } = source;
  const object = find(kind, name);
  if (object === undefined) {
    return source.optional === true ? new Map() : { message: { key: 'workload.missingMap', params: { kind, name } } };
  }
  const entries = mapEntries(object);
  const items: readonly KeyToPath[] = source.items ?? Object.keys(entries).map((key) => ({ key, path: key }));
  const content = new Map<string, File>();
  for (const { key, path, mode } of items) {
    const bytes = entries[key];
    if (bytes !== undefined) content.set(path, { bytes, mode: mode ?? source.defaultMode ?? 0o644 });
    else if (source.optional !== true) {
      return { message: { key: 'workload.missingKey', params: { kind, name, entry: key } } };
    }
  }
  return content;
}

const CURRENT = '..data';

/**
 * The files stand in a folder of their own; `..data` points to it and is swapped in one step; each visible name points
 * through `..data`. The same layout as Kubernetes' atomic writer, so that programs which watch `..data` work.
 */
function writeAtomically(folder: string, content: Content): void {
  const fresh = mkdtempSync(join(folder, '..version-'));
  for (const [path, { bytes, mode }] of content) {
    const file = join(fresh, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
    chmodSync(file, mode);
  }
  const old = linkTarget(join(folder, CURRENT));
  const draft = join(folder, '..draft');
  rmSync(draft, { force: true });
  symlinkSync(basename(fresh), draft);
  renameSync(draft, join(folder, CURRENT));
  const visible = new Set([...content.keys()].map((path) => path.split('/')[0] ?? path));
  for (const name of visible) {
    if (linkTarget(join(folder, name)) === undefined) symlinkSync(join(CURRENT, name), join(folder, name));
  }
  if (old === undefined) return;
  for (const name of readdirSync(join(folder, old)))
    if (!visible.has(name)) rmSync(join(folder, name), { force: true });
  rmSync(join(folder, old), { recursive: true, force: true });
}

export interface MountsInput {
  readonly container: Container;
  readonly cwd: string;
  readonly folders: Readonly<Record<string, string>>;
  /** Folder of all pods: links into it are ours. */
  readonly podsRoot: string;
}

/**
 * A process sees no mounts. Where a mount path lies inside its working folder a symbolic link stands in; all others are
 * told by a notice, and by the variable `VOLUME_<NAME>`.
 */
export function linkMounts({ container, cwd, folders, podsRoot }: MountsInput): readonly Message[] {
  const notices: Message[] = [];
  for (const { name, mountPath, subPath } of container.volumeMounts ?? []) {
    const source = join(folders[name] ?? '', subPath ?? '');
    const params = {
      container: container.name,
      path: mountPath,
      volume: name,
      variable: `VOLUME_${variableName(name)}`,
    };
    const place = resolve(cwd, mountPath);
    const inside = relative(cwd, place);
    if (inside === '' || inside.startsWith('..') || isAbsolute(inside)) {
      if (mountPath !== source) notices.push({ key: 'workload.mountElsewhere', params });
    } else if (!linkAt(place, { source, podsRoot })) notices.push({ key: 'workload.mountTaken', params });
  }
  return notices;
}

/** Puts a link where nothing is, or where a link of ours is whose pod has gone. */
function linkAt(place: string, { source, podsRoot }: { source: string; podsRoot: string }): boolean {
  const target = linkTarget(place);
  if (target === source) return true;
  const isOurs = target !== undefined && !relative(podsRoot, target).startsWith('..');
  if (isOurs && !existsSync(target)) unlinkSync(place);
  else if (target !== undefined || existsSync(place)) return false;
  mkdirSync(dirname(place), { recursive: true });
  symlinkSync(source, place);
  return true;
}

function linkTarget(path: string): string | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch {
    return undefined;
  }
}
