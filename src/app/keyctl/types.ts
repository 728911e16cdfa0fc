// The use cases of `keyctl` as the command line sees them. Everything that asks or prints is the
// command line's; everything here reads, decides and acts.

import type { AccessKeyId } from '../../base/access-key-id.ts';
import type { Clock } from '../../base/clock.ts';
import type { KeyturnError } from '../../base/errors.ts';
import type { EventSink } from '../../base/events.ts';
import type { SameReach } from '../../base/key-command.ts';
import type { NamedPlace } from '../../destinations/kinds.ts';
import type { FinishOutcome } from '../../engine/finish-key.ts';
import type { ForeseenUndo, UndoKind } from '../../engine/undo-rotation.ts';
import type { FoundChange } from '../../lifecycle/found-changes.ts';
import type { KeyDetails } from '../../lifecycle/keys.ts';
import type { OldKeyFate } from '../../lifecycle/record.ts';
import type { RetirePolicy } from '../../lifecycle/retire-policy.ts';
import type { SlotVerdict } from '../../lifecycle/slot.ts';
import type { StateStore } from '../../state/state-store.ts';
import type { ChangeLog } from '../change-log.ts';
import type { AccountSelection } from '../choose-accounts.ts';

export interface KeyctlContext {
  readonly clock: Clock;
  readonly emit: EventSink;
  /** What must survive a crash; it names this run in what it records. */
  readonly state: StateStore;
  readonly signal: AbortSignal;
  /** Hears of every key that is changed (I16). */
  readonly changes?: ChangeLog;
  /** Process environment, read once at the edge. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where `~` is; undefined when the system knows of none. */
  readonly home: string | undefined;
}

/** What every call of AWS on behalf of a profile needs. */
export interface SessionOptions {
  /** The profile that signs the calls. */
  readonly authProfile: string;
  /** `-c`: reading, signing and writing all use this file; undefined means the default one. */
  readonly credentialsFile: string | undefined;
  readonly region: string;
  /** The code given on the command line, if any. */
  readonly mfaCode: string | undefined;
  /** Asks the person for the code of a device; undefined where nobody can be asked. */
  readonly askMfaCode: ((serial: string) => Promise<string>) | undefined;
}

export interface TargetOptions extends SessionOptions {
  /** The profile whose key is meant. */
  readonly targetProfile: string;
  /** `--user`: whose key it is, when AWS cannot tell. Checked all the same. */
  readonly user: string | undefined;
  /** `--orphan`: keys of which the person says that nobody made them by hand. */
  readonly orphans?: ReadonlySet<AccessKeyId> | undefined;
  /** The command line to which `--orphan KEY` is added to say so. */
  readonly wordCommand?: string | undefined;
  /** How `keyturn keys` reaches the same account and state, for hints. */
  readonly reach?: SameReach | undefined;
  /** What becomes of the old key; it stays Active when left out. */
  readonly oldKeyFate?: OldKeyFate;
  /** When it goes, where it waits until nobody uses it. */
  readonly retire?: RetirePolicy;
  /** Whether other profiles of the file that hold the same key go with it. */
  readonly allProfiles?: boolean;
  /** Places where nobody reads a key any more. */
  readonly movedFrom?: readonly NamedPlace[];
}

/** What a profile's rotation would meet: reads only. */
export interface ProfileExam {
  readonly account: string;
  readonly user: string;
  readonly profile: string;
  /** The credentials file, as it will be written. */
  readonly path: string;
  readonly currentKeyId: AccessKeyId;
  /** All keys of the user. */
  readonly keys: readonly KeyDetails[];
  readonly slot: SlotVerdict;
  /** Other profiles of the file that hold the same key. */
  readonly sameKeyProfiles: readonly string[];
  /** Phase of a rotation of this profile that an earlier run left open, and that is gone on with. */
  readonly openPhase: string | undefined;
  /** What would become of the old key: it goes at once, it waits until nobody uses it, or it stays. */
  readonly oldKeyEnd: 'goes' | 'waits' | 'stays';
  /** A key whose secret was lost: it is deleted before the rotation begins; and why. */
  readonly orphan: { readonly keyId: AccessKeyId; readonly why: string } | undefined;
  /** What earlier runs did to keys of the user and could not tell any more. */
  readonly found: readonly FoundChange[];
  /** Why a rotation that is open cannot be gone on with, now or from here. */
  readonly obstacle: KeyturnError | undefined;
  /** What is worth knowing and stops nothing, such as a file that others can read. */
  readonly warnings: readonly string[];
}

