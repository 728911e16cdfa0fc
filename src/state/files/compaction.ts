// A shorter journal, which decides the same: the file is replaced as a whole, so that a death leaves the old
// one or the new one.

import { KeyturnError } from '../../base/errors.ts';
import { neededRecords } from '../../lifecycle/compact.ts';
import type { Compacted } from '../state-store.ts';
import type { ClaimFiles } from './claim-files.ts';
import { whileNobodyWrites } from './claims.ts';
import type { FileCustody } from './custody.ts';
import type { FileJournal } from './journal.ts';

interface JournalFiles {
  readonly journal: FileJournal;
  readonly claimFiles: ClaimFiles;
  readonly custody: FileCustody;
}

/** Throws as StateStore.compact does. */
export async function compactJournal(files: JournalFiles): Promise<Compacted> {
  const { journal, claimFiles, custody } = files;
  return await whileNobodyWrites(claimFiles, async () => {
    // I8, I11: only its rotation tells what became of a secret whose file is still there.
    const held = new Set(await custody.heldKeys());
    return await journal.compact((records) => neededRecords(records, held));
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
