// How a place of this kind is written: dynamodb:TABLE, or dynamodb:TABLE@REGION.

import { KeyturnError } from '../../base/errors.ts';

export interface TablePlace {
  readonly table: string;
  /** That of the run when undefined. */
  readonly region: string | undefined;
}

const PREFIX = 'dynamodb:';
/** As AWS names tables; and the second table has a longer name. */
const PLACE = /^dynamodb:([\w.-]{3,247})(?:@(.*))?$/s;
const REGION = /^[a-z]{2,5}(?:-[a-z]+)+-\d{1,2}$/;

export function isTablePlace(place: string): boolean {
  return place.startsWith(PREFIX);
}

/** Throws `bad-value`. */
export function readTablePlace(place: string): TablePlace {
  const [, table, region] = PLACE.exec(place) ?? [];
  if (table !== undefined && (region === undefined || REGION.test(region)))
    return { table, region };
  if (table !== undefined) {
    throw new KeyturnError('bad-value', `${JSON.stringify(place)} names no region after the "@"`, {
      hint: `write the region as AWS does, as in dynamodb:${table}@eu-central-1, or leave it out`,
    });
  }
  throw new KeyturnError('bad-value', `${JSON.stringify(place)} names no table`, {
    hint: 'write dynamodb:TABLE or dynamodb:TABLE@REGION; a name has 3 to 247 letters, digits, ".", "-" and "_"',
  });
}

/** Apart from all else, so that no backup of the journal has a secret in it. */
export function custodyTableOf(table: string): string {
  return `${table}-custody`;
}

/** The key that encrypts secrets, unless another one is named. */
export function defaultKeyOf(table: string): string {
  return `alias/${table.replace(/\./g, '-')}`;
}

/** Undefined for a key of somebody else: only one that is named by an alias is made with the tables. */
export function ownKeyOf(keyId: string | undefined): string | undefined {
  return keyId?.startsWith('alias/') ? keyId : undefined;
}
