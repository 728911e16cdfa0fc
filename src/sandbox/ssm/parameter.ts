// A parameter and its versions.

import { Lagging } from '../lagging.ts';
import type { Account } from '../model.ts';

export const TYPES = ['String', 'StringList', 'SecureString'] as const;
export type ParameterType = (typeof TYPES)[number];
export type ParameterTier = 'Standard' | 'Advanced';

export interface ParameterVersion {
  readonly number: number;
  readonly type: ParameterType;
  readonly tier: ParameterTier;
  readonly value: string;
  readonly description: string | undefined;
  readonly keyId: string | undefined;
  readonly dataType: string;
  readonly modifiedAt: Date;
  readonly modifiedBy: string;
}

export interface ParameterState {
  /** Oldest first; never empty. */
  readonly versions: readonly ParameterVersion[];
  /** Label to version number: a label is on one version at most. */
  readonly labels: ReadonlyMap<string, number>;
  readonly tags: ReadonlyMap<string, string>;
}

export interface Parameter {
  readonly name: string;
  readonly arn: string;
  readonly states: Lagging<ParameterState>;
}

/** Where a parameter of that name is kept among those of the account. */
export function parameterPlace(region: string, name: string): string {
  return `${region} ${name}`;
}

export function arnOfParameter({ partition, id }: Account, region: string, name: string): string {
  const path = name.startsWith('/') ? name : `/${name}`;
  return `arn:${partition}:ssm:${region}:${id}:parameter${path}`;
}

/** What a parameter is made with. */
export interface NewParameter {
  readonly name: string;
  readonly region: string;
  readonly first: ParameterVersion;
  readonly tags?: ReadonlyMap<string, string>;
}

/** Makes a parameter in the account, in place of one of that name. */
export function addParameter(account: Account, { name, region, first, tags }: NewParameter): void {
  account.parameters.set(parameterPlace(region, name), {
    name,
    arn: arnOfParameter(account, region, name),
    states: new Lagging<ParameterState>(first.modifiedAt.getTime(), {
      versions: [first],
      labels: new Map(),
      tags: tags ?? new Map(),
    }),
  });
}
