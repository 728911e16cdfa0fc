// The state of one account in the table.

import type { Clock } from '../../base/clock.ts';
import { KeyturnError } from '../../base/errors.ts';
import { comparableUserName } from '../../base/user-name.ts';
import type { Box } from '../../custody/box.ts';
import type { Boxes } from '../../custody/boxes.ts';
import type { Actor } from '../../lifecycle/trail/fact.ts';
import type { Access, AccountState, AuditTrail } from '../state-store.ts';
import { TrailWriter } from '../trail-writer.ts';
import { type Writer, withUserLog } from '../user-log.ts';
import { busy, Claim, isHeld } from './claim.ts';
import { compactLongUsers } from './compaction.ts';
import { sweepLeft, tableCustody } from './custody.ts';
import { readHead } from './head.ts';
import { namesOf, namesOfKeys, namesOfRun, readOpenUsers } from './heads.ts';
import { ClaimedJournal, readHistory } from './journal.ts';
import { headKey } from './keys.ts';
import { tableNotes } from './notes.ts';
import { openTableSightings } from './sightings.ts';
import type { Table } from './table.ts';
import type { TableTrail } from './trail.ts';

export interface AccountParts {
  readonly table: Table;
  /** That seals. */
  readonly box: Box;
  readonly boxes: Boxes;
  readonly account: string;
  readonly by: Actor;
  readonly clock: Clock;
  readonly trail: TableTrail;
  /** Who works here, for people. */
  readonly owner: string;
}

export async function tableAccount(parts: AccountParts, access: Access): Promise<AccountState> {
  const { table, box, boxes, account, clock, trail, by } = parts;
  const claims = new Map<string, Claim>();
  const demandWritable = () => {
    if (access === 'write') return;
    throw new KeyturnError('state-dir', `account ${account} was opened for reading only`);
  };
  const writer = new TrailWriter(by, async (facts) => {
    demandWritable();
    await trail.write(facts, by);
  });
  const tell: AuditTrail['tell'] = (decisions) => writer.tell(decisions);
  return {
    trail: { lines: () => trail.lines(), tell },
    custody: tableCustody({
      ...{ table, account, box, boxes, demandWritable },
      claimOf: (user) => claims.get(comparableUserName(user)),
    }),
    sightings: await openTableSightings({ table, account, clock, access }),
    history: (user) => readHistory(table, account, user),
    users: () => namesOf(table, account),
    namedUnder: namesOfKeys(table, account),
    openUsers: () => readOpenUsers(table, account),
    usersOf: (asked) => namesOfRun(table, account, asked),
    notes: tableNotes({ table, account, run: by.run, demandWritable }),
    tidy: async () => {
      await sweepLeft(parts);
      return await compactLongUsers(parts);
    },
    foretell: async (user) => {
      const item = await table.get(table.name, headKey(account, user), {
        code: 'state-dir',
        what: `user ${user} cannot be read`,
      });
      const claim = readHead(item, table.name)?.claim;
      if (isHeld(claim, table)) throw busy(user, claim);
      return await readHistory(table, account, user);
    },
    exclusively: (user, work) =>
      writer.during(async () => {
        demandWritable();
        const claim = await Claim.take({ table, account, user, owner: parts.owner });
        claims.set(comparableUserName(user), claim);
        try {
          const journal = await ClaimedJournal.open(claim, trail);
          if (trail.isBehind) writer.noteBehind();
          return await withUserLog(writerOf({ claim, journal, writer }, parts), work);
        } finally {
          const name = comparableUserName(user);
          if (claims.get(name) === claim) claims.delete(name);
          await claim.release();
        }
      }),
  };
}

interface Writing {
  readonly claim: Claim;
  readonly journal: ClaimedJournal;
  readonly writer: TrailWriter;
}

function writerOf(
  { claim, journal, writer }: Writing,
  { account, by, clock }: AccountParts,
): Writer {
  return {
    ...{ account, ...by, clock, user: claim.of.user, history: journal.history, trail: writer },
    keep: (record) => journal.append(record),
    reread: () => journal.settled(),
    fence: (signedAt) => claim.fence(signedAt),
  };
}
