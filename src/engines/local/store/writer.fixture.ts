/**
 * A process that writes batches until it is killed: five objects with the number of the batch and many journal entries, so
 * that most of its time goes into the middle of a commit.
 */
import type { JournalEntry, Write } from '../../../ports/store.ts';
import { openStore } from './open-store.ts';
import { configMap } from './store.fixture.ts';

const [path = '', entriesPerBatch = ''] = process.argv.slice(2);
const size = Number(entriesPerBatch);
const store = openStore({ path, clock: { now: () => Date.now(), sleep: () => Promise.resolve() } });
const journal = await store.journal('batches');

for (let n = journal.length / size; ; n += 1) {
  const batch: Write[] = ['a', 'b', 'c', 'd', 'e'].map((name) => ({
    op: 'apply',
    object: configMap(name, { data: { n: String(n) } }),
    manager: 'writer',
  }));
  const entries = Array.from({ length: size }, (): JournalEntry => ({ at: n, kind: 'batch', body: { n } }));
  await store.write([...batch, { op: 'append', journal: 'batches', entries }]);
  process.stdout.write(`${n}\n`);
}
