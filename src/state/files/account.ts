// The state of one account, joined from its files.

import { dirname } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { KeyturnError } from '../../base/errors.ts';
import { type FileSystem, systemReason } from '../../base/files/file-system.ts';
import type { JournalRecord } from '../../lifecycle/record.ts';
import type { Actor } from '../../lifecycle/trail/fact.ts';
import type { KeptLine } from '../../lifecycle/trail/verify.ts';
import type { Access, AccountState } from '../state-store.ts';
import { TrailWriter, type WriteTrail } from '../trail-writer.ts';
import { type Writer, withUserLog } from '../user-log.ts';
import type { ClaimFiles } from './claim-files.ts';
import type { FileClaims } from './claims.ts';
import { compactWhenItPays } from './compaction.ts';
import type { FileCustody } from './custody.ts';
import type { FileJournal } from './journal.ts';
import { fileNotes } from './notes.ts';
import { FileSightings } from './sightings.ts';
import type { FileTrail } from './trail.ts';
import type { TrailFile } from './trail-file.ts';

/** What belongs to one account on the disk. */
export interface AccountFiles {
  readonly account: string;
  readonly clock: Clock;
  readonly fs: FileSystem;
  readonly journal: FileJournal;
  readonly claimFiles: ClaimFiles;
  readonly claims: FileClaims;
  readonly custody: FileCustody;
  readonly sightingsPath: string;
  readonly trail: FileTrail;
  readonly trailFile: TrailFile;
  readonly by: Actor;
}

export async function fileAccount(files: AccountFiles, access: Access): Promise<AccountState> {
  const { journal, claimFiles, claims, custody, fs, clock, account, by } = files;
  const path = files.sightingsPath;
  const write: WriteTrail = async (facts) => {
    demandWritable(account, access);
    await files.trail.write(facts, by);
  };
  const trail = new TrailWriter(by, write, () => files.trail.rest());
  return {
    custody,
    sightings: await FileSightings.open({ path, fs, clock, claims: claimFiles, access }),
    trail: { lines: () => linesOf(files.trailFile), tell: (decisions) => trail.tell(decisions) },
    history: (user) => journal.historyOf(user),
    users: () => journal.users(),
    namedUnder: (keyId) => journal.namedUnder(keyId),
    openUsers: () => journal.unfinished(),
    usersOf: (asked) => journal.usersOf(asked),
    notes: fileNotes({
      ...{ directory: dirname(path), fs, run: by.run },
      demandWritable: () => demandWritable(account, access),
    }),
    tidy: async () => {
      await custody.sweepLeft(clock.now());
      return await compactWhenItPays(files);
    },
    foretell: async (user) => {
      await claims.assertFree(user);
      return await journal.historyOf(user);
    },
    exclusively: (user, work) =>
      trail.during(() =>
        claims.withClaim(user, async (claim) => {
          // Read inside the claim: what another process wrote before is then complete.
          const history = await journal.historyOf(user);
          const writer = { account, ...by, clock, user, history, trail };
          // Each record is a sign of life for the claim, and is refused once the claim is lost.
          const keepAll = async (records: readonly JournalRecord[]) => {
            await claim.keep();
            await journal.append(...records);
          };
          const log: Writer = {
            ...writer,
            fence: (signedAt) => claim.fence(signedAt),
            keep: (record) => keepAll([record]),
            keepAll,
            reread: async () => {
              await claim.keep();
              return (await journal.historyOf(user)).records;
            },
          };
          return await withUserLog(log, work);
        }),
      ),
  };
}

async function* linesOf(file: TrailFile): AsyncGenerator<KeptLine> {
  try {
    yield* file.lines();
  } catch (error) {
    throw new KeyturnError(
      'state-dir',
      `audit trail ${file.path} cannot be read: ${systemReason(error)}`,
      { cause: error, hint: 'repair the file or its permissions (0600)' },
    );
  }
}

function demandWritable(account: string, access: Access): void {
  if (access === 'write') return;
  throw new KeyturnError('state-dir', `account ${account} was opened for reading only`);
}
