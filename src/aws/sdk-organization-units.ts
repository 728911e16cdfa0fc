// Where the accounts of an organization are, and their tags, over the SDK. From the root down it is two calls for
// each unit, however many accounts there are; from each account up it would be two or more for each account.
// Loaded only when a configuration asks.

import {
  ListAccountsForParentCommand,
  ListOrganizationalUnitsForParentCommand,
  ListRootsCommand,
  ListTagsForResourceCommand,
  type OrganizationsClient,
} from '@aws-sdk/client-organizations';
import pMap from 'p-map';
import type { AccountsGateway, AccountUnits } from './accounts-gateway.ts';
import { unreadable } from './sdk-answer.ts';
import {
  type OrganizationSource,
  organizationsClient,
  pagesOf,
  stopped,
} from './sdk-organization.ts';

/** AWS accepts some ten of these calls a second. */
const PARALLEL = 4;

interface NamedUnit {
  readonly id: string;
  readonly name: string;
}

interface UnitPlace extends AccountUnits {
  readonly id: string;
}

/** One client for all calls of a run. */
export function openUnits(source: OrganizationSource): Pick<AccountsGateway, 'units' | 'tagsOf'> {
  const client = organizationsClient(source);
  return {
    units: () => readUnits(client, source),
    tagsOf: (account) => readAccountTags(client, account, source),
  };
}

async function readUnits(
  client: OrganizationsClient,
  source: OrganizationSource,
): Promise<ReadonlyMap<string, AccountUnits>> {
  const options = stopped(source);
  const found = new Map<string, AccountUnits>();

  async function roots(): Promise<readonly NamedUnit[]> {
    const permission = 'organizations:ListRoots';
    const pages = pagesOf(source, {
      permission,
      send: (token) => client.send(new ListRootsCommand(token), options),
    });
    const all: NamedUnit[] = [];
    for await (const { Roots } of pages) all.push(...named(Roots, permission));
    // I11: an organization has a root.
    if (all.length === 0) throw unreadable({ permission });
    return all;
  }

  async function unitsBelow(parent: string): Promise<readonly NamedUnit[]> {
    const permission = 'organizations:ListOrganizationalUnitsForParent';
    const pages = pagesOf(source, {
      permission,
      send: (token) =>
        client.send(
          new ListOrganizationalUnitsForParentCommand({ ParentId: parent, ...token }),
          options,
        ),
    });
    const all: NamedUnit[] = [];
    for await (const { OrganizationalUnits } of pages) {
      all.push(...named(OrganizationalUnits, permission));
    }
    return all;
  }

  async function noteAccounts({ id, ou, ouIds }: UnitPlace): Promise<void> {
    const permission = 'organizations:ListAccountsForParent';
    const pages = pagesOf(source, {
      permission,
      send: (token) =>
        client.send(new ListAccountsForParentCommand({ ParentId: id, ...token }), options),
    });
    for await (const { Accounts } of pages) {
      if (Accounts === undefined) throw unreadable({ permission });
      for (const { Id } of Accounts) if (Id !== undefined) found.set(Id, { ou, ouIds });
    }
  }

  async function visit(unit: UnitPlace): Promise<readonly UnitPlace[]> {
    await noteAccounts(unit);
    return (await unitsBelow(unit.id)).map((child) => placeOf(child, unit));
  }

  let level = (await roots()).map((root) => placeOf(root, undefined));
  while (level.length > 0) {
    level = (await pMap(level, visit, { concurrency: PARALLEL })).flat();
  }
  return found;
}

function placeOf({ id, name }: NamedUnit, parent: UnitPlace | undefined): UnitPlace {
  const own = name.replaceAll('/', '%2F');
  return {
    id,
    ou: parent === undefined ? own : `${parent.ou}/${own}`,
    ouIds: [...(parent?.ouIds ?? []), id],
  };
}

/** I11: a page without its list is no answer of AWS. */
function named(
  list: readonly { Id?: string | undefined; Name?: string | undefined }[] | undefined,
  permission: string,
): readonly NamedUnit[] {
  if (list === undefined) throw unreadable({ permission });
  return list.map(({ Id, Name }) => {
    if (Id === undefined || Name === undefined) throw unreadable({ permission });
    return { id: Id, name: Name };
  });
}

async function readAccountTags(
  client: OrganizationsClient,
  account: string,
  source: OrganizationSource,
): Promise<Readonly<Record<string, string>>> {
  const permission = 'organizations:ListTagsForResource';
  const pages = pagesOf(source, {
    permission,
    send: (token) =>
      client.send(
        new ListTagsForResourceCommand({ ResourceId: account, ...token }),
        stopped(source),
      ),
  });
  const tags: [string, string][] = [];
  for await (const { Tags } of pages) {
    if (Tags === undefined) throw unreadable({ permission });
    tags.push(...Tags.map(({ Key = '', Value = '' }): [string, string] => [Key, Value]));
  }
  return Object.fromEntries(tags);
}
