// A shorter journal, which decides the same: the file is replaced as a whole, so that a death leaves the old
// one or the new one.

import { KeyturnError } from '../../base/errors.ts';
import { neededRecords } from '../../lifecycle/compact.ts';
import type { JournalRecord } from '../../lifecycle/record.ts';
import type { Actor } from '../../lifecycle/trail/fact.ts';
import type { Compacted } from '../state-store.ts';
import type { ClaimFiles } from './claim-files.ts';
import { whileNobodyWrites } from './claims.ts';
import type { FileCustody } from './custody.ts';
import type { FileJournal } from './journal.ts';
import type { FileTrail } from './trail.ts';

interface JournalFiles {
  readonly journal: FileJournal;
  readonly claimFiles: ClaimFiles;
  readonly custody: FileCustody;
  readonly trail: FileTrail;
  readonly by: Actor;
}

/** Throws as StateStore.compact does. */
export async function compactJournal(files: JournalFiles): Promise<Compacted> {
  const { journal, claimFiles, custody, trail, by } = files;
  return await whileNobodyWrites(claimFiles, async () => {
    // I8, I11: only its rotation tells what became of a secret whose file is still there.
    const held = new Set(await custody.heldKeys());
    const needed = (records: readonly JournalRecord[]) => neededRecords(records, held);
    return await journal.compact(needed, (shorter) => trail.announce(shorter, by));
  });
}

/** As AccountState.tidy. */
export async function compactWhenItPays(files: JournalFiles): Promise<Compacted | undefined> {
  if (!(await files.journal.isLong())) return undefined;
  try {
    return await compactJournal(files);
  } catch (thrown) {
    // The last of several runs finds nobody else at work.
    if (thrown instanceof KeyturnError && thrown.code === 'rotation-in-progress') return undefined;
    throw thrown;
  }
}
