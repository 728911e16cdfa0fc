// Two services of AWS that keep secrets, as ports: src/aws/ speaks to them, src/destinations/ decides
// what is kept there. Missing things, refusals and lost answers are KeyturnErrors.

import type { KeyturnError } from './errors.ts';
import type { Secret } from './secret.ts';

/** The cause of an error where the thing itself does not exist, as against one that cannot be read. */
export const NO_SUCH_THING = { code: 'no-such-thing' } as const;

/** One version of a secret of AWS Secrets Manager. */
export interface SecretVersion {
  readonly versionId: string;
  /** Undefined for a binary secret, and for the version of AWSPENDING. */
  readonly text: Secret | undefined;
}

/**
 * `keyturn-pending` is on the version that keyturn staged last. `AWSPENDING` belongs to a rotation of
 * Secrets Manager's own, and may be on a version without a value.
 */
export type VersionStage = 'AWSCURRENT' | 'AWSPREVIOUS' | 'AWSPENDING' | 'keyturn-pending';

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
  /** Copies of the secret in other regions, which follow it; none where the caller may not describe it. */
  replicas?(name: string): Promise<readonly Replica[]>;
  /**
   * What rotates the secret beside us, as Secrets Manager is set up: the ARN of a function, or `AWS` for a
   * secret that a service manages. Known once AWSPENDING was read; undefined where nothing does.
   */
  rotator?(name: string): Promise<string | undefined>;
  /**
   * Stages that somebody else has put on versions, each with its version: readers may ask for them. Known once
   * AWSPENDING was read; none where the caller may not describe the secret.
   */
  otherStages?(name: string): Promise<ReadonlyMap<string, string>>;
}

/** A copy of a secret that Secrets Manager keeps in another region. */
export interface Replica {
  readonly region: string;
  readonly status: 'InSync' | 'InProgress' | 'Failed' | 'unknown';
  readonly why: string | undefined;
}

/** One version of a parameter of AWS Systems Manager. */
export interface Parameter {
  readonly text: Secret;
  /** Whether it is kept encrypted (SecureString). */
  readonly isSecure: boolean;
  readonly version: string;
  readonly modifiedAt: Date | undefined;
}

/** What a parameter takes, found out without writing. */
export interface ParameterRoom {
  /** By its tier. */
  readonly bytesMax: number;
  /** Where it takes no further version. */
  readonly full: FullParameter | undefined;
  /** Each label, with the number of its version; none where left out. */
  readonly labels?: ReadonlyMap<string, string>;
  /** The types of its policies, and of an Expiration when. */
  readonly policies?: readonly ParameterPolicy[];
}

export interface ParameterPolicy {
  readonly type: string;
  /** ISO 8601; when an Expiration deletes the parameter. */
  readonly at?: string | undefined;
}

export interface FullParameter {
  readonly why: string;
  /** The words of the command that frees it. */
  readonly freedBy: readonly string[];
}

/** The tiers that take more than the Standard one. */
export type HigherTier = 'Advanced' | 'Intelligent-Tiering';

export interface ParameterWrite {
  readonly what?: 'secret' | 'no-secret' | undefined;
  /** Where it is moved up to; stays in its own when left out. */
  readonly tier?: HigherTier | undefined;
}

export interface ParameterStore {
  /** Throws `not-deliverable` when there is no such parameter. */
  read(name: string): Promise<Parameter>;
  /**
   * Overwrites, under the KMS key and in the tier that the parameter has; resolves with the new version.
   * Encrypted always, but for what is no secret: that stays of the type that it is.
   */
  write(name: string, text: Secret, how?: ParameterWrite): Promise<string>;
  /** Every version that is kept, the newest first. */
  history(name: string): Promise<readonly Parameter[]>;
  room(name: string): Promise<ParameterRoom>;
}

/** How a secret or a parameter is made that does not exist. */
export interface NewThing {
  /** ID, ARN or alias; AWS's own key of the service when left out. */
  readonly kmsKey?: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  /** Whose key will be there, for people who look at it. */
  readonly user: string;
}

/** Makes secrets, or parameters. A port of its own: most runs make none. */
export interface ThingMaker {
  isThere(name: string): Promise<boolean>;
  /**
   * With nothing in it that a reader could take for a pair. Never writes over anything: where somebody else
   * was faster, theirs stays. Safe to repeat.
   */
  make(name: string, thing: NewThing): Promise<void>;
}

/** A secret or a parameter as it is found by whoever reads all of them. */
export type ListedThing = { readonly name: string } & (
  | { readonly kind: 'read'; readonly text: Secret }
  /** It has no value. */
  | { readonly kind: 'empty' }
  /** I11: what it holds is not known. */
  | { readonly kind: 'unread'; readonly error: KeyturnError }
);

export interface ListWish {
  /** What all wanted names begin with; empty for all. */
  readonly beginning: string;
  readonly isWanted: (name: string) => boolean;
}

/** Reads all secrets, or parameters, of a region. A port of its own: most runs list none. */
export interface ThingLister {
  /**
   * In few calls; one that may not be read is told as such, and the others follow. Throws where the list itself
   * may not be read.
   */
  list(wish: ListWish): AsyncIterable<ListedThing>;
}

/** What a call to AWS is made of, signed and not sent: whoever sends it is told who signed. */
export interface SignedCall {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface CallerProofOptions {
  /** Whose STS is asked; the global one when undefined. */
  readonly region: string | undefined;
  /** Further headers to sign. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A role through which a place is reached: in another account, or with rights of its own. */
export interface Entrance {
  /** Its ARN. */
  readonly role: string;
  readonly externalId?: string;
}

/** Alarms of CloudWatch, for those who watch. */
export interface AlarmReader {
  /** Throws `aws-error` and the like where there is none of the name, or it cannot be read. */
  read(name: string): Promise<AlarmState>;
}

export interface AlarmState {
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  /** AWS's own words. */
  readonly reason: string | undefined;
}

/** All of them, as the caller of a run or through a role, in any region. */
export interface AwsStores {
  /**
   * GetCallerIdentity as the caller, for somebody else to send: it proves for fifteen minutes who the caller
   * is. Left out where no caller signs.
   */
  readonly callerProof?: (options: CallerProofOptions) => Promise<SignedCall>;
  /** The region of the run. */
  readonly region: string;
  readonly secretStore: (region: string, through?: Entrance) => SecretStore;
  readonly parameterStore: (region: string, through?: Entrance) => ParameterStore;
  readonly secretMaker: (region: string, through?: Entrance) => ThingMaker;
  readonly parameterMaker: (region: string, through?: Entrance) => ThingMaker;
  /** Left out where nobody watches. */
  readonly alarms?: (region: string) => AlarmReader;
  /** Left out where nothing is ever listed. */
  readonly secretLister?: (region: string, through?: Entrance) => ThingLister;
  readonly parameterLister?: (region: string, through?: Entrance) => ThingLister;
}
