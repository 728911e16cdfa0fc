// Use case: which accounts a run is about, and in how many parts each is worked on, so that each part can be handed
// to somebody else.

import { openAccounts } from '../aws/accounts.ts';
import { KeyturnError } from '../base/errors.ts';
import { type AccountSelection, type Choice, chooseAccounts } from './choose-accounts.ts';
import { DEFAULT_ROLE } from './default-role.ts';
import type { RunContext } from './run-context.ts';

export interface ListOptions {
  /** Undefined for the caller's own account alone. */
  readonly accounts: AccountSelection | undefined;
  readonly profile: string | undefined;
  readonly region: string | undefined;
  readonly maxParallel: number;
  /** Accounts whose users are shared by so many parts, by their IDs. */
  readonly slices: ReadonlyMap<string, number>;
}

function ownAlone(account: string): AccountSelection {
  return {
    ...{ organization: false, named: [account], excluded: [] },
    ...{ roleName: DEFAULT_ROLE, externalId: undefined },
  };
}

/** What is worked on by itself. */
export interface ListedPart {
  readonly account: string;
  /** Where it is another one than that of the others. */
  readonly roleName?: string;
  readonly externalId?: string | undefined;
  /** `2/8`; left out where the account is one part. */
  readonly slice?: string;
}

export interface ListedParts extends Choice {
  readonly parts: readonly ListedPart[];
}

/** Throws what opening the caller and listing throw, and `bad-value` for slices of an account that is not listed. */
export async function listParts(
  options: ListOptions,
  context: Pick<RunContext, 'clock' | 'env' | 'emit' | 'signal'> & { readonly run: string },
): Promise<ListedParts> {
  const { accounts: asked, slices, profile, region, maxParallel } = options;
  const choice: Choice = { skipped: [], unknown: [] };
  const accounts = await openAccounts({
    ...context,
    ...{ profile, region, maxParallel },
    ...{ roleName: asked?.roleName ?? DEFAULT_ROLE, externalId: asked?.externalId },
    sessionName: `keyturn-${context.run}`,
  });
  const selection = asked ?? ownAlone(accounts.caller.account);
  try {
    const parts: ListedPart[] = [];
    const unlisted = new Set(slices.keys());
    for await (const { id, entrance } of chooseAccounts(
      accounts,
      selection,
      choice,
      context.emit,
    )) {
      unlisted.delete(id);
      const { roleName = selection.roleName, externalId = selection.externalId } = entrance ?? {};
      const part: ListedPart = {
        account: id,
        ...(roleName !== selection.roleName && { roleName }),
        ...(externalId !== selection.externalId && { externalId }),
      };
      const of = slices.get(id) ?? 1;
      if (of === 1) parts.push(part);
      else for (let at = 1; at <= of; at += 1) parts.push({ ...part, slice: `${at}/${of}` });
    }
    const [missing] = unlisted;
    if (missing !== undefined) {
      throw new KeyturnError(
        'bad-value',
        `slices names ${missing}, which is not among the accounts`,
        {
          hint: 'check the ID, or leave it out',
        },
      );
    }
    return { parts, ...choice };
  } finally {
    accounts.close();
  }
}
