/** What `npm pack` makes, installed into an empty folder without development packages and used from there. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from './support/serin.ts';

interface Packed {
  readonly filename: string;
  readonly integrity: string;
  readonly files: readonly { readonly path: string; readonly mode: number }[];
}

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>;
}

const INSTALL_WITHIN_MS = 240_000;
const root = resolve(import.meta.dirname, '../..');
const readJson = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;
const manifest = readJson<Manifest>(join(root, 'package.json'));

/**
 * The lockfile of a folder that has nothing but the tarball: our own runtime packages at the tested versions, so that
 * what the registry offers today decides nothing here, and a filled cache makes it work offline.
 */
function lockfileFor(packed: Packed): object {
  const { packages } = readJson<Lock>(join(root, 'package-lock.json'));
  const runtime = Object.entries(packages).filter(([path, { dev }]) => path !== '' && dev !== true);
  const { version, dependencies } = manifest;
  return {
    lockfileVersion: 3,
    packages: {
      '': { dependencies: { serin: `file:${packed.filename}` } },
      'node_modules/serin': {
        version,
        dependencies,
        resolved: `file:${packed.filename}`,
        integrity: packed.integrity,
        bin: { serin: 'dist/main.js' },
      },
      ...Object.fromEntries(runtime),
    },
  };
}

/** Standard output; a failure shows all that was printed. */
function execute(program: string, args: readonly string[], cwd: string): string {
  const options = { cwd, encoding: 'utf8', timeout: INSTALL_WITHIN_MS, maxBuffer: 1e8 } as const;
  const { status, stdout, stderr } = spawnSync(program, args, options);
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${String(status)}\n${stdout}${stderr}`);
  return stdout;
}

const npm = (args: readonly string[], cwd: string): string =>
  execute('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], cwd);

describe('the package', () => {
  let folder: string;
  let packed: Packed;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'serin-package-'));
    execute(process.execPath, ['tools/build.ts'], root);
    const [first] = JSON.parse(
      npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root),
    ) as Packed[];
    if (first === undefined) throw new Error('npm pack made nothing');
    packed = first;
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ dependencies: { serin: `file:${packed.filename}` } }));
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lockfileFor(packed)));
    npm(['install', '--omit=dev', '--prefer-offline'], folder);
  }, INSTALL_WITHIN_MS);

  afterAll(() => {
    serin('down');
    rmSync(folder, { recursive: true, force: true });
  });

  const inPackage = (...path: string[]): string => join(folder, 'node_modules/serin', ...path);

  /** The installed command, as a shell finds it; Node may not strip types for it. */
  function serin(...args: string[]): { readonly code: number | null; readonly out: string; readonly err: string } {
    const { status, stdout, stderr } = spawnSync(join(folder, 'node_modules/.bin/serin'), args, {
      cwd: folder,
      encoding: 'utf8',
      timeout: 90_000,
      env: {
        ...process.env,
        PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
        SERIN_DATA: join(folder, 'data'),
        NODE_OPTIONS: '--no-experimental-strip-types',
        LC_ALL: 'C',
        NO_COLOR: '1',
      },
    });
    return { code: status, out: stdout, err: stderr };
  }

  const must = (...args: string[]): string => {
    const { code, out, err } = serin(...args);
    if (code !== 0) throw new Error(`serin ${args.join(' ')} ended with code ${String(code)}\n${out}${err}`);
    return out;
  };

  test('holds what a user needs, and nothing of the workshop', () => {
    const paths = packed.files.map(({ path }) => path);
    for (const path of ['README.md', 'README.zh.md', 'LICENSE', 'dist/mesh/worker.js', 'examples/bookinfo/load.mjs']) {
      expect(paths).toContain(path);
    }
    expect(paths.filter((path) => /\.ts$|\.test\.js$|fixture|test-bed|^(?:src|tools|test|bench)\//.test(path))).toEqual(
      [],
    );
    expect(statSync(inPackage('dist/main.js')).mode & 0o111).toBe(0o111);
  });

  test('brings no development package', () => {
    const installed = readdirSync(join(folder, 'node_modules'));
    for (const name of Object.keys(manifest.dependencies)) {
      expect(existsSync(join(folder, 'node_modules', name)), name).toBe(true);
    }
    const found = Object.keys(manifest.devDependencies).filter((name) =>
      existsSync(join(folder, 'node_modules', name)),
    );
    expect(found).toEqual([]);
    expect(installed).not.toContain('@types');
  });

  test('knows its version and its commands', () => {
    expect(must('version')).toContain(manifest.version);
    expect(must('help')).toContain('apply');
    expect(must('help', 'apply')).toContain('--filename');
  });

  test('serves the example that it brings', async () => {
    const bookinfo = inPackage('examples/bookinfo');
    expect(must('up', '--detach', '--port', '0', '--config', join(bookinfo, 'serin.yaml'))).toContain('Serin is ready');
    must('apply', '-f', join(bookinfo, 'bookinfo.yaml'), '-f', join(bookinfo, 'gateway.yaml'));
    const html = await until('the page of the shop', async () => {
      const answer = await fetch('http://127.0.0.1:8080/productpage').catch(() => undefined);
      const text = await answer?.text();
      return answer?.status === 200 && answer.headers.get('x-reviews-status') === '200' ? text : undefined;
    });
    expect(html).toContain('<html');
    expect(must('get', 'pods')).toContain('reviews-v1');
    must('down');
    expect(serin('status').code).toBe(7);
  });
});
