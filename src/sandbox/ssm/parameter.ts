// A parameter and its versions.

import type { Lagging } from '../lagging.ts';

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
