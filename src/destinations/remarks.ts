// What was found out about a place that does not keep it from having the pair, and may keep its readers from it:
// told when the place is looked at, in a dry run as well, once a run.

import type { JournaledTarget } from '../lifecycle/record.ts';
import type { Opening } from './kind.ts';

/** By what is the same for all places of a run. */
const TOLD = new WeakMap<Opening['credentials'], Set<string>>();

export type Remark = (text: string) => void;

export function remarksOn(
  { kind, place }: JournaledTarget,
  { emit, user, credentials }: Pick<Opening, 'emit' | 'user' | 'credentials'>,
): Remark {
  const told = TOLD.get(credentials) ?? new Set<string>();
  TOLD.set(credentials, told);
  return (remark) => {
    const key = [kind, place, user, remark].join(' ');
    if (told.has(key)) return;
    told.add(key);
    emit({ code: 'place-remarked', user, kind, place, remark });
  };
}
