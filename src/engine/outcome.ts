// What became of one user in one run, or would become of them.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { type KeyturnError, toKeyturnError } from '../base/errors.ts';
import type { AccessKey, KeyDetails, KeyStatus } from '../lifecycle/keys.ts';
import type { PlannedKey } from '../lifecycle/plan-keys.ts';
import type { SeenUser } from '../lifecycle/plan-step.ts';
import type { Waiting } from '../lifecycle/quiet-gate.ts';
import type { DeliveryReceipt, JournaledTarget } from '../lifecycle/record.ts';
import { hasNewKey, type PhaseName, type Rotation } from '../lifecycle/rotation.ts';
import type { HookResult } from './hooks.ts';

export interface OldKey {
  readonly id: AccessKeyId;
  /** Undefined when the key is gone and its age with it. */
  readonly createdAt: Date | undefined;
  /** As last read, or as changed by this run; `unknown` when a change may or may not have landed. */
  readonly status: KeyStatus | 'gone' | 'unknown';
}

/** What a run would leave the old key as. */
export interface ForetoldFate {
  /** `gone`: somebody has deleted it already. */
  readonly status: KeyStatus | 'gone';
  readonly why: string;
}

export type RotationOutcome =
  | {
      readonly kind: 'rotated';
      readonly oldKey: OldKey;
      readonly newKeyId: AccessKeyId;
      /** Where the new secret went. */
      readonly receipts: readonly DeliveryReceipt[];
      readonly resumed: boolean;
    }
  | {
      readonly kind: 'would-rotate';
      readonly oldKey: OldKey;
      readonly fate: ForetoldFate;
      /** Where the new secret would go. */
      readonly targets: readonly JournaledTarget[];
      readonly resumed: boolean;
    }
  | {
      readonly kind: 'failed';
      readonly oldKey: OldKey;
      readonly error: KeyturnError;
      readonly newKeyId: AccessKeyId | undefined;
      readonly resumed: boolean;
      /** The user's keys, when they are why it failed. */
      readonly keys: readonly KeyDetails[] | undefined;
    };

/** An old key that waited, or waits, until nobody uses it (I15). */
export interface RetirementOutcome {
  /** `retired`: this run made it Inactive, or a dry run says that it would be. */
  readonly kind: 'waiting' | 'retired';
  readonly oldKey: OldKey;
  /** Undefined in a dry run of a rotation that has none yet. */
  readonly newKeyId: AccessKeyId | undefined;
  /** When the places had the new key; undefined in a dry run, where they have it not yet. */
  readonly since: Date | undefined;
  /** Undefined once it does not wait any more. */
  readonly waiting: Waiting | undefined;
  /** Why it went, or would go; undefined while it waits, and where nobody asked. */
  readonly went?: string | undefined;
  /** Whether the readers of the new key have used it; undefined where AWS does not tell, or nobody asked. */
  readonly isNewKeyUsed: boolean | undefined;
  /** Where the new key is, and its readers with it. */
  readonly targets: readonly JournaledTarget[];
}

export type Retired = RetirementOutcome & { readonly kind: 'retired' };

export interface CleanupOutcome {
  /** In a dry run: the keys that would be deleted. */
  readonly deleted: readonly AccessKeyId[];
  readonly kept: readonly {
    readonly id: AccessKeyId;
    readonly reason: string;
    /** When its hold is over; undefined where time alone does not end it. */
    readonly notBefore: Date | undefined;
  }[];
  readonly error: KeyturnError | undefined;
}

export interface UserOutcome {
  readonly user: string;
  readonly rotation: RotationOutcome | undefined;
  readonly cleanup: CleanupOutcome | undefined;
  readonly retirement: RetirementOutcome | undefined;
  /** What became of the hooks of a configuration, or would come up; left out where none did. */
  readonly hooks?: readonly HookResult[] | undefined;
  /** From when on another run may lead further; undefined when nothing waits for a time. */
  readonly notBefore: Date | undefined;
  /** Of a dry run: the same as a plan tells it; left out where nothing was learned of the user. */
  readonly plan?: UserPlan;
}

/** The decision about a user, key by key, with what it depends on. */
export interface UserPlan {
  readonly keys: readonly PlannedKey[];
  readonly seen: SeenUser;
  /** Whether the run puts something on record that changes no key: an announcement, what a watch saw, an end. */
  readonly records: boolean;
  /** Every place that the steps write. */
  readonly targets: readonly JournaledTarget[];
}

type Failed = Extract<RotationOutcome, { readonly kind: 'failed' }>;
type FailedMore = Partial<Pick<Failed, 'newKeyId' | 'resumed' | 'keys'>>;

export function failed(oldKey: OldKey, error: KeyturnError, more: FailedMore = {}): Failed {
  return {
    kind: 'failed',
    oldKey,
    error,
    newKeyId: undefined,
    resumed: false,
    keys: undefined,
    ...more,
  };
}

/** A rotation that has come to its end, or stands where no step leads on from. */
export function ended(
  rotation: Rotation,
  { oldKey, resumed }: { readonly oldKey: OldKey; readonly resumed: boolean },
): RotationOutcome {
  const replaced = replacedThough(rotation, { oldKey, resumed });
  if (replaced !== undefined) return replaced;
  const { phase, user } = rotation;
  if (phase !== 'deactivated' && phase !== 'completed' && phase !== 'in-grace') {
    return failed(oldKey, toKeyturnError(`rotation of ${user} stopped in phase ${phase}`), {
      resumed,
    });
  }
  const { newKeyId, receipts } = rotation;
  const status = phase === 'deactivated' ? 'Inactive' : oldKey.status;
  return { kind: 'rotated', oldKey: { ...oldKey, status }, newKeyId, receipts, resumed };
}

/** A rotation whose old key somebody has deleted, and whose places have the new one; undefined for any other. */
export function replacedThough(
  rotation: Rotation,
  { oldKey, resumed }: { readonly oldKey: OldKey; readonly resumed: boolean },
): RotationOutcome | undefined {
  if (rotation.phase !== 'closed' || rotation.reason !== 'old-key-gone') return undefined;
  if (rotation.delivery === undefined) return undefined;
  const { newKeyId, receipts } = rotation.delivery;
  return { kind: 'rotated', oldKey: { ...oldKey, status: 'gone' }, newKeyId, receipts, resumed };
}

/** What a phase tells of the old key, whatever was listed before. */
const STATUS_IN: Readonly<Partial<Record<PhaseName, OldKey['status']>>> = {
  deactivating: 'unknown',
  undoing: 'unknown',
  deactivated: 'Inactive',
  undone: 'Active',
};

/** A failure, with what the journal knows of the new key and of a change that may have landed. */
export function failedIn(
  rotation: Rotation,
  error: KeyturnError,
  { oldKey, resumed }: { readonly oldKey: OldKey; readonly resumed: boolean },
): Failed {
  const status = STATUS_IN[rotation.phase] ?? oldKey.status;
  const newKeyId = hasNewKey(rotation) ? rotation.newKeyId : undefined;
  return failed({ ...oldKey, status }, error, { newKeyId, resumed });
}

/** The old key of an open rotation, as listed now. */
export function oldKeyOf({ oldKeyId }: Rotation, keys: readonly AccessKey[]): OldKey {
  const listed = keys.find(({ id }) => id === oldKeyId);
  return { id: oldKeyId, createdAt: listed?.createdAt, status: listed?.status ?? 'gone' };
}
