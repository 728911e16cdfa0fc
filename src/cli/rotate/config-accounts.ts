// The accounts that a configuration speaks of, as the selection of a run: which are entered, through which
// role, and which are spared.

import type { AccountSelection } from '../../app/choose-accounts.ts';
import { KeyturnError } from '../../base/errors.ts';
import { groupOf } from '../../config/evaluate.ts';
import type { Config } from '../../config/read-config.ts';
import { askedBy } from '../../config/select.ts';
import { DEFAULT_ROLE_NAME, refuseUseless } from '../flags/account-flags.ts';
import type { Values } from './options.ts';

export interface ConfiguredAccounts {
  /** Undefined for the caller's own account alone. */
  readonly selection: AccountSelection | undefined;
  /** What the organization calls its accounts, as far as they were listed. */
  readonly names: ReadonlyMap<string, string>;
}

/** Flags that name accounts narrow what the file says. Throws `bad-config`. */
export function accountsOf(
  config: Config,
  values: Pick<Values, 'roleName' | 'externalId' | 'excludeAccounts'>,
  given: AccountSelection | undefined,
): ConfiguredAccounts {
  refuseUnread(config);
  const names = new Map<string, string>();
  const { organization = false, groups = [] } = config.model.accounts ?? {};
  const ids = groups.flatMap(({ match }) => (match === 'all' ? [] : [match.id ?? []].flat()));
  const base: AccountSelection | undefined =
    given ??
    (organization || ids.length > 0
      ? {
          organization,
          named: organization ? undefined : ids,
          excluded: values.excludeAccounts ?? [],
          roleName: values.roleName ?? DEFAULT_ROLE_NAME,
          externalId: values.externalId,
        }
      : undefined);
  if (base === undefined) {
    const useless = ['excludeAccounts', 'roleName', 'externalId'] as const;
    refuseUseless(values, useless, '--organization or --accounts');
    return { selection: undefined, names };
  }
  const entranceOf: AccountSelection['entranceOf'] = ({ id, name }) => {
    if (name !== undefined) names.set(id, name);
    const account = { id, name, ou: undefined, ouIds: undefined, tags: undefined };
    const found = groupOf(config, account);
    if (found.kind === 'never') return { spared: `it is under "never" in ${config.file}` };
    if (found.kind === 'in-no-group') return { spared: `no group of ${config.file} is about it` };
    if (found.kind === 'unknown') {
      return { spared: `nobody tells what group ${found.name} of ${config.file} asks about it` };
    }
    const group = found.kind === 'group' ? groups[found.index] : undefined;
    return {
      roleName: values.roleName ?? group?.role ?? base.roleName,
      externalId: values.externalId ?? group?.external_id ?? base.externalId,
    };
  };
  return { selection: { ...base, entranceOf }, names };
}

/** Units and tags of accounts are told by other calls than the list of accounts. */
function refuseUnread({ model, file }: Config): void {
  const { units, accountTags } = askedBy(model, []);
  const what = units ? '"ou"' : accountTags ? '"tag"' : undefined;
  if (what === undefined) return;
  throw new KeyturnError(
    'bad-config',
    `${file} selects accounts by ${what}, which a run does not read: IDs and names of accounts are`,
    { hint: 'name the accounts, or patterns of their names, in the groups of accounts' },
  );
}
