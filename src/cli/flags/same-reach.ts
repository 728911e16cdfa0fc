// How another command reaches the same account and the same state, for hints that can be pasted.

import type { SameReach } from '../../base/key-command.ts';

interface Given {
  readonly profile: string | undefined;
  readonly region: string | undefined;
  readonly stateDir: string | undefined;
  readonly roleName: string | undefined;
  readonly externalId: string | undefined;
}

/** `account` is undefined for the caller's own account, which is entered through no role. */
export function sameReach(values: Given, account: string | undefined): SameReach {
  const member = account === undefined ? [] : ['--account', account, ...roleFlags(values)];
  return {
    flags: [
      ...member,
      ...flag('profile', values.profile),
      ...flag('region', values.region),
      ...flag('state-dir', values.stateDir),
    ],
  };
}

/** How accounts are entered. */
export function roleFlags({
  roleName,
  externalId,
}: Pick<Given, 'roleName' | 'externalId'>): string[] {
  return [...flag('role-name', roleName), ...flag('external-id', externalId)];
}

function flag(name: string, value: string | undefined): string[] {
  return value === undefined ? [] : [`--${name}`, value];
}
