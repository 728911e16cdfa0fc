// A secret, its versions and the labels on them.

import type { Lagging } from '../lagging.ts';

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
  readonly createDate: Date;
  readonly states: Lagging<SecretState>;
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
