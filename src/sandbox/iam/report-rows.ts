// The rows of a credential report. It names no key ids, and its slots are not in the order in
// which the keys were made: whoever acts on a key must list the user's keys first.

import { isoSeconds } from '../clock.ts';
import { visibleUse } from '../last-use.ts';
import type { AccessKey, Account, User } from '../model.ts';
import type { Call } from '../operation.ts';
import { sortedUsers } from './users.ts';

const SLOTS = 2;

const HEADER = [
  'user',
  'arn',
  'user_creation_time',
  'password_enabled',
  'password_last_used',
  'password_last_changed',
  'password_next_rotation',
  'mfa_active',
  ...[1, 2].flatMap((slot) => [
    `access_key_${slot}_active`,
    `access_key_${slot}_last_rotated`,
    `access_key_${slot}_last_used_date`,
    `access_key_${slot}_last_used_region`,
    `access_key_${slot}_last_used_service`,
  ]),
  'cert_1_active',
  'cert_1_last_rotated',
  'cert_2_active',
  'cert_2_last_rotated',
];

const NO_KEY = ['false', 'N/A', 'N/A', 'N/A', 'N/A'];
const NO_CERTIFICATES = ['false', 'N/A', 'false', 'N/A'];

/** The report as of now: LF between rows, none after the last. */
export function reportCsv(call: Call): string {
  const users = sortedUsers(call);
  const hasMoreKeys = users.some((user) => user.keys.length > SLOTS);
  // The column appears only in accounts where some user has more keys than there are slots.
  const additional = (user: User | undefined): string[] => {
    if (!hasMoreKeys) return [];
    const more = user === undefined ? 0 : user.keys.length - SLOTS;
    return [more > 0 ? String(more) : 'N/A'];
  };
  const rows = [
    hasMoreKeys ? [...HEADER, 'additional_credentials_info'] : HEADER,
    [...rootRow(call.account), ...additional(undefined)],
    ...users.map((user) => [...userRow(call, user), ...additional(user)]),
  ];
  return rows.map((row) => row.map(quoted).join(',')).join('\n');
}

/** A user's name may hold a comma. */
function quoted(field: string): string {
  return field.includes(',') ? `"${field}"` : field;
}

function rootRow(account: Account): string[] {
  return [
    '<root_account>',
    `arn:${account.partition}:iam::${account.id}:root`,
    isoSeconds(account.createDate),
    'not_supported',
    'no_information',
    'not_supported',
    'not_supported',
    'true',
    ...NO_KEY,
    ...NO_KEY,
    ...NO_CERTIFICATES,
  ];
}

function userRow(call: Call, user: User): string[] {
  const slots = [...user.keys].sort((left, right) => (left.id < right.id ? -1 : 1));
  return [
    user.name,
    user.arn,
    isoSeconds(user.createDate),
    String(user.hasPassword),
    'N/A',
    'N/A',
    'N/A',
    String(user.mfaSerial !== undefined),
    ...slotFields(call, slots[0]),
    ...slotFields(call, slots[1]),
    ...NO_CERTIFICATES,
  ];
}

function slotFields(call: Call, key: AccessKey | undefined): string[] {
  if (key === undefined) return NO_KEY;
  const { clock, settings } = call.world;
  const use = visibleUse(key, clock.nowMs(), settings.lastUsedLagSeconds);
  return [
    String(key.status === 'Active'),
    // An Inactive key keeps its date, and a change of status does not move it.
    isoSeconds(key.createDate),
    use === undefined ? 'N/A' : isoSeconds(use.at),
    use?.region ?? 'N/A',
    use?.service ?? 'N/A',
  ];
}
