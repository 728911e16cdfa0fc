// Everything the executor works with, handed in by src/app.

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { Clock } from '../base/clock.ts';
import { KeyturnError } from '../base/errors.ts';
import type { EventSink } from '../base/events.ts';
import type { Destination } from '../destinations/destination.ts';
import type { AccountGateway } from '../iam/gateway.ts';
import type { Handoff, Sightings } from '../journal/journal.ts';
import type { DeliveryTarget, OldKeyFate } from '../lifecycle/record.ts';
import type { Rotation } from '../lifecycle/rotation.ts';
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
}

/** New keys work only after seconds, and not everywhere at once (I4). */
export interface VerificationPolicy {
  /** How many answers in a row must accept the key. */
  readonly acceptancesInARow: number;
  /** Pause between two acceptances. */
  readonly settleMs: number;
  /** First pause after a refusal; it grows by half each time, up to `retryMaxMs`. */
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
  retryMs: 600,
  retryMaxMs: 1_500,
  giveUpMs: 120_000,
};

export interface ExecutorContext {
  readonly gateway: AccountGateway;
  readonly runtime: RotationRuntime;
  readonly handoff: Handoff;
  readonly sightings: Sightings;
  /** Where the secrets of this run's own rotations go. */
  readonly destination: Destination;
  /**
   * The destination of a rotation that another face began; undefined when it can not be reached from
   * here. Without it only this run's own destination is known.
   */
  readonly reopen?: (target: DeliveryTarget, oldKeyId: AccessKeyId) => Destination | undefined;
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
export function destinationOf(rotation: Rotation, context: ExecutorContext): Destination {
  const { target, oldKeyId, user, phase } = rotation;
  const { destination } = context;
  if (target.kind === destination.kind && target.place === destination.place) return destination;
  const reopened = context.reopen?.(target, oldKeyId);
  if (reopened !== undefined) return reopened;
  const place = target.place === '' ? `the ${target.kind} file` : `${target.kind} ${target.place}`;
  throw new KeyturnError(
    'other-destination',
    `a rotation of ${user} to ${place} is not finished (${phase}), and it can not be reached here`,
    { hint: 'finish that one first: run the command that began it again' },
  );
}
