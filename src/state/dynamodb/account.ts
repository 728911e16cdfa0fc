// The state of one account in the table.

import type { Clock } from '../../base/clock.ts';
import { KeyturnError } from '../../base/errors.ts';
import { comparableUserName } from '../../base/user-name.ts';
import type { Access, AccountState, UserLog } from '../state-store.ts';
import { userLog } from '../user-log.ts';
import type { Box } from './box.ts';
import { busy, Claim, isHeld } from './claim.ts';
import { compactLongUsers } from './compaction.ts';
import { tableCustody } from './custody.ts';
import { readHead } from './head.ts';
import { namesOf, readOpenUsers } from './heads.ts';
import { ClaimedJournal, readHistory } from './journal.ts';
import { headKey } from './keys.ts';
import { openTableSightings } from './sightings.ts';
import type { Table } from './table.ts';

export interface AccountParts {
  readonly table: Table;
  readonly box: Box;
  readonly account: string;
  readonly run: string;
  readonly clock: Clock;
  /** Who works here, for people. */
  readonly owner: string;
}

export async function tableAccount(parts: AccountParts, access: Access): Promise<AccountState> {
  const { table, box, account, clock } = parts;
  const claims = new Map<string, Claim>();
  const demandWritable = () => {
    if (access === 'write') return;
    throw new KeyturnError('state-dir', `account ${account} was opened for reading only`);
  };
  return {
    custody: tableCustody({
      ...{ table, account, box, demandWritable, known: new Map() },
      claimOf: (user) => claims.get(comparableUserName(user)),
    }),
    sightings: await openTableSightings({ table, account, clock, access }),
    history: (user) => readHistory(table, account, user),
    users: () => namesOf(table, account),
    openUsers: () => readOpenUsers(table, account),
    tidy: () => compactLongUsers(parts),
    foretell: async (user) => {
      const item = await table.get(table.name, headKey(account, user), {
        code: 'state-dir',
        what: `user ${user} cannot be read`,
      });
      const claim = readHead(item, table.name)?.claim;
      if (isHeld(claim, table)) throw busy(user, claim);
      return await readHistory(table, account, user);
    },
    exclusively: async (user, work) => {
      demandWritable();
      const claim = await Claim.take({ table, account, user, owner: parts.owner });
      claims.set(comparableUserName(user), claim);
      try {
        return await work(await openLog(claim, parts));
      } finally {
        if (claims.get(comparableUserName(user)) === claim) claims.delete(comparableUserName(user));
        await claim.release();
      }
    },
  };
}

async function openLog(claim: Claim, { account, run, clock }: AccountParts): Promise<UserLog> {
  const journal = await ClaimedJournal.open(claim);
  return userLog({
    ...{ account, run, clock, user: claim.of.user, history: journal.history },
    keep: (record) => journal.append(record),
    reread: () => journal.settled(),
    fence: (signedAt) => claim.fence(signedAt),
  });
}
