/**
 * Who may import whom: one row a room, checked against every import in `src`, types included.
 * `tools/boundaries.test.ts` injects a violation of every row to prove that the check fires.
 * Import cycles and clocks in the core are the linter's work (`.oxlintrc.json`).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { parseSync } from 'oxc-parser';

export interface Room {
  /** Folder or file under the repository root. */
  readonly path: string;
  /** Rooms it may import besides itself, `src/lib` and `src/texts`. */
  readonly mayImport: readonly string[];
  /** npm packages it may import. */
  readonly packages?: readonly string[];
  /** Node's own modules: none, some, or all. */
  readonly node: readonly string[] | 'all' | 'none';
  /** What to do about a violation. */
  readonly remedy: string;
}

/** Rooms whose inner folders must not know each other. */
export const strangers: readonly string[] = ['src/traffic', 'src/metrics'];

/** Everybody may import these. */
const leaves: readonly string[] = ['src/lib', 'src/texts'];

/** Innermost first. A later row wins for the files it covers. */
export const rooms: readonly Room[] = [
  {
    path: 'src/lib',
    mayImport: [],
    node: 'all',
    remedy: 'lib holds leaf helpers without a domain word; move what needs more into the room that owns the word',
  },
  { path: 'src/texts', mayImport: [], node: 'none', remedy: 'texts are plain data' },
  {
    path: 'src/core',
    mayImport: [],
    node: 'none',
    remedy: 'core is pure: hand time, randomness and data in as arguments',
  },
  {
    path: 'src/core/model',
    mayImport: ['src/core'],
    packages: ['zod'],
    node: 'none',
    remedy: 'the model knows zod and nothing else',
  },
  {
    path: 'src/core/routing',
    mayImport: ['src/core'],
    packages: ['re2js'],
    node: 'none',
    remedy: 'routing knows the RE2 engine and nothing else',
  },
  { path: 'src/ports', mayImport: ['src/core'], node: 'none', remedy: 'ports are types over core' },
  {
    path: 'src/control',
    mayImport: ['src/core', 'src/ports'],
    packages: ['yaml'],
    node: ['node:fs', 'node:fs/promises', 'node:path', 'node:crypto'],
    remedy: 'control sees ports, never an engine or a provider',
  },
  {
    path: 'src/traffic',
    mayImport: ['src/core', 'src/ports'],
    node: 'none',
    remedy: 'a provider renders objects and talks to its router through the store',
  },
  {
    path: 'src/metrics',
    mayImport: ['src/core', 'src/ports', 'src/mesh/protocol.ts'],
    node: ['node:http', 'node:https'],
    remedy: 'a metrics source knows its own wire format and the port',
  },
  {
    path: 'src/mesh',
    mayImport: ['src/core', 'src/ports'],
    node: 'all',
    remedy: 'the mesh knows routing, never releases: it is benchmarked and replaced alone',
  },
  {
    path: 'src/telemetry',
    mayImport: ['src/core', 'src/ports'],
    node: 'none',
    remedy: 'telemetry describes, it does not decide',
  },
  {
    path: 'src/engines/local',
    mayImport: ['src/core', 'src/ports', 'src/control', 'src/mesh', 'src/traffic', 'src/metrics', 'src/server'],
    packages: ['better-sqlite3', 'zod', 'yaml'],
    node: 'all',
    remedy: 'an engine implements ports; what it should not know belongs into control or core',
  },
  {
    path: 'src/server',
    mayImport: ['src/core', 'src/ports', 'src/control'],
    packages: ['fastify', 'fastify-type-provider-zod', '@fastify/sse', '@fastify/swagger', 'zod'],
    node: 'all',
    remedy: 'the server drives control through ports',
  },
  {
    path: 'src/demo',
    mayImport: ['src/core', 'src/ports', 'src/control', 'src/cli', 'src/server/contract.ts'],
    packages: ['commander'],
    node: 'all',
    remedy: 'the demo uses what every user has: the command line and the control API',
  },
  {
    path: 'src/cli',
    mayImport: ['src/core', 'src/ports', 'src/control', 'src/server/contract.ts', 'src/demo'],
    packages: ['commander', 'yaml'],
    node: 'all',
    remedy: 'the command line speaks to ports; only main.ts and the engine name an engine',
  },
  {
    path: 'src/main.ts',
    mayImport: ['src'],
    packages: ['commander'],
    node: 'all',
    remedy: 'main.ts composes; it holds no logic',
  },
];

export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

function within(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}/`);
}

function roomOf(file: string): Room | undefined {
  return rooms.filter((room) => within(file, room.path)).sort((a, b) => b.path.length - a.path.length)[0];
}

/** The sentence about one import, or undefined when it is allowed. */
export function judgeImport(file: string, specifier: string): string | undefined {
  const room = roomOf(file);
  if (room === undefined) return `${file} belongs to no room: give it a row in tools/boundaries.ts`;
  if (!specifier.startsWith('.')) {
    const module = specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : specifier.split('/')[0];
    const known = specifier.startsWith('node:')
      ? room.node === 'all' || (room.node !== 'none' && room.node.includes(specifier))
      : (room.packages ?? []).includes(module ?? '');
    return known ? undefined : `${room.path} may not import ${specifier}: ${room.remedy}`;
  }
  const target = normalize(join(dirname(file), specifier));
  const stranger = strangers.find((folder) => within(file, folder) && within(target, folder));
  if (stranger !== undefined && relative(stranger, file).split('/')[0] !== relative(stranger, target).split('/')[0]) {
    return `${file} may not import ${target}: providers are strangers, share through core or ports`;
  }
  const allowed = [...leaves, room.path, ...room.mayImport];
  return allowed.some((place) => within(target, place))
    ? undefined
    : `${room.path} may not import ${target}: ${room.remedy}`;
}

/** Specifiers and offsets of all imports, re-exports and literal dynamic imports. */
function importsOf(source: string, file: string): readonly (readonly [string, number])[] {
  const { module } = parseSync(file, source);
  const found: (readonly [string, number])[] = [];
  for (const item of module.staticImports) found.push([item.moduleRequest.value, item.start]);
  for (const item of module.staticExports) {
    for (const entry of item.entries) {
      if (entry.moduleRequest) found.push([entry.moduleRequest.value, item.start]);
    }
  }
  for (const item of module.dynamicImports) {
    const text = source.slice(item.moduleRequest.start, item.moduleRequest.end);
    if (/^['"].*['"]$/.test(text)) found.push([text.slice(1, -1), item.start]);
  }
  return found;
}

/** All violations under `root` (which holds `src`). Tests and their fixtures may import what they test with. */
export function findViolations(root: string): { readonly files: number; readonly violations: readonly Violation[] } {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !/\.(test|fixture)\.ts$/.test(name))
    .map((name) => `src/${name}`)
    .sort();
  const violations = files.flatMap((file) => {
    const source = readFileSync(join(root, file), 'utf8');
    return importsOf(source, file).flatMap(([specifier, start]): Violation[] => {
      const message = judgeImport(file, specifier);
      return message === undefined ? [] : [{ file, line: source.slice(0, start).split('\n').length, message }];
    });
  });
  return { files: files.length, violations };
}

if (import.meta.main) {
  const { files, violations } = findViolations(process.cwd());
  for (const { file, line, message } of violations) console.error(`${file}:${line}: ${message}`);
  if (files === 0) console.error('no source file was read: the check proves nothing');
  else console.log(`${files} files, ${violations.length} violations`);
  process.exit(files > 0 && violations.length === 0 ? 0 : 1);
}
