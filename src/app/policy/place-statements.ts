// What places in AWS need of whoever reads and writes them.

import { readWay } from '../../destinations/entrance.ts';
import type { NewPlaces } from '../../destinations/kind.ts';
import { partsOf } from '../../destinations/place.ts';
import type { DeliveryRequest } from '../open-destinations.ts';
import { arn, type Conditions, type PolicyStatement, type Whereabouts } from './statement.ts';

export interface PlacesNeeded {
  readonly places: readonly DeliveryRequest[];
  /** How those of the run are made that do not exist; undefined where none is. */
  readonly newPlaces: NewPlaces | undefined;
  /** The only user; undefined for all. */
  readonly user: string | undefined;
  /** The KMS key that places are encrypted with, where it is not AWS's own. */
  readonly kmsKey: string | undefined;
}

interface Service {
  /** Of its name in ARNs and in `kms:ViaService`. */
  readonly service: string;
  readonly use: readonly string[];
  readonly make: readonly string[];
  readonly tag: string;
  readonly keyActions: readonly string[];
  /** Patterns of everything of that name. */
  readonly resources: (name: string, at: Whereabouts, isMade: boolean) => readonly string[];
}

const SERVICES: Readonly<Record<string, Service>> = {
  'secrets-manager': {
    service: 'secretsmanager',
    use: [
      'secretsmanager:GetSecretValue',
      'secretsmanager:DescribeSecret',
      'secretsmanager:PutSecretValue',
      'secretsmanager:UpdateSecretVersionStage',
    ],
    make: ['secretsmanager:CreateSecret'],
    tag: 'secretsmanager:TagResource',
    keyActions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    resources: secretPatterns,
  },
  ssm: {
    service: 'ssm',
    use: ['ssm:GetParameter', 'ssm:GetParameterHistory', 'ssm:PutParameter'],
    make: [],
    tag: 'ssm:AddTagsToResource',
    // Of the Advanced tier a data key.
    keyActions: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'],
    resources: (name, at) =>
      name.startsWith('arn:') ? [name] : [arn('ssm', at, `parameter/${name.replace(/^\//, '')}`)],
  },
};

/** Without those that are reached through a role of their own. */
export function placeStatements(needed: PlacesNeeded, at: Whereabouts): readonly PolicyStatement[] {
  return needed.places
    .filter((place) => roleOf(place) === undefined)
    .flatMap((place) => statementsOf(place, needed, at));
}

/** For whoever takes on that role. */
export function statementsThrough(
  role: string,
  needed: PlacesNeeded,
  at: Whereabouts,
): readonly PolicyStatement[] {
  const there = { ...at, account: role.split(':')[4] ?? at.account };
  return needed.places
    .filter((place) => roleOf(place) === role)
    .flatMap((place) => statementsOf(place, needed, there));
}

/** The roles through which places are reached. */
export function rolesOfPlaces(places: readonly DeliveryRequest[]): readonly string[] {
  return [...new Set(places.map(roleOf).filter((role) => role !== undefined))].toSorted();
}

function roleOf({ kind, template }: DeliveryRequest): string | undefined {
  return SERVICES[kind] === undefined ? undefined : wayOf(template).entrance?.role;
}

function wayOf(template: string) {
  return readWay(partsOf(template).fields);
}

function statementsOf(
  { kind, template, region, newPlaces: ownWay }: DeliveryRequest,
  { newPlaces, user, kmsKey }: PlacesNeeded,
  at: Whereabouts,
): readonly PolicyStatement[] {
  const service = SERVICES[kind];
  if (service === undefined) return [];
  const there = { ...at, region: region ?? wayOf(template).region ?? at.region };
  const making = ownWay ?? newPlaces;
  const resources = partsOf(template).names.flatMap((name) =>
    service.resources(filled(name, user, at), there, making !== undefined),
  );
  const isTagged = making !== undefined && Object.keys(making.tags).length > 0;
  const use: PolicyStatement = {
    Sid: 'WritePlaces',
    Effect: 'Allow',
    Action: [
      ...service.use,
      ...(making === undefined ? [] : service.make),
      ...(isTagged ? [service.tag] : []),
    ],
    Resource: resources,
  };
  const keys = [kmsKey, making?.kmsKey].filter((key) => key !== undefined);
  return [use, ...keys.map((key) => usingKey(key, service, there))];
}

function usingKey(key: string, { service, keyActions }: Service, at: Whereabouts): PolicyStatement {
  const { resource, condition } = keyResource(key, at);
  const dots = at.partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  return {
    Sid: 'UseKeyOfPlaces',
    Effect: 'Allow',
    Action: keyActions,
    Resource: resource,
    Condition: {
      ...condition,
      StringLike: { 'kms:ViaService': `${service}.${at.region}.${dots}` },
    },
  };
}

/** An alias is no resource of a policy: it is asked for in a condition. */
export function keyResource(
  key: string,
  at: Whereabouts,
): { readonly resource: string; readonly condition: Conditions } {
  const alias = /(?:^|:)(alias\/.+)$/.exec(key)?.[1];
  const home = key.startsWith('arn:') ? key.split(':') : undefined;
  const there = { ...at, region: home?.[3] ?? at.region, account: home?.[4] ?? at.account };
  if (alias !== undefined) {
    return {
      resource: arn('kms', there, 'key/*'),
      condition: { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': alias } },
    };
  }
  return { resource: home === undefined ? arn('kms', there, `key/${key}`) : key, condition: {} };
}

/** As narrow as a template can be told. */
function filled(name: string, user: string | undefined, { account, region }: Whereabouts): string {
  const text = name
    .replaceAll('{user}', user ?? '*')
    .replaceAll('{account}', account)
    .replaceAll('{region}', region)
    .replaceAll(/\{[^}]*\}/g, '*');
  return text.replaceAll(/\*+/g, '*');
}

/** AWS adds a hyphen and six characters to the name of a secret, once it is there. */
function secretPatterns(name: string, at: Whereabouts, isMade: boolean): readonly string[] {
  if (name.startsWith('arn:')) return [name];
  const made = arn('secretsmanager', at, `secret:${name}`);
  if (!isMade) return [`${made}-??????`];
  return name.endsWith('*') ? [made] : [made, `${made}-??????`];
}
