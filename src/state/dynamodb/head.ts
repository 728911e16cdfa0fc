// The head of a user: who works on them, for how long, and how many records they have. It is never deleted
// and never expires: a new one would count from the beginning, and the number of a sleeping writer fit again.

import type { TableItem } from '../../base/aws-tables.ts';
import { KeyturnError } from '../../base/errors.ts';
import { HEADS, TABLE_FORMAT } from './keys.ts';

export interface Head {
  /** As spelled in the latest record. */
  readonly user: string;
  /** Undefined where nobody works on the user. */
  readonly claim: HeadClaim | undefined;
  /** Rises with each claim. */
  readonly epoch: number;
  /** The number of the latest record; there are gaps where records were dropped. */
  readonly seq: number;
  readonly count: number;
  /** The first record that is to be told in the audit trail; undefined where none is. */
  readonly toldFrom: number | undefined;
  /** Names the write that recorded last. */
  readonly w: string | undefined;
}

export interface HeadClaim {
  readonly nonce: string;
  readonly owner: string;
  /** By the clock of the table. */
  readonly untilMs: number;
}

/** What somebody has before anything is known of them. */
export const NO_HEAD = {
  ...{ epoch: 0, seq: 0, count: 0, w: undefined, claim: undefined, toldFrom: undefined },
} as const;

/** Throws `journal-newer`, `journal-damaged`. */
export function readHead(item: TableItem | undefined, where: string): Head | undefined {
  if (item === undefined) return undefined;
  const { user, epoch, seq, count, fmt, w, nonce, owner, until, sk, tr } = item;
  refuseNewer(fmt, where);
  const isWhole = [epoch, seq, count].every((number) => typeof number === 'number');
  if (!isWhole || typeof user !== 'string') {
    throw new KeyturnError(
      'journal-damaged',
      `the head of ${nameIn(sk)} in ${where} is not whole`,
      {
        hint: 'restore the table from a backup, or look at that item',
      },
    );
  }
  const claim =
    typeof nonce === 'string'
      ? { nonce, owner: String(owner ?? ''), untilMs: Number(until ?? 0) }
      : undefined;
  return {
    ...{ user, claim, epoch: Number(epoch), seq: Number(seq), count: Number(count) },
    w: typeof w === 'string' ? w : undefined,
    toldFrom: typeof tr === 'number' ? tr : undefined,
  };
}

function nameIn(sk: unknown): string {
  return `user ${String(sk).slice(HEADS.length)}`;
}

/** Throws `journal-newer`. */
export function refuseNewer(format: unknown, where: string): void {
  if (typeof format !== 'number' || format <= TABLE_FORMAT) return;
  throw new KeyturnError(
    'journal-newer',
    `${where} has format version ${format}, and this version knows ${TABLE_FORMAT}`,
    { hint: 'use the newer keyturn that wrote the journal' },
  );
}
