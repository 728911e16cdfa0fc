// Where things are in the table. Records are apart from heads, so that only heads share the partition of
// an account; nothing in a user's name is a `#`.
//
//   A               <account>      an account that has state
//   A#<account>     H#<user>       head: who works on the user, how many records there are, what is open
//   A#<account>     S#<number>     sightings, packed
//   A#<account>     N#<part>       what a part of a run said when it was over
//   U#<account>#<user>  R#<seq>    a record
//   T#<account>     H              the audit trail: where its chain stands,
//   T#<account>     L#<number>     a line of it,
//   T#<account>     U#<user>       up to which record the user is told in it
//   N               <name>         what was said to whom
//   A#<account>     K#<key>        custody of a secret; in the second table, and so are
//   A#<account>     E#<key>        its encrypted form, for its recipients

import type { AccessKeyId } from '../../base/access-key-id.ts';
import type { ItemKey } from '../../base/aws-tables.ts';
import { comparableUserName } from '../../base/user-name.ts';

/** What is written by this version; a table of a newer one is refused. */
export const TABLE_FORMAT = 1;

/** What proves that a table can be written. */
export const PROBES = 'P';
export const ACCOUNTS = 'A';
export const NOTICES = 'N';
export const HEADS = 'H#';
export const RECORDS = 'R#';
export const SHARDS = 'S#';
export const NOTES = 'N#';
export const SECRETS = 'K#';
export const SEALED = 'E#';

export function accountKey(account: string): ItemKey {
  return { pk: ACCOUNTS, sk: account };
}

export function noticeKey(name: string): ItemKey {
  return { pk: NOTICES, sk: name };
}

export function partitionOf(account: string): string {
  return `A#${account}`;
}

export function headKey(account: string, user: string): ItemKey {
  return { pk: partitionOf(account), sk: `${HEADS}${comparableUserName(user)}` };
}

export function recordsOf(account: string, user: string): string {
  return `U#${account}#${comparableUserName(user)}`;
}

export function recordKey(account: string, user: string, seq: number): ItemKey {
  return { pk: recordsOf(account, user), sk: `${RECORDS}${String(seq).padStart(8, '0')}` };
}

export function noteKey(account: string, part: string): ItemKey {
  return { pk: partitionOf(account), sk: `${NOTES}${part}` };
}

export function secretKey(account: string, keyId: AccessKeyId): ItemKey {
  return { pk: partitionOf(account), sk: `${SECRETS}${keyId}` };
}

export function sealedKey(account: string, keyId: AccessKeyId): ItemKey {
  return { pk: partitionOf(account), sk: `${SEALED}${keyId}` };
}

export const TRAIL_LINES = 'L#';
export const TOLD = 'U#';

export function trailOf(account: string): string {
  return `T#${account}`;
}

export function trailHeadKey(account: string): ItemKey {
  return { pk: trailOf(account), sk: 'H' };
}

export function trailLineKey(account: string, index: number): ItemKey {
  return { pk: trailOf(account), sk: `${TRAIL_LINES}${String(index).padStart(10, '0')}` };
}

export function toldKey(account: string, user: string): ItemKey {
  return { pk: trailOf(account), sk: `${TOLD}${comparableUserName(user)}` };
}

/** Every partition that a run about these accounts touches, `*` for any user: for conditions of policies. */
export function partitionsOfRun(accounts: readonly string[]): readonly string[] {
  const own = accounts.flatMap((id) => [partitionOf(id), recordsOf(id, '*'), trailOf(id)]);
  return [PROBES, ACCOUNTS, NOTICES, ...own];
}
