// Secrets of AWS Secrets Manager that hold texts for a while, as a port: src/aws/ speaks to it, src/custody/
// decides what is kept there. Each call may be made again.

import type { Secret } from './secret.ts';

export interface HowKept {
  /** ID, ARN or alias; AWS's own key of the service when left out. */
  readonly kmsKey?: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

export interface VersionedText {
  readonly text: Secret;
  readonly version: string;
}

/** Throws a KeyturnError for whatever else becomes of a call; none has a text in it. */
export interface AwsKeptTexts {
  /** Where they are, as in `us-east-1`. */
  readonly region: string;
  /**
   * False when a secret of the name is there, by an earlier attempt of this very call or by somebody else.
   * The version, a UUID, names this very text.
   */
  create(name: string, text: VersionedText, how: HowKept): Promise<boolean>;
  /** A newer text in the place of the one that is there. */
  replace(name: string, text: VersionedText): Promise<void>;
  /** What is there now; undefined when there is no such secret. */
  read(name: string): Promise<Secret | undefined>;
  /** For good and at once. One that is not there is fine. */
  remove(name: string): Promise<void>;
}
