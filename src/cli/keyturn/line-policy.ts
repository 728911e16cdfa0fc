// One policy of `keyturn policy`: a named one as it is, or the one that a command line needs.

import { custodyWish } from '../../app/custody-wish.ts';
import {
  callerPolicy,
  type LineNeeds,
  placeRolePolicies,
  rolePolicy,
  trustPolicy,
} from '../../app/policy/line-policies.ts';
import { type PolicyName, policyDocument } from '../../app/policy/named-policies.ts';
import type { NamedPolicy } from '../../app/policy/render-policy.ts';
import {
  type StateNeeded,
  setUpStatements,
  stateStatements,
} from '../../app/policy/state-statements.ts';
import { documentOf, type PolicyDocument, type Whereabouts } from '../../app/policy/statement.ts';
import { KeyturnError } from '../../base/errors.ts';
import { command } from '../../base/hint.ts';
import { isTablePlace } from '../../state/dynamodb/place.ts';
import { DEFAULT_ROLE_NAME } from '../flags/account-flags.ts';
import {
  regionOf,
  type Surroundings,
  stateDirectory,
  stateVariable,
} from '../flags/surroundings.ts';
import type { Values } from '../rotate/options.ts';
import { needsOf, type PolicyAbout, partitionOfRegion } from './policy-needs.ts';

export interface PolicyOrder {
  readonly name: PolicyName;
  /** `caller`, `role`, `trust`, or the ARN of the role of a place. */
  readonly holder: string;
  readonly caller: string | undefined;
  /** Whether it is a document alone, and nothing that makes a role. */
  readonly isDocument: boolean;
  readonly about: PolicyAbout;
  /** The flags of the run. */
  readonly line: Omit<Values, 'help' | 'version'>;
}

/** Throws `bad-value` and `conflicting-flags`, and as the command line itself would. */
export async function linePolicy(
  order: PolicyOrder,
  host: Surroundings & { readonly clock: { now(): Date } },
): Promise<NamedPolicy> {
  const { name, holder } = order;
  if (name === 'state') return named('KeyturnState', setUpPolicy(order, host));
  const isOfRun = name === 'fleet' || name === 'organization';
  if (!isOfRun || isPlain(order, host.env)) return named('Keyturn', plainPolicy(order, host));
  const needs = await needsFor(order, host);
  switch (holder) {
    case 'caller':
      return named('KeyturnCaller', callerPolicy(needs));
    case 'role':
      return roleOf(order, needs);
    case 'trust':
      return named('KeyturnTrust', trustOf(order, needs));
    default:
      return named('KeyturnPlaces', ofPlaceRole(holder, needs));
  }
}

function named(name: string, document: NamedPolicy['document']): NamedPolicy {
  return { name, document };
}

/** Nothing is said of a run: then it is the policy for any. */
function isPlain({ name, holder, line, about }: PolicyOrder, env: Surroundings['env']): boolean {
  const { roleName, ...others } = line;
  const isSaid = Object.values(others).some((value) => value !== undefined);
  const { account, placesKmsKey } = about;
  const isHolderOdd = holder !== 'caller' && !(name === 'fleet' && holder === 'role');
  return !(
    isSaid ||
    isHolderOdd ||
    account ||
    placesKmsKey ||
    isTablePlace(stateVariable(env) ?? '')
  );
}

function plainPolicy(order: PolicyOrder, host: Surroundings): PolicyDocument {
  const { name, about, line, holder } = order;
  if (holder !== 'caller' && name !== 'fleet') throw noSuchHolder(holder, name);
  const { partition } = about;
  const document = policyDocument(name, { partition, roleName: line.roleName });
  const isKept = name === 'self-service' || name === 'admin';
  if (!isKept || (line.stateDir ?? stateVariable(host.env)) === undefined) return document;
  return documentOf([
    ...document.Statement,
    ...stateStatements(stateOf(order, host), at(order, host)),
  ]);
}

function setUpPolicy(order: PolicyOrder, host: Surroundings): PolicyDocument {
  if (order.holder !== 'caller') throw noSuchHolder(order.holder, order.name);
  const statements = setUpStatements(stateOf(order, host), at(order, host));
  if (statements.length > 0) return documentOf(statements);
  throw new KeyturnError('bad-value', 'a directory needs nothing of IAM', {
    hint: ['name a table:', command('keyturn', 'policy', 'state', '--state', 'dynamodb:keyturn')],
  });
}

function stateOf({ line, about }: PolicyOrder, host: Surroundings): StateNeeded {
  const { custody, kmsKey } = custodyWish(line, host.env);
  const { account } = about;
  const accounts = account === undefined ? undefined : [account];
  return { place: stateDirectory(line.stateDir, host), custody, kmsKey, accounts };
}

function at({ about, line }: PolicyOrder, { env }: Surroundings): Whereabouts {
  const region = line.region ?? regionOf(env) ?? '*';
  const { account = '*', partition = partitionOfRegion(region) } = about;
  return { account, partition, region };
}

async function needsFor(
  { name, about, line }: PolicyOrder,
  host: Surroundings & { readonly clock: { now(): Date } },
): Promise<LineNeeds> {
  const organization = name === 'organization' && line.accounts === undefined ? true : undefined;
  const values: Values = {
    ...{ ...line, organization: line.organization ?? organization },
    ...{ help: undefined, version: undefined },
  };
  return await needsOf(values, about, host, host.clock.now());
}

function roleOf(order: PolicyOrder, needs: LineNeeds): NamedPolicy {
  const document = rolePolicy(needs);
  if (document === undefined) throw noMembers(order);
  if (order.isDocument) return named('KeyturnRole', document);
  const [name = DEFAULT_ROLE_NAME] = needs.members?.roleNames ?? [];
  return { name: 'KeyturnRole', document, role: { name, trust: trustOf(order, needs) } };
}

function trustOf({ caller, ...order }: PolicyOrder, needs: LineNeeds) {
  if (needs.members === undefined) throw noMembers({ caller, ...order });
  if (caller !== undefined) return trustPolicy(needs, caller);
  throw new KeyturnError('bad-value', 'a trust policy names who may take the role on', {
    hint: 'name them with --caller, such as arn:aws:iam::111122223333:role/rotator',
  });
}

function ofPlaceRole(role: string, needs: LineNeeds): PolicyDocument {
  const policies = placeRolePolicies(needs);
  const found = policies.get(role);
  if (found !== undefined) return found;
  const roles = [...policies.keys()];
  throw new KeyturnError('bad-value', `no place of this command line is reached through ${role}`, {
    hint:
      roles.length === 0
        ? 'none names a role; one is said behind the place: secrets-manager=app/{user}#role=ARN'
        : `the roles are: ${roles.join(', ')}`,
  });
}

function noMembers({ holder }: PolicyOrder): KeyturnError {
  const what = holder === 'trust' ? 'trust policy' : 'role';
  return new KeyturnError(
    'conflicting-flags',
    `no other account is entered, so there is no ${what}`,
    {
      hint: 'add --organization or --accounts, as the run has it',
    },
  );
}

function noSuchHolder(holder: string, name: PolicyName): KeyturnError {
  return new KeyturnError(
    'conflicting-flags',
    `--for ${holder} has no meaning for policy ${name}`,
    {
      hint: 'it belongs to keyturn policy fleet and keyturn policy organization',
    },
  );
}
