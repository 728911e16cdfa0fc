// The use cases of `keyctl` as the command line sees them. Everything that asks or prints is the
// command line's; everything here reads, decides and acts.

import type { OpenedSessions } from '../../aws/gateway-options.ts';
import type { AccessKeyId } from '../../base/access-key-id.ts';
import type { Clock } from '../../base/clock.ts';
import type { KeyturnError } from '../../base/errors.ts';
import type { EventSink } from '../../base/events.ts';
import type { Hint } from '../../base/hint.ts';
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
import type { AccountSelection, Choice } from '../choose-accounts.ts';
import type { AccountFailure } from '../read-accounts.ts';

export interface KeyctlContext {
  readonly clock: Clock;
  readonly emit: EventSink;
  /** What must survive a crash; it names this run in what it records. */
  readonly state: StateStore;
  readonly signal: AbortSignal;
  /** Hears of every key that is changed (I16). */
  readonly changes?: ChangeLog;
  /** Sessions that were opened for one profile and serve the next ones too. */
  readonly sessions?: OpenedSessions;
  /** Process environment, read once at the edge. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where `~` is; undefined when the system knows of none. */
  readonly home: string | undefined;
}

/** What every call of AWS on behalf of a profile needs. */
export interface SessionOptions {
  /** The profile that signs the calls; undefined means whoever the environment says. */
  readonly authProfile: string | undefined;
  /** `-c`: reading, signing and writing all use this file; undefined means the default one. */
  readonly credentialsFile: string | undefined;
  /** Undefined means that of the environment, else that of the profile. */
  readonly region: string | undefined;
  /** The code given on the command line, if any. */
  readonly mfaCode: string | undefined;
  /** Asks the person for the code of a device; undefined where nobody can be asked. */
  readonly askMfaCode: ((serial: string) => Promise<string>) | undefined;
  /** The pair of the profile signs, whatever role it may assume; so it does for its own key. */
  readonly signsWithPair?: boolean;
  /** Whether a code opens a session first, also where the profile's pair could sign by itself. */
  readonly isMfaWanted?: boolean;
}

export interface TargetOptions extends SessionOptions {
  /** The profile whose key is meant. */
  readonly targetProfile: string;
  /** `--user`: whose key it is, when AWS cannot tell. Checked all the same. */
  readonly user: string | undefined;
  /** Nothing is to be written: the keys of the profile are only shown. */
  readonly onlyLooks?: boolean;
  /** `--orphan`: keys of which the person says that nobody made them by hand. */
  readonly orphans?: ReadonlySet<AccessKeyId> | undefined;
  /** The command line to which `--orphan KEY` is added to say so. */
  readonly wordCommand?: string | undefined;
  /** The command line that puts the pair back which a rotation of the profile replaced. */
  readonly undoCommand?: string | undefined;
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

/** Whether there is room for a new key, and what would make some. */
export type ExamSlot =
  | Exclude<SlotVerdict, { readonly kind: 'full' }>
  | (Omit<Extract<SlotVerdict, { readonly kind: 'full' }>, 'way'> & { readonly hint: Hint });

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
  readonly slot: ExamSlot;
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
  readonly account: string;
  readonly user: string;
  /** Back in the profile. */
  readonly restoredKeyId: AccessKeyId;
  /** Now in the previous profile. */
  readonly replacedKeyId: AccessKeyId;
  readonly reactivated: boolean;
  readonly path: string;
  /** Undefined also where nothing was written, as in a dry run. */
  readonly backupPath: string | undefined;
  readonly profile: string;
  readonly previousProfile: string;
}

/** `tell` is called once all is looked at, before anything is changed. */
export interface UndoRequest {
  /** By reads alone: what would be done, told as if it were. */
  readonly dryRun: boolean;
  readonly tell: (plan: UndoPlan) => void;
}

export interface FinishRequest {
  readonly deleteNow: boolean;
  /** Do not wait for the silence after the rotation, where AWS shows no use since then. */
  readonly skipQuietWait: boolean;
  /** Whatever uses it. */
  readonly althoughInUse?: boolean;
}

export interface FinishResult {
  readonly account: string;
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

export type UndoProfile = (
  options: TargetOptions,
  context: KeyctlContext,
  request?: UndoRequest,
) => Promise<UndoResult>;

export type FinishProfile = (
  options: TargetOptions,
  request: FinishRequest & { readonly dryRun?: boolean },
  context: KeyctlContext,
) => Promise<FinishResult>;

/** The device whose code could open a session for who signs. */
export interface MfaDevice {
  /** Undefined where nothing names one. */
  readonly serial: string | undefined;
}

/** Resolves with undefined where a session signs already, or no IAM user does: then no code helps. */
export type FindMfaDevice = (
  options: SessionOptions,
  context: KeyctlContext,
) => Promise<MfaDevice | undefined>;

export interface BackupsRequest {
  /** Whether the old ones are to be deleted. */
  readonly prune: boolean;
  /** So many of the newest stay. */
  readonly keep: number;
}

/** A backup beside the credentials file. */
export interface BackupLine {
  readonly path: string;
  readonly madeAt: Date;
  /** Keys whose secrets it holds, each once. */
  readonly keyIds: readonly string[];
  /** Undefined where it is old and nothing speaks for it; else why it stays, in a sentence. */
  readonly staysBecause: string | undefined;
}

export interface Backups {
  readonly credentialsPath: string;
  /** The newest first. */
  readonly backups: readonly BackupLine[];
}

/** The backups, looked at; AWS is not asked. */
export interface OpenedBackups extends Backups {
  /** Deletes those of the paths for which, looked at again, nothing speaks. Resolves with those deleted. */
  prune(paths: readonly string[]): Promise<readonly string[]>;
}

export type OpenBackups = (
  options: Pick<SessionOptions, 'credentialsFile'> & Pick<BackupsRequest, 'keep'>,
  context: Pick<KeyctlContext, 'env' | 'home' | 'clock' | 'state'>,
) => Promise<OpenedBackups>;

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

/** What is wrong with files of profiles: it comes before whatever else is said of them. */
export interface FileTroubles {
  /** What keeps the AWS CLI or the AWS SDK from a file as a whole, one for each file. */
  readonly faults?: readonly KeyturnError[];
  /** Why a profile of this name may look missing. */
  readonly whyMissing?: (name: string) => KeyturnError | undefined;
}

export type ListProfiles = (
  options: Pick<SessionOptions, 'credentialsFile'>,
  context: Pick<KeyctlContext, 'env' | 'home'>,
) => Promise<
  {
    readonly credentialsPath: string;
    readonly configPath: string;
    readonly profiles: readonly ProfileLine[];
  } & FileTroubles
>;

/** `keyctl --list-all-keys`: every user of the account or accounts, as far as the caller may see them. */
export interface AllKeys {
  /** Undefined when several were asked for. */
  readonly account: string | undefined;
  /** Whose credentials signed the calls, in words. */
  readonly signedBy?: string | undefined;
  readonly users: readonly UserKeyDetails[];
  readonly unreadable: readonly {
    readonly account: string;
    readonly user: string;
    readonly reason: string;
  }[];
  /** Accounts that could not be entered or listed. */
  readonly failures: readonly AccountFailure[];
  /** Suspended or closed accounts of the organization. */
  readonly skipped: Choice['skipped'];
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
