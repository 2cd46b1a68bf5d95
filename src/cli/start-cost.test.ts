import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const source = resolve(import.meta.dirname, '..');

/** Files and packages that are loaded with a file, without what is imported on demand or only as types. */
function loadedWith(entry: string): { readonly files: ReadonlySet<string>; readonly packages: ReadonlySet<string> } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    const text = readFileSync(file, 'utf8');
    for (const [, specifier = ''] of text.matchAll(/^(?:import|export) (?!type )(?:[^'"]*? from )?'([^']+)'/gm)) {
      if (specifier.startsWith('.')) visit(join(dirname(file), specifier));
      else packages.add(specifier);
    }
  };
  visit(entry);
  return { files, packages };
}

/** Reads start fast because they load little: no schemas, no server, no YAML. */
test.each(['get', 'status', 'logs', 'delete', 'scale', 'pause', 'watch', 'events'])(
  '%s loads only what it needs',
  (name) => {
    const parts = [
      'cli/run.ts',
      'cli/terminal.ts',
      'cli/version.ts',
      'cli/client.ts',
      'cli/remote-store.ts',
      `cli/commands/${name}.ts`,
    ].map((file) => loadedWith(join(source, file)));
    const files = new Set(parts.flatMap((part) => [...part.files]));
    const packages = [...new Set(parts.flatMap((part) => [...part.packages]))].filter(
      (one) => !one.startsWith('node:'),
    );
    expect(files.size).toBeGreaterThan(20);
    expect(packages.toSorted()).toEqual(['commander']);
    expect(
      [...files].map((file) => relative(source, file)).filter((file) => /^(server|engines|mesh)\//.test(file)),
    ).toEqual([]);
  },
);
