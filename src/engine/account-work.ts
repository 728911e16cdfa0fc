// One account at work: everything that the engine works with there, handed in by src/app.

import type { AccountGateway } from '../aws/gateway.ts';
import type { Limiter } from '../aws/limiter.ts';
import type { AccessKeyId } from '../base/access-key-id.ts';
import type { Clock } from '../base/clock.ts';
import type { EventSink } from '../base/events.ts';
import type { SameReach } from '../base/key-command.ts';
import type { NamedPlace } from '../destinations/kinds.ts';
import { KEY_LAG_MS } from '../lifecycle/keys.ts';
import type { Planned } from '../lifecycle/plan-step.ts';
import type { OldKeyFate } from '../lifecycle/record.ts';
import type { RetirePolicy } from '../lifecycle/retire-policy.ts';
import type { AccountState } from '../state/state-store.ts';
import type { UserHooks } from './hooks.ts';
import type { Places } from './places.ts';
import type { Probes } from './probes.ts';

export interface RotationPolicy {
  /** What becomes of the old key once the new one is delivered and verified. */
  readonly oldKeyFate: OldKeyFate;
  /** When an old key that may be in use goes (I15). */
  readonly retire: RetirePolicy;
  /** Whether a new key may be made, though it could: asked last, since a limit counts the answers; always when left out. */
  readonly mayBegin?: (() => boolean) | undefined;
  /** How long clean-up holds an Inactive key, in days; undefined when nothing is cleaned up. */
  readonly cleanUpDays: number | undefined;
  readonly verification: VerificationPolicy;
  /** Whether the operator has said where the successor of the key that signs the calls goes (I7). */
  readonly replacesOwnKey: boolean;
  /** Whether the command of the run says where secrets go: with `--deliver`, as hints advise. */
  readonly takesDeliver: boolean;
  /** Keys of which the operator has said that nobody made them by hand. */
  readonly orphans: ReadonlySet<AccessKeyId>;
  /** The command line to which `--orphan KEY` is added to say so; `keyturn recover` when left out. */
  readonly wordCommand?: string | undefined;
  /** How `keyturn keys` reaches this account and this state, for hints. */
  readonly reach?: SameReach | undefined;
  /** The file that says what holds for the user, for hints; left out where flags do. */
  readonly configFile?: string | undefined;
  /** Places of which the operator has said that nobody reads a key there any more. */
  readonly movedFrom?: readonly NamedPlace[] | undefined;
  /** What a configuration wants done, asked and watched for the user; left out where there is none. */
  readonly hooks?: UserHooks | undefined;
  /** Whether a plan is made of the dry run: it looks at the places of every user then, and else at those alone that decide. */
  readonly makesPlan?: boolean | undefined;
  /** The key whose successor goes to the places that are looked at, where an earlier plan says it. */
  readonly looksFor?: { readonly replaced: AccessKeyId | undefined } | undefined;
  /** The age at which a key is due without a look-ahead, for what a plan says of it. */
  readonly thresholdDays?: number | undefined;
  /** What a plan says about the user, where one is applied: nothing else is done. */
  readonly planned?: Planned | undefined;
}

/** New keys work only after seconds, and not everywhere at once (I4). */
export interface VerificationPolicy {
  /** What a place waits for where the old key is kept: whoever is refused still has that one. */
  readonly beforeDelivery: Confirmation;
  /** What everything waits for where the old key is to go. */
  readonly beforeCutOver: Confirmation;
  /** A new key is left alone for so long, until keys of this run have shown how long it takes. */
  readonly firstMs: number;
  /** First pause after a refusal; it grows by a quarter each time, up to `retryMaxMs`. */
  readonly retryMs: number;
  readonly retryMaxMs: number;
  /** After this long without enough acceptances the rotation is left for the next run. */
  readonly giveUpMs: number;
}

/** What must follow the first acceptance of a key: further ones, and not one refusal among them. */
export interface Confirmation {
  readonly rounds: number;
  /**
   * Questions of a round, asked at the same time: each then has a connection of its own, and so perhaps
   * another of AWS's hosts. A kept connection would ask the same host again.
   */
  readonly together: number;
  /** Pause before a round. */
  readonly settleMs: number;
}

/** Three acceptances over two seconds. */
const PATIENT_CONFIRMATION: Confirmation = { rounds: 2, together: 1, settleMs: 1_000 };

/** For many keys: a question is a call, and while one key waits the others go on. */
export const DEFAULT_VERIFICATION: VerificationPolicy = {
  beforeDelivery: PATIENT_CONFIRMATION,
  beforeCutOver: PATIENT_CONFIRMATION,
  firstMs: 1_000,
  retryMs: 1_300,
  retryMaxMs: 3_000,
  giveUpMs: KEY_LAG_MS,
};

/** For one key and a person who waits for it: asked often, and confirmed by several hosts at once. */
export const PROMPT_VERIFICATION: VerificationPolicy = {
  beforeDelivery: { rounds: 1, together: 3, settleMs: 150 },
  beforeCutOver: PATIENT_CONFIRMATION,
  firstMs: 0,
  retryMs: 150,
  retryMaxMs: 300,
  giveUpMs: KEY_LAG_MS,
};

export interface AccountWork {
  readonly gateway: AccountGateway;
  readonly state: AccountState;
  readonly places: Places;
  /** Shared by all rotations of the account. */
  readonly probes: Probes;
  /**
   * I17: held from the intent until the secret is in custody, one rotation of the account at a time and
   * few of the process, so that a death costs no more secrets than that.
   */
  readonly creating: Limiter;
  readonly clock: Clock;
  readonly emit: EventSink;
  readonly policy: RotationPolicy;
  /** Aborted with a KeyturnError: no further step begins, the one in hand is finished. */
  readonly signal: AbortSignal;
}
