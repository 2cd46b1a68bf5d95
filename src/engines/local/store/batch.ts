/** A batch of writes on a draft: all of it or nothing. */
import type { Write, WriteResult } from '../../../ports/store.ts';
import { deleteObject } from './delete-object.ts';
import { applyObject, createObject, updateObject, updateStatus } from './write-object.ts';
import type { OneResult, Writing } from './writing.ts';

/** Namespaces come first, whatever the order in the files. @throws Fault */
export function runBatch(writing: Writing, batch: readonly Write[]): WriteResult {
  const order = batch.map((write, index) => ({ write, index, rank: rankOf(write) })).sort((a, b) => a.rank - b.rank);
  const results: OneResult[] = [];
  for (const { write, index } of order) results[index] = runWrite(writing, write);
  return { results, resourceVersion: String(writing.draft.version()) };
}

function rankOf(write: Write): number {
  const isNamespace = (write.op === 'create' || write.op === 'apply') && write.object.kind === 'Namespace';
  return isNamespace ? 0 : 1;
}

function runWrite(writing: Writing, write: Write): OneResult {
  switch (write.op) {
    case 'create':
      return createObject(writing, write.object);
    case 'update':
      return updateObject(writing, write.object);
    case 'status':
      return updateStatus(writing, write.object);
    case 'apply':
      return applyObject(writing, write.object, write.manager);
    case 'delete':
      return deleteObject(writing, write);
    case 'append':
      writing.draft.append({ journal: write.journal, entries: write.entries });
      return { outcome: write.entries.length === 0 ? 'same' : 'changed' };
  }
}
