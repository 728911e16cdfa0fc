// Two services of AWS that keep secrets, as ports: src/aws/ speaks to them, src/destinations/ decides
// what is kept there. Missing things, refusals and lost answers are KeyturnErrors.

import type { Secret } from './secret.ts';

/** One version of a secret of AWS Secrets Manager. */
export interface SecretVersion {
  readonly versionId: string;
  /** Undefined for a binary secret. */
  readonly text: Secret | undefined;
}

export type VersionStage = 'AWSCURRENT' | 'AWSPREVIOUS';

/** Versions are immutable; which of them counts is told by a stage. */
export interface SecretStore {
  /** Undefined when no version has the stage. Throws `not-deliverable` when there is no such secret. */
  read(name: string, stage: VersionStage): Promise<SecretVersion | undefined>;
  /** Adds a version that is not current. A repeat with the same content changes nothing. */
  stage(name: string, versionId: string, text: Secret): Promise<void>;
  /**
   * Moves AWSCURRENT between two versions, from none when `from` is undefined. False when it is not
   * on `from` any more; then nothing was changed.
   */
  promote(name: string, to: string, from: string | undefined): Promise<boolean>;
}

/** One version of a parameter of AWS Systems Manager. */
export interface Parameter {
  readonly text: Secret;
  /** Whether it is kept encrypted (SecureString). */
  readonly isSecure: boolean;
  readonly version: string;
}

export interface ParameterStore {
  /** Throws `not-deliverable` when there is no such parameter. */
  read(name: string): Promise<Parameter>;
  /** Overwrites, under the KMS key that the parameter has; resolves with the new version. */
  write(name: string, text: Secret): Promise<string>;
  /** Every version that is kept, the newest first. */
  history(name: string): Promise<readonly Parameter[]>;
}

/** Both, as the caller of a run, in any region. */
export interface AwsStores {
  /** The region of the run. */
  readonly region: string;
  readonly secretStore: (region: string) => SecretStore;
  readonly parameterStore: (region: string) => ParameterStore;
}
