// A secret, its versions and the labels on them.

import { Lagging } from '../lagging.ts';
import type { Account } from '../model.ts';
import type { World } from '../world.ts';

export const CURRENT = 'AWSCURRENT';
export const PREVIOUS = 'AWSPREVIOUS';

export interface SecretValue {
  readonly text: string | undefined;
  /** In base64, as it travels. */
  readonly binary: string | undefined;
}

export interface SecretVersion extends SecretValue {
  readonly id: string;
  readonly createDate: Date;
}

export interface SecretState {
  /** By id, oldest first. */
  readonly versions: ReadonlyMap<string, SecretVersion>;
  /** Label to version id: a label is on one version at most. */
  readonly stages: ReadonlyMap<string, string>;
  readonly tags: ReadonlyMap<string, string>;
  readonly changeDate: Date;
  /** When the secret goes for good; undefined unless it is marked for deletion. */
  readonly deletionDate: Date | undefined;
}

export interface Secret {
  readonly name: string;
  readonly arn: string;
  readonly description: string | undefined;
  readonly kmsKeyId: string | undefined;
  /** The ARN of a function that rotates it on a schedule, which the sandbox only tells of. */
  rotatedBy?: string;
  readonly createDate: Date;
  readonly states: Lagging<SecretState>;
}

/** What a secret is made with. */
export interface NewSecret {
  readonly name: string;
  readonly region: string;
  /** The first version's id and value; undefined for a secret without a value. */
  readonly first: (SecretValue & { readonly id: string }) | undefined;
  readonly description?: string | undefined;
  readonly kmsKeyId?: string | undefined;
  readonly tags?: ReadonlyMap<string, string>;
}

const SUFFIX_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Where a secret of that name is kept among those of the account. */
export function secretPlace(region: string, name: string): string {
  return `${region} ${name}`;
}

/** Makes a secret in the account, in place of one of that name. */
export function addSecret(world: World, account: Account, fields: NewSecret): Secret {
  const { name, region, first } = fields;
  const now = world.clock.now();
  const version = first === undefined ? undefined : { ...first, createDate: now };
  const suffix = world.random.text(6, SUFFIX_ALPHABET);
  const secret: Secret = {
    name,
    arn: `arn:${account.partition}:secretsmanager:${region}:${account.id}:secret:${name}-${suffix}`,
    description: fields.description,
    kmsKeyId: fields.kmsKeyId,
    createDate: now,
    states: new Lagging<SecretState>(now.getTime(), {
      versions: new Map(version === undefined ? [] : [[version.id, version]]),
      stages: new Map(version === undefined ? [] : [[CURRENT, version.id]]),
      tags: fields.tags ?? new Map(),
      changeDate: now,
      deletionDate: undefined,
    }),
  };
  account.secrets.set(secretPlace(region, name), secret);
  return secret;
}

/** The labels after one is put on a version. AWSCURRENT leaves AWSPREVIOUS where it was. */
export function moveStage(
  stages: ReadonlyMap<string, string>,
  stage: string,
  versionId: string,
): ReadonlyMap<string, string> {
  const moved = new Map(stages);
  const holder = stages.get(stage);
  if (stage === CURRENT && holder !== undefined && holder !== versionId) {
    moved.set(PREVIOUS, holder);
  }
  moved.set(stage, versionId);
  return moved;
}

/** The labels on a version, in alphabetical order. */
export function stagesOf({ stages }: SecretState, versionId: string): string[] {
  return [...stages]
    .filter(([, holder]) => holder === versionId)
    .map(([stage]) => stage)
    .sort();
}

export function isSameValue(left: SecretValue, right: SecretValue): boolean {
  return left.text === right.text && left.binary === right.binary;
}
