// One row of docs/environment.md: settings, and what a tool makes of them.

import type { KeyName } from './keys.ts';
import type { Ports } from './recorder.ts';

/** What the settings of a row may name: files that the test lays out, and ports of its servers. */
export interface Place {
  readonly folder: string;
  readonly ports: Ports;
  readonly authority: string;
  readonly stranger: string;
}

export interface Settings {
  readonly env?: Readonly<Record<string, string>>;
  /** The text of ~/.aws/config. */
  readonly config?: string;
  /** The text of ~/.aws/credentials. */
  readonly credentials?: string;
  /** Other files of the home, by name. */
  readonly files?: Readonly<Record<string, string>>;
  readonly profile?: string;
  readonly region?: string;
  /** Whether the certificate is trusted without a setting. */
  readonly isTrusted?: boolean;
  /** Whether HOME is set. */
  readonly isHomeless?: boolean;
}

/** What is left out is not looked at, neither of ours nor of theirs. */
export interface Reached {
  readonly kind: 'reached';
  /** Whose key signs the last call. */
  readonly key?: KeyName;
  /** The hosts of the two services. */
  readonly sts?: string;
  readonly iam?: string;
  /** What the call to STS is signed for. */
  readonly region?: string;
  readonly via?: 'direct' | 'proxy';
  /** With what the proxy was asked. */
  readonly proxyCredentials?: string;
  readonly sessionToken?: string;
  /** Whose key assumed a role. */
  readonly assumedBy?: KeyName;
  /** What was shown to whoever hands out credentials. */
  readonly token?: string;
}

export interface Refused {
  readonly kind: 'refused';
  /** In the words of the tool. */
  readonly words: RegExp;
}

export type Outcome = Reached | Refused;

export type Tool = 'keyturn' | 'AWS CLI' | 'boto3';

export interface Row {
  /** In words, in the table. */
  readonly settings: string;
  readonly of: (place: Place) => Settings;
  readonly outcome: Outcome;
  /** In words, in the table: what keyturn does. */
  readonly result: string;
  /** What the other tools do, where that is something else. The AWS CLI is version 2; version 1 is as boto3. */
  readonly theirs?: Partial<Record<'AWS CLI' | 'boto3', Outcome>>;
  /** Why, in the table; needed with `theirs`. */
  readonly note?: string;
  /** Whether only tools since the middle of 2023 know the setting. */
  readonly needsRecent?: boolean;
}

export interface Theme {
  readonly title: string;
  readonly about: string;
  readonly rows: readonly Row[];
}
