// The accounts that a configuration speaks of, as the selection of a run: which are entered, through which
// role, and which are spared.

import { KeyturnError } from '../../base/errors.ts';
import { groupOf } from '../../config/evaluate.ts';
import type { Config } from '../../config/read-config.ts';
import type { AccountSelection } from '../choose-accounts.ts';
import { DEFAULT_ROLE } from '../default-role.ts';
import type { AccountDirectory } from './account-directory.ts';
import { notMeant } from './meant-account.ts';

/** What flags say of accounts beside the file: they win, or narrow. */
export interface AskedAccounts {
  /** Accounts that flags name; undefined where the file says it. */
  readonly given: AccountSelection | undefined;
  readonly excluded: readonly string[];
  readonly roleName: string | undefined;
  readonly externalId: string | undefined;
}

/** Undefined for the caller's own account alone. */
export function accountsOfConfig(
  config: Config,
  asked: AskedAccounts,
  directory: AccountDirectory,
): AccountSelection | undefined {
  const { organization = false, groups = [] } = config.model.accounts ?? {};
  const ids = groups.flatMap(({ match }) => (match === 'all' ? [] : [match.id ?? []].flat()));
  const isOfSeveral = organization || ids.length > 0;
  const ofFile: AccountSelection = {
    organization,
    named: organization ? undefined : ids,
    excluded: asked.excluded,
    roleName: asked.roleName ?? DEFAULT_ROLE,
    externalId: asked.externalId,
  };
  const base = asked.given ?? (isOfSeveral ? ofFile : undefined);
  if (base === undefined) return undefined;
  const entranceOf: AccountSelection['entranceOf'] = async (account, accounts) => {
    const { facts, untold } = await directory.learn(account, accounts);
    const found = groupOf(config, facts);
    const isAsked = asked.given?.named?.includes(account.id) ?? false;
    if (isAsked && (found.kind === 'never' || found.kind === 'in-no-group')) {
      return { unjudged: notMeant(account.id, config.file) };
    }
    if (found.kind === 'never') return { spared: `it is under "never" in ${config.file}` };
    if (found.kind === 'in-no-group') return { spared: `no group of ${config.file} is about it` };
    if (found.kind === 'unknown') {
      return { unjudged: notJudged(account.id, { group: found.name, file: config.file, untold }) };
    }
    const group = found.kind === 'group' ? groups[found.index] : undefined;
    return {
      roleName: asked.roleName ?? group?.role ?? base.roleName,
      externalId: asked.externalId ?? group?.external_id ?? base.externalId,
    };
  };
  return { ...base, entranceOf };
}

interface Open {
  readonly group: string;
  readonly file: string;
  readonly untold: KeyturnError | undefined;
}

function notJudged(id: string, { group, file, untold }: Open): KeyturnError {
  const what = group === 'never' ? '"never"' : `group ${group}`;
  const why = untold === undefined ? '' : `: ${untold.message}`;
  return new KeyturnError(
    'account-not-judged',
    `account ${id} was not entered: nobody tells what ${what} of ${file} asks about it${why}`,
    { cause: untold, hint: 'grant what is missing, or name the account by its ID' },
  );
}
