// Which tables a call is about.

import type { Call } from '../operation.ts';
import { Tables } from './tables.ts';

/** Those of the region that the call is signed for. */
export function tablesOf({ account, caller }: Call): Tables {
  const tables = account.tables.get(caller.region) ?? new Tables();
  account.tables.set(caller.region, tables);
  return tables;
}

export function arnOfTable({ account, caller }: Call, name: string): string {
  return `arn:${account.partition}:dynamodb:${caller.region}:${account.id}:table/${name}`;
}
