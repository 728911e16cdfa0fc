// How places of a kind are found by whoever asks where keys are, one shape for all kinds. A listing reads, and
// never writes; what it reads is wrapped, looked through for key IDs, and dropped.

import type { AwsStores } from '../base/aws-stores.ts';
import type { KeyturnError } from '../base/errors.ts';
import type { Secret } from '../base/secret.ts';
import type { Opening } from './kind.ts';
import type { PairFields } from './pair-fields.ts';

export interface PlaceListing {
  /** What stands behind `KIND=` to say which places are read; ends the sentence "KIND= takes …". */
  readonly takes: string;
  readonly example: string;
  /** Whether they are read where nobody names a kind: those that the credentials of the run reach anyway. */
  readonly isUsual?: boolean;
  /** Whether something has to be said behind `KIND=`. */
  readonly needsScope?: boolean;
  /** What is wrong with the words behind `KIND=`; undefined when nothing is. Asked before anything is called. */
  faultIn(scope: string): string | undefined;
  /**
   * Every place in the scope, each with what its readers read, or why that is not known (I11). Throws where the
   * places cannot even be listed.
   */
  list(scope: string, looking: Looking): AsyncIterable<SeenPlace>;
}

/** What a listing may use of its surroundings. */
export interface Looking
  extends Pick<Opening, 'clock' | 'files' | 'programs' | 'http' | 'credentials' | 'account'> {
  readonly aws: AwsStores;
  /** What ~ stands for; undefined for a caller without a home. */
  readonly home: string | undefined;
  readonly signal: AbortSignal;
}

interface Named {
  /** Behind `KIND=` of `--deliver`, without the names of fields. */
  readonly name: string;
  /** Undefined where it is in none. */
  readonly region?: string | undefined;
}

export type SeenPlace = Named &
  (
    | ReadPlace
    /** It shows its value to nobody: only what is told beside it. */
    | { readonly kind: 'hidden'; readonly keyIds: readonly string[]; readonly why: string }
    /** I11: what it holds is not known. */
    | { readonly kind: 'unread'; readonly error: KeyturnError }
  );

export interface ReadPlace {
  readonly kind: 'read';
  /** As its readers read it: a JSON object of texts where the place has fields or variables. */
  readonly text: Secret;
  /**
   * How `--deliver` would name the place with the pair in these fields; undefined for fields that a delivery
   * could not name. `NAME#id=…,secret=…` when left out.
   */
  readonly deliverWith?: (fields: PairFields) => string | undefined;
  /** Whether an object that holds nothing but a key ID, or a secret, can be half of a place of two. */
  readonly mayBeHalf?: boolean;
}
