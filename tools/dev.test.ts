/** The script `./dev` on pretended machines: node and npm are stand-ins that write down how they were called. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const WANTED = /NODE_WANTED=(\S+)/.exec(readFileSync('dev', 'utf8'))?.[1] ?? '';

let root: string;
let checkout: string;
let machine: string;
let journal: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'serin-dev-')));
  checkout = join(root, 'check out');
  machine = join(root, 'bin');
  journal = join(root, 'journal');
  mkdirSync(join(checkout, 'bench'), { recursive: true });
  mkdirSync(machine);
  writeFileSync(journal, '');
  writeFileSync(join(checkout, 'bench/mesh.ts'), '');
  writeFileSync(join(checkout, 'package-lock.json'), '{}');
  copyFileSync('dev', join(checkout, 'dev'));
  chmodSync(join(checkout, 'dev'), 0o755);
  for (const tool of ['sh', 'cat', 'cksum', 'dirname', 'ls', 'mkdir', 'rm', 'sed', 'tr', 'uname']) {
    const found = spawnSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).stdout.trim();
    symlinkSync(found, join(machine, tool));
  }
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function program(path: string, script: string): void {
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

/** A node that tells its version, judges it as asked with `-e`, and otherwise writes down where it was and what it ran. */
const nodeScript = (version: string, isNewEnough: boolean): string =>
  `case "$1" in
  --version) echo ${version} ;;
  -e) exit ${isNewEnough ? 0 : 1} ;;
  *) echo "node ${version} in $(pwd): $*" >> '${journal}' ;;
esac`;

/** An npm that installs what it is asked for; `ci` fails where `broken` stands beside the lockfile. */
function giveNpm(): void {
  program(join(root, 'own-node'), nodeScript(`v${WANTED}`, true));
  program(
    join(machine, 'npm'),
    `echo "npm $1" >> '${journal}'
echo chatter
if [ "$1" = install ]; then
  mkdir -p .tools/node_modules/.bin
  cat '${root}/own-node' > .tools/node_modules/.bin/node
  '${process.execPath}' -e "require('fs').chmodSync('.tools/node_modules/.bin/node', 0o755)"
else
  rm -rf node_modules; mkdir node_modules
  [ ! -f broken ]
fi`,
  );
}

function dev(args: readonly string[], cwd = checkout): { code: number | null; out: string; err: string; did: string } {
  writeFileSync(journal, '');
  const { status, stdout, stderr } = spawnSync(join(checkout, 'dev'), args, {
    cwd,
    encoding: 'utf8',
    env: { PATH: machine, HOME: root, CDPATH: '/' },
  });
  return { code: status, out: stdout, err: stderr, did: readFileSync(journal, 'utf8') };
}

const ran = (what: string, cwd = checkout): string => `node v${WANTED} in ${cwd}: ${what}\n`;

test('brings Node and the packages once, quietly, and says so', () => {
  giveNpm();
  program(join(machine, 'node'), nodeScript('v20.20.2', false));
  const first = dev(['check']);
  expect(first).toMatchObject({ code: 0, out: '', did: `npm install\nnpm ci\n${ran('tools/check.ts')}` });
  expect(first.err.split('\n').filter((line) => line !== '')).toHaveLength(2);
  expect(dev(['check'])).toEqual({ code: 0, out: '', err: '', did: ran('tools/check.ts') });
});

test('installs again where the lockfile changed, and where the last time was interrupted', () => {
  giveNpm();
  dev(['check']);
  writeFileSync(join(checkout, 'package-lock.json'), '{ }');
  writeFileSync(join(checkout, 'broken'), '');
  expect(dev(['check'])).toMatchObject({ code: 1, did: 'npm ci\n' });
  rmSync(join(checkout, 'broken'));
  expect(dev(['check']).did).toBe(`npm ci\n${ran('tools/check.ts')}`);
});

test('brings Node again where the one in .tools is not the wanted one', () => {
  giveNpm();
  dev(['check']);
  program(join(checkout, '.tools/node_modules/.bin/node'), nodeScript('v24.0.0', true));
  expect(dev(['check']).did).toBe(`npm install\n${ran('tools/check.ts')}`);
});

test('a system with a new enough Node needs none of ours', () => {
  giveNpm();
  program(join(machine, 'node'), nodeScript(`v${WANTED}`, true));
  expect(dev(['demo', '--keep']).did).toBe(`npm ci\n${ran('src/main.ts demo --keep')}`);
  expect(existsSync(join(checkout, '.tools'))).toBe(false);
});

test('without npm it says what is missing', () => {
  const { code, err } = dev(['check']);
  expect(code).toBe(1);
  expect(err).toContain('npm is needed');
});

test('serin sees the paths of the folder that it was called in; the rest runs in the checkout', () => {
  giveNpm();
  expect(dev(['serin', 'apply', '-f', 'a b.yaml'], root).did).toContain(
    ran(`${checkout}/src/main.ts apply -f a b.yaml`, root),
  );
  expect(dev(['style'], root).did).toBe(ran('tools/style.ts'));
});

test('an unknown word installs nothing and shows the words that there are', () => {
  giveNpm();
  expect(dev(['chekc'])).toMatchObject({ code: 2, out: '', did: '' });
  expect(dev(['bench', 'nothing'])).toMatchObject({ code: 2, did: '' });
  expect(dev(['bench', 'nothing']).err).toContain('mesh');
  expect(dev([])).toMatchObject({ code: 0, err: '', did: '' });
  expect(dev(['bench', 'mesh', '--quick']).did).toContain(ran('bench/mesh.ts --quick'));
});
