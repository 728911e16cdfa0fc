// The form in which a place keeps a pair, where its readers want another one than AWS's: the SMTP password of
// SES instead of the secret, base64, or one text with both halves. A form is above the kinds: a kind is handed
// what is to be written, and everybody else what the form makes of it when it is read.

import type { Pair } from '../look.ts';

/** What a text of a form shows of the pair that it was made from. */
export interface FormedParts {
  /** Of a text that has the ID in it. */
  readonly id?: string | undefined;
  /** Left out where the secret cannot be had back. */
  readonly secret?: string | undefined;
}

export interface Form {
  /** As the journal has it: all that a later run needs to make the same text. */
  readonly word: string;
  /** For people: a part of the word. */
  readonly label: string;
  /** Whether the text has both halves in it, so that a place of one value can hold the pair. */
  readonly isWhole: boolean;
  /** Names of fields that go with it, in pairs, where others than AWS's own are usual. */
  readonly fieldNames?: readonly (readonly [id: string, secret: string])[];
  write(pair: Pair): string;
  /** Undefined for a text that this form does not write. */
  partsIn(text: string): FormedParts | undefined;
}

/** What a text may say beside the pair. */
export interface FormFacts {
  readonly user: string;
  readonly account: string;
}
