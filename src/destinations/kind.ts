// What a folder of src/destinations/ exports: one kind of place that a new secret can go to, and all
// that the rest of keyturn may know about it. docs/destinations/adding.md goes through it.

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { AwsStores } from '../base/aws-stores.ts';
import type { Clock } from '../base/clock.ts';
import type { EventSink } from '../base/events.ts';
import type { Programs } from '../base/programs.ts';
import type { SaveOptions } from '../credentials-file/saving.ts';
import type { OpenService } from '../http/service.ts';
import type { IssuedKey } from '../lifecycle/issued-key.ts';
import type { WhoseKey } from '../lifecycle/keys.ts';
import type { DeliveryTarget, JournaledTarget } from '../lifecycle/record.ts';
import type { Proof, ReaderTerms, Settle } from '../lifecycle/settle.ts';
import type { Destination } from './destination.ts';
import type { Form } from './forms/form.ts';
import type { NamedForm } from './forms/forms.ts';
import type { PlaceListing } from './listing.ts';
import type { PlaceFacts, PlaceRule } from './place.ts';
import type { PlaceCredentials } from './place-credentials.ts';
import type { FieldStyle, WayRule } from './way-there.ts';

export interface DestinationKind {
  /** The word for it on the command line and in records. It is also the name of its folder. */
  readonly name: string;
  /** Where the secret goes, in words that can follow the name and a colon. */
  readonly about: string;
  /** What must happen for its readers to have a new secret, in words that can follow "to follow:". */
  readonly restart: string;
  /** When readers of such a place see a new value. */
  readonly settle: Settle;
  /** What a place shows of a write. */
  readonly proof: Proof;
  /** For kinds whose places differ in one of the two; a receipt that says more is believed over both. */
  termsAt?(target: JournaledTarget): Partial<ReaderTerms>;
  /**
   * That key ID and secret cannot be written at once there, in words that can follow the place: a reader
   * that comes between the two writes finds halves of two pairs.
   */
  writesTwice?(target: JournaledTarget): string | undefined;
  /** Whether `--deliver` takes it. */
  readonly isOffered: boolean;
  /** What NAME may be in `--deliver KIND=NAME`; left out by a kind that stands alone. */
  readonly rule?: PlaceRule;
  /** How its places name the two halves of a pair behind `#`; left out where they name no fields. */
  readonly fieldStyle?: FieldStyle;
  /** What may be said of the way to its places; left out where there is nothing to say. */
  readonly way?: WayRule;
  /** Why the place that an operator names does not go with the form, or with none; undefined where it does. */
  formFault?(template: string, form: NamedForm | undefined): string | undefined;
  /** Why a place of the kind cannot hold the text as a secret, in words that can follow "it"; undefined where it can. */
  misfit?(text: string): string | undefined;
  /**
   * Whether it delivers the very copy that custody keeps, plain or sealed: its receipt tells where
   * that copy is, and no other place was given the secret.
   */
  readonly deliversCustody?: boolean;
  /** Whether a place of the kind is made where it is missing, when the operator asks for it. */
  readonly makesPlaces?: boolean;
  /** Whether its places are in the account of the key: in each account a name is another place. */
  readonly isInAccount?: boolean;
  /** Whether a place that is made has a KMS key and tags. */
  readonly takesTags?: boolean;
  /** Whether its secrets are printed in the report of the run. */
  readonly printsSecret?: boolean;
  /**
   * The place for one user, from what the operator wrote. Throws `not-deliverable` for a user whom the
   * place does not fit.
   */
  placeFor(template: string, facts: PlaceFacts): string | PlaceOfForm;
  /** Undefined when the place of the target is not one of the kind. */
  open(target: JournaledTarget, opening: Opening): Promise<Destination | undefined>;
  /** What an operator would write behind the `=` of `--deliver` for the target, and in which region. */
  askedAs?(target: JournaledTarget, user: string): AskedPlace | undefined;
  /**
   * For kinds whose records say more of a place than an operator has to, such as which server it is at: the place
   * that is named, with what it leaves out as the target has it. Undefined where it says something else.
   */
  completed?(named: string, target: JournaledTarget): string | undefined;
  /**
   * Everything that is written at the place of the target, one name for each, whatever form the place is
   * written in: two places that share one are in each other's way. Left out where the place is the only
   * one; empty where no reader is left behind at a place, as in custody.
   */
  things?(target: JournaledTarget): readonly string[];
  /**
   * For kinds that have several ways to write one place: both in one, when `own` and `begun` are the
   * same place; undefined when they are two. Left out where a place is written in one way only.
   */
  joint?(own: DeliveryTarget, begun: JournaledTarget): DeliveryTarget | undefined;
  /** How places of the kind are found by whoever asks where keys are. Left out by kinds that show nothing. */
  readonly listing?: PlaceListing;
}

