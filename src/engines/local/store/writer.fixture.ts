/** A process that writes batches until it is killed: five objects and a journal entry, all with the same number. */
import { openStore } from './open-store.ts';
import type { Write } from '../../../ports/store.ts';
import { configMap } from './store.fixture.ts';

const [path = ''] = process.argv.slice(2);
const store = openStore({ path, clock: { now: () => Date.now(), sleep: () => Promise.resolve() } });
const journal = await store.journal('batches');

for (let n = journal.length; ; n += 1) {
  const data = { n: String(n), padding: 'x'.repeat(2000) };
  const batch: Write[] = ['a', 'b', 'c', 'd', 'e'].map((name) => ({
    op: 'apply',
    object: configMap(name, { data }),
    manager: 'writer',
  }));
  await store.write([...batch, { op: 'append', journal: 'batches', entries: [{ at: n, kind: 'batch', body: { n } }] }]);
  process.stdout.write(`${n}\n`);
}
