// The keys of a user as a list has them, before anything is made of them.

import type { ReportSlot, ReportUser } from '../../aws/credential-report.ts';
import type { DatedKey } from '../../lifecycle/dated-keys.ts';
import type { AccessKey } from '../../lifecycle/keys.ts';
import { SAME_DATE_MS } from '../../lifecycle/slot-sighting.ts';

export interface ListedUser {
  readonly user: string;
  readonly keys: readonly DatedKey[];
  /** Whether AWS has named the IDs, or only the dates. */
  readonly isRead: boolean;
  /** Whether the user has keys that are not among these. */
  readonly hasMoreKeys?: boolean;
  /** Whether they can sign in to the console; left out where nobody told it. */
  readonly hasPassword?: boolean | undefined;
}

/** The report of a whole account has a date for every key. */
export function reportedUser(reported: ReportUser): ListedUser {
  const { name: user, slots, hasMoreKeys, hasPassword } = reported;
  const keys = slots.flatMap((slot) => datedKey(slot) ?? []);
  return { user, keys, isRead: false, hasMoreKeys, hasPassword };
}

function datedKey({ isActive, createdAt, lastUse }: ReportSlot): DatedKey | undefined {
  if (createdAt === undefined) return undefined;
  return { id: undefined, status: isActive ? 'Active' : 'Inactive', createdAt, lastUse };
}

/** The keys that AWS lists, with the last uses that the report has for their dates. */
export function readUser(
  { user, keys: reported, hasPassword }: ListedUser,
  keys: readonly AccessKey[],
): ListedUser {
  const useOf = ({ createdAt }: AccessKey): DatedKey['lastUse'] => {
    const [slot, second] = reported.filter(
      (each) => Math.abs(each.createdAt.getTime() - createdAt.getTime()) <= SAME_DATE_MS,
    );
    // Two keys of one second cannot be told apart.
    return slot === undefined || second !== undefined ? 'unreadable' : slot.lastUse;
  };
  const used = keys.map((key) => ({ ...key, lastUse: useOf(key) }));
  return { user, keys: used, isRead: true, hasPassword };
}