/** A place in a form that only later formats of the record know (see DeliveryTarget). */
export type PlaceOfForm = Pick<DeliveryTarget, 'place' | 'since'>;

export interface AskedPlace {
  /** With {user} where the place has the user's name. */
  readonly template: string;
  /** Undefined for a place that is in none. */
  readonly region: string | undefined;
}

/** What a destination may use of its surroundings. Each takes what it needs. */
export interface Opening {
  /**
   * The form of the place, where it has one. A delivery hands over what it makes; a kind asks only to tell a
   * text with both halves, which it may keep as one value.
   */
  readonly form?: Form | undefined;
  /** Services of AWS, as the caller of the run. */
  readonly aws: AwsStores;
  readonly custody: Custody;
  readonly clock: Clock;
  readonly emit: EventSink;
  /** How the file at a path is read, and replaced under a lock. */
  readonly files: (path: string) => SaveOptions;
  /** Runs programs of the operator's. */
  readonly programs: Programs;
  /** Opens a service that is asked over HTTPS, with the proxy and the authorities of the run. */
  readonly http: OpenService;
  /** Settings and credentials of places. */
  readonly credentials: PlaceCredentials;
  /** The ID of the account. */
  readonly account: string;
  /** How places are made that do not exist; left out where none is. */
  readonly newPlaces?: NewPlaces | undefined;
  /**
   * Whether a record names the place: it says all about where that is. What the environment names now goes with
   * a place that the operator names.
   */
  readonly isOnRecord?: boolean | undefined;
  /** Whose key is replaced. */
  readonly user: string;
  /** The key that the new one replaces. */
  readonly oldKeyId: AccessKeyId;
  /** Whose key an ID is that stands at the place (I14). */
  readonly whoseKey: WhoseKey;
  /** Whether the old key stays Active when the rotation ends, so that whoever keeps it has a key that works. */
  readonly oldKeyStays?: boolean | undefined;
  /** Whether a person who was shown the place is at it (keyctl). */
  readonly isAttended?: boolean | undefined;
}

/** What the operator said about the places that a run makes. */
export interface NewPlaces {
  /** ID, ARN or alias of the KMS key; AWS's own of the service when left out. */
  readonly kmsKey?: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/** Holds every new secret from the moment AWS names it until each destination has it (I3). */
export interface Custody {
  get(keyId: AccessKeyId): Promise<IssuedKey | undefined>;
  /** Whether it is there, whether this run can open it or not. */
  holds(keyId: AccessKeyId): Promise<boolean>;
  /** Where the secret is, for people: the path of a file, for instance. */
  describe(keyId: AccessKeyId): string;
  /** The encrypted form, which stays when the plain one goes. */
  readonly sealed: SealedCustody;
}

export interface SealedCustody {
  /** Resolves when the bytes are durable. */
  put(keyId: AccessKeyId, sealed: Buffer): Promise<void>;
  get(keyId: AccessKeyId): Promise<Buffer | undefined>;
  describe(keyId: AccessKeyId): string;
}
