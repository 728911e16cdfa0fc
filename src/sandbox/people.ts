// People who rotate their own keys: users with the right to do so, and the credentials file in which each
// has a profile, as it would be on their machine.

import type { AccessKey, PolicyDocument } from './model.ts';
import { DEFAULT_ACCOUNT_ID, type KeySeed, type World } from './world.ts';

/** What IAM's documentation lets users do with their own access keys, with any path before their name. */
const OWN_KEYS: PolicyDocument = {
  Version: '2012-10-17',
  Statement: {
    Effect: 'Allow',
    Action: [
      'iam:ListAccessKeys',
      'iam:GetAccessKeyLastUsed',
      'iam:CreateAccessKey',
      'iam:UpdateAccessKey',
      'iam:DeleteAccessKey',
    ],
    Resource: [
      // biome-ignore lint/suspicious/noTemplateCurlyInString: IAM fills it in
      'arn:aws:iam::*:user/${aws:username}',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: IAM fills it in
      'arn:aws:iam::*:user/*/${aws:username}',
    ],
  },
};

interface Person {
  readonly profile: string;
  readonly user: string;
  /** The first one is in the profile. */
  readonly keys: readonly [KeySeed & { usedDaysAgo?: number }, ...KeySeed[]];
}

/** `staging` has no room for a new key until another one is deleted. */
const PEOPLE: readonly Person[] = [
  { profile: 'production', user: 'john.doe', keys: [{ ageDays: 412, usedDaysAgo: 0 }] },
  {
    profile: 'staging',
    user: 'jane.roe',
    keys: [
      { ageDays: 203, usedDaysAgo: 1 },
      { ageDays: 640, status: 'Inactive' },
    ],
  },
  { profile: 'dev', user: 'dev.doe', keys: [{ ageDays: 12, usedDaysAgo: 2 }] },
];

const DAY_MS = 24 * 60 * 60 * 1000;

/** Adds them to the account, and returns the text of their credentials file. */
export function addPeople(world: World): string {
  const profiles = PEOPLE.map(({ profile, user, keys: [own, ...others] }) => {
    world.addUser(DEFAULT_ACCOUNT_ID, {
      name: user,
      path: '/people/',
      policies: { RotateOwnAccessKeys: OWN_KEYS },
    });
    const { usedDaysAgo = 0, ...seed } = own;
    const at = new Date(world.clock.nowMs() - usedDaysAgo * DAY_MS - 3_600_000);
    const lastUsed = { at, service: 's3' };
    const key = world.addKey(DEFAULT_ACCOUNT_ID, user, { ...seed, lastUsed });
    for (const other of others) world.addKey(DEFAULT_ACCOUNT_ID, user, other);
    return section(profile, key);
  });
  const admin = section('admin', world.administratorKey());
  return [admin, ...profiles].join('\n');
}

/** In the words of the summary. */
export const PROFILES = ['admin', ...PEOPLE.map(({ profile }) => profile)];

function section(profile: string, { id, secret }: AccessKey): string {
  return `[${profile}]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`;
}
