// Everything the executor works with, handed in by src/app.

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { Clock } from '../base/clock.ts';
import { KeyturnError, toKeyturnError } from '../base/errors.ts';
import type { EventSink } from '../base/events.ts';
import type { Destination } from '../destinations/destination.ts';
import type { AccountGateway } from '../iam/gateway.ts';
import type { Handoff, Sightings, SlotSightings } from '../journal/journal.ts';
import type { DeliveryTarget, OldKeyFate } from '../lifecycle/record.ts';
import type { Rotation } from '../lifecycle/rotation.ts';
import type { Probes } from './probes.ts';
import type { RotationRuntime } from './runtime.ts';

export interface RotationPolicy {
  /** What becomes of the old key once the new one is delivered and verified. */
  readonly oldKeyFate: OldKeyFate;
  /** A key is due at this age or older. */
  readonly daysThreshold: number;
  readonly cleanupInactive: boolean;
  /** How long a key must have been Inactive before clean-up deletes it. */
  readonly inactiveDays: number;
  readonly verification: VerificationPolicy;
  /** Finish what earlier runs left open, and begin nothing. */
  readonly recoverOnly?: boolean;
  /** Whether the operator has said where the successor of the key that signs the calls goes (I7). */
  readonly replacesOwnKey?: boolean;
}

/** New keys work only after seconds, and not everywhere at once (I4). */
export interface VerificationPolicy {
  /** How many answers in a row must accept the key. */
  readonly acceptancesInARow: number;
  /** Pause between two acceptances. */
  readonly settleMs: number;
  /** A new key is left alone for so long, until keys of this run have shown how long it takes. */
  readonly firstMs: number;
  /** First pause after a refusal; it grows by a quarter each time, up to `retryMaxMs`. */
  readonly retryMs: number;
  readonly retryMaxMs: number;
  /** After this long without enough acceptances the rotation is left for the next run. */
  readonly giveUpMs: number;
}

/**
 * Three acceptances over two seconds. AWS gives no number for propagation; 5 to 15 s were seen
 * (docs/ARCHITECTURE.md lists the sources), so giving up takes much longer than that.
 */
export const DEFAULT_VERIFICATION: VerificationPolicy = {
  acceptancesInARow: 3,
  settleMs: 1_000,
  firstMs: 1_000,
  retryMs: 1_300,
  retryMaxMs: 3_000,
  giveUpMs: 120_000,
};

/** Throws `not-deliverable` for a user whom the places do not fit. */
export type DestinationChooser = (
  user: string,
  oldKeyId: AccessKeyId,
) => readonly [Destination, ...Destination[]];

export interface ExecutorContext {
  readonly gateway: AccountGateway;
  readonly runtime: RotationRuntime;
  readonly handoff: Handoff;
  readonly sightings: Sightings;
  readonly slotSightings: SlotSightings;
  /** Where the secrets of this run's own rotations of a user go; at least one place. */
  readonly destinations: DestinationChooser;
  /** Whether rotations to other places than this run's own are finished too. */
  readonly finishesOthers: boolean;
  /**
   * A destination of a rotation that another run began; undefined when it can not be reached from
   * here. Without it only this run's own destinations are known.
   */
  readonly reopen?: (target: DeliveryTarget, oldKeyId: AccessKeyId) => Destination | undefined;
  /** Shared by all rotations of the account. */
  readonly probes: Probes;
  readonly clock: Clock;
  readonly emit: EventSink;
  readonly policy: RotationPolicy;
  /** Aborted with a KeyturnError: no further step begins, the one in hand is finished. */
  readonly signal: AbortSignal;
}

/**
 * Where the secret of a rotation goes: a rotation is finished as it was promised when it began,
 * whichever face finishes it (I10). Throws `other-destination`.
 */
export function destinationsOf(rotation: Rotation, context: ExecutorContext): Destination[] {
  const { reopen, ...own } = context;
  return reachable(rotation, context.finishesOthers ? context : own);
}

/** The same whoever is to finish it: for what is only tidied up behind a rotation that has ended. */
export function reachable(rotation: Rotation, context: Reach): Destination[] {
  const { targets, oldKeyId, user } = rotation;
  const own = ownDestinations(user, oldKeyId, context);
  return targets.map((target) => {
    const isTarget = ({ kind, place }: Destination) =>
      kind === target.kind && place === target.place;
    const found = own.find(isTarget) ?? context.reopen?.(target, oldKeyId);
    if (found === undefined) throw otherDestination(rotation, target);
    return found.including?.(target) ?? found;
  });
}

type Reach = Pick<ExecutorContext, 'destinations' | 'reopen'>;

/** A user whom this run's places do not fit may have an open rotation to others. */
function ownDestinations(
  user: string,
  oldKeyId: AccessKeyId,
  { destinations }: Reach,
): readonly Destination[] {
  try {
    return destinations(user, oldKeyId);
  } catch (thrown) {
    if (toKeyturnError(thrown).code === 'not-deliverable') return [];
    throw thrown;
  }
}

function otherDestination(
  { user, phase }: Rotation,
  { kind, place }: DeliveryTarget,
): KeyturnError {
  const where = place === '' ? `the ${kind} file` : `${kind} ${place}`;
  return new KeyturnError(
    'other-destination',
    `a rotation of ${user} to ${where} is not finished (${phase}), and it can not be reached here`,
    {
      hint: `finish that one first: run the command that began it again, or keyturn recover --user ${user}`,
    },
  );
}
