// The flags that say which accounts a command is about, and how they become one selection. Shared by
// rotate-iam-keys, keyturn recover and keyctl --list-all-keys.

import type { AccountSelection } from '../../app/choose-accounts.ts';
import { DEFAULT_ROLE } from '../../app/default-role.ts';
import { KeyturnError } from '../../base/errors.ts';
import type { Flag, FlagTable, FlagValues } from './flag.ts';
import * as rule from './value-rules.ts';

const ACCOUNTS = 'Several accounts';

export const DEFAULT_ROLE_NAME = DEFAULT_ROLE;

export const ROLE_FLAGS = {
  roleName: {
    names: ['role-name'],
    rule: rule.roleName,
    group: ACCOUNTS,
    about:
      "The role through which an account is entered. The caller's own account needs none: its calls are signed with the caller's credentials.",
    fallback: DEFAULT_ROLE_NAME,
  },
  externalId: {
    names: ['external-id'],
    rule: rule.externalId,
    group: ACCOUNTS,
    about: 'The external ID that the trust policy of the role demands.',
    fallback: 'none',
  },
} as const satisfies Record<string, Flag<string>>;

export const ACCOUNT_FLAGS = {
  organization: {
    names: ['organization'],
    rule: rule.boolean,
    group: ACCOUNTS,
    about:
      "Every active account of the caller's organization. Run it in the management account, or in a delegated administrator's.",
  },
  accounts: {
    names: ['accounts'],
    rule: rule.accountIds,
    group: ACCOUNTS,
    about:
      'Exactly these accounts, without asking which there are; with --organization only these of its accounts.',
    fallback: "the caller's own account",
  },
  excludeAccounts: {
    names: ['exclude-accounts'],
    rule: rule.accountIds,
    group: ACCOUNTS,
    about: 'Skip these accounts, even if another flag names them.',
    fallback: 'none',
  },
  ...ROLE_FLAGS,
} as const satisfies FlagTable;

type Values = FlagValues<typeof ACCOUNT_FLAGS>;

/** Undefined for the caller's own account alone. Throws `conflicting-flags`. */
export function selectionOf(values: Values): AccountSelection | undefined {
  const { organization, accounts: named, excludeAccounts: excluded = [] } = values;
  if (organization !== true && named === undefined) {
    // A scheduler that sends every field says --organization=false, and then the rest is no mistake.
    if (organization === undefined) {
      const names = ['excludeAccounts', 'roleName', 'externalId'] as const;
      refuseUseless(values, names, '--organization or --accounts');
    }
    return undefined;
  }
  if (named?.every((id) => excluded.includes(id))) {
    throw new KeyturnError(
      'conflicting-flags',
      'every account of --accounts is left out by --exclude-accounts',
      { hint: 'name an account that is not excluded' },
    );
  }
  const idle =
    organization === true ? undefined : excluded.find((id) => named?.includes(id) === false);
  if (idle !== undefined) {
    throw new KeyturnError(
      'conflicting-flags',
      `${idle} of --exclude-accounts is not among --accounts, so nothing would be left out`,
      { hint: 'check the ID, so that the account that is meant is spared; or leave it out' },
    );
  }
  return {
    organization: organization ?? false,
    named,
    excluded,
    roleName: values.roleName ?? DEFAULT_ROLE_NAME,
    externalId: values.externalId,
  };
}

/** Refuses a flag that says how accounts are entered, or which are left out, where only one is worked on. */
export function refuseUseless<Name extends keyof typeof ACCOUNT_FLAGS>(
  values: { readonly [Each in Name]: unknown },
  names: readonly Name[],
  needed: string,
): void {
  const useless = names.find((name) => values[name] !== undefined);
  if (useless === undefined) return;
  const flag = `--${ACCOUNT_FLAGS[useless].names[0]}`;
  throw new KeyturnError('conflicting-flags', `${flag} has no effect without ${needed}`, {
    hint: `add ${needed}, or leave ${flag} out`,
  });
}