export interface RotateRequest {
  /** The key that the person allows to be deleted to make room. */
  readonly mayRemove: AccessKeyId | undefined;
  /** Update every profile of the file that holds the same key, in the same write. */
  readonly allProfiles: boolean;
}

export interface ProfileRotation {
  readonly user: string;
  readonly oldKeyId: AccessKeyId;
  readonly newKeyId: AccessKeyId;
  /** An earlier run had begun it. */
  readonly resumed: boolean;
  readonly path: string;
  /** Undefined when an earlier run wrote the file. */
  readonly backupPath: string | undefined;
  /** Profiles that now hold the new pair. */
  readonly updatedProfiles: readonly string[];
  /** The profile that keeps the old pair. */
  readonly previousProfile: string;
  readonly oldKeyStatus: 'Active' | 'Inactive';
  /** When it may go if nobody uses it; undefined where it does not wait for that. */
  readonly oldKeyWaitsUntil: Date | undefined;
  readonly deletedKeyId: AccessKeyId | undefined;
}

/** What an undo is about to do, told before anything is changed. */
export interface UndoPlan extends ForeseenUndo {
  readonly user: string;
  readonly profile: string;
  readonly previousProfile: string;
}

export interface UndoResult {
  readonly kind: UndoKind;
  readonly user: string;
  /** Back in the profile. */
  readonly restoredKeyId: AccessKeyId;
  /** Now in the previous profile. */
  readonly replacedKeyId: AccessKeyId;
  readonly reactivated: boolean;
  readonly path: string;
  readonly backupPath: string | undefined;
  readonly profile: string;
  readonly previousProfile: string;
}

export interface FinishRequest {
  readonly deleteNow: boolean;
  /** Do not wait for the silence after the rotation, where AWS shows no use since then. */
  readonly skipQuietWait: boolean;
  /** Whatever uses it. */
  readonly althoughInUse?: boolean;
}

export interface FinishResult {
  readonly user: string;
  readonly keyId: AccessKeyId;
  readonly outcome: FinishOutcome;
  /** Whether the previous profile was taken out of the file, because its key is gone. */
  readonly removedProfile: string | undefined;
  readonly backupPath: string | undefined;
}

/** One profile, opened: AWS was asked who signs, and whose key it is. Close it at the end. */
export interface ProfileSession {
  readonly exam: ProfileExam;
  /** Throws a KeyturnError for everything that stops it; its hint says how to go on. */
  rotate(request: RotateRequest): Promise<ProfileRotation>;
  close(): void;
}

export type OpenProfileSession = (
  options: TargetOptions,
  context: KeyctlContext,
) => Promise<ProfileSession>;

/** `tell` is called once all is looked at, before anything is changed. */
export type UndoProfile = (
  options: TargetOptions,
  context: KeyctlContext,
  tell?: (plan: UndoPlan) => void,
) => Promise<UndoResult>;

export type FinishProfile = (
  options: TargetOptions,
  request: FinishRequest,
  context: KeyctlContext,
) => Promise<FinishResult>;

/** `keyctl -l`: no call to AWS, and nothing heavy is loaded. */
export interface ProfileLine {
  readonly name: string;
  /** Its access key ID, where the files hold one. */
  readonly keyId: string | undefined;
  /** What kind of profile it is, in a word or two. */
  readonly kind: string;
  /** Whether keyctl can rotate it; otherwise why not, in a sentence. */
  readonly rotatable: boolean;
  readonly note: string | undefined;
}

export type ListProfiles = (
  options: Pick<SessionOptions, 'credentialsFile'>,
  context: Pick<KeyctlContext, 'env' | 'home'>,
) => Promise<{
  readonly credentialsPath: string;
  readonly configPath: string;
  readonly profiles: readonly ProfileLine[];
}>;

/** `keyctl --list-all-keys`: every user of the account or accounts, as far as the caller may see them. */
export interface AllKeys {
  /** Undefined when several were asked for. */
  readonly account: string | undefined;
  readonly users: readonly UserKeyDetails[];
  readonly unreadable: readonly {
    readonly account: string;
    readonly user: string;
    readonly reason: string;
  }[];
  /** Accounts that could not be entered or listed. */
  readonly failures: readonly { readonly account: string; readonly error: KeyturnError }[];
  /** Suspended or closed accounts of the organization. */
  readonly accountsSkipped: number;
}

export interface UserKeyDetails {
  readonly account: string;
  readonly user: string;
  readonly keys: readonly KeyDetails[];
}

export interface ListAllKeysOptions extends SessionOptions {
  /** Several accounts; undefined means the caller's own. */
  readonly accounts: AccountSelection | undefined;
}

export type ListAllKeys = (options: ListAllKeysOptions, context: KeyctlContext) => Promise<AllKeys>;
