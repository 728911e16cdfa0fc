// The state of one account, joined from its files.

import type { Clock } from '../../base/clock.ts';
import type { FileSystem } from '../../base/files/file-system.ts';
import type { Access, AccountState } from '../state-store.ts';
import { userLog } from '../user-log.ts';
import type { ClaimFiles } from './claim-files.ts';
import type { FileClaims } from './claims.ts';
import { compactWhenItPays } from './compaction.ts';
import type { FileCustody } from './custody.ts';
import type { FileJournal } from './journal.ts';
import { FileSightings } from './sightings.ts';

/** What belongs to one account on the disk. */
export interface AccountFiles {
  readonly account: string;
  readonly run: string;
  readonly clock: Clock;
  readonly fs: FileSystem;
  readonly journal: FileJournal;
  readonly claimFiles: ClaimFiles;
  readonly claims: FileClaims;
  readonly custody: FileCustody;
  readonly sightingsPath: string;
}

export async function fileAccount(files: AccountFiles, access: Access): Promise<AccountState> {
  const {
    journal,
    claimFiles,
    claims,
    custody,
    fs,
    clock,
    account,
    run,
    sightingsPath: path,
  } = files;
  return {
    custody,
    sightings: await FileSightings.open({ path, fs, clock, claims: claimFiles, access }),
    history: (user) => journal.historyOf(user),
    users: () => journal.users(),
    openUsers: () => journal.unfinished(),
    tidy: () => compactWhenItPays(files),
    foretell: async (user) => {
      await claims.assertFree(user);
      return await journal.historyOf(user);
    },
    exclusively: (user, work) =>
      claims.withClaim(user, async (claim) => {
        // Read inside the claim: what another process wrote before is then complete.
        const history = await journal.historyOf(user);
        const writer = { account, run, clock, user, history };
        return await work(
          userLog({
            ...writer,
            fence: (signedAt) => claim.fence(signedAt),
            keep: async (record) => {
              // Each record is a sign of life for the claim, and is refused once the claim is lost.
              await claim.keep();
              await journal.append(record);
            },
            reread: async () => {
              await claim.keep();
              return (await journal.historyOf(user)).records;
            },
          }),
        );
      }),
  };
}
