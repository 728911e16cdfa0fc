// The one document of a keyctl run, which --json prints and the page for people is made of. It is built
// from what was known when the run ended, however it ended. Only types are imported: a list of profiles
// must not load zod.

import { wholeDaysBetween } from '../../base/clock.ts';
import type { KeyturnError } from '../../base/errors.ts';
import { hintText } from '../../base/hint.ts';
import {
  countChanges,
  NOTHING_TOLD,
  type PlannedChange,
  type ToldSoFar,
  whyFound,
} from '../../base/key-changes.ts';
import { VERSION } from '../../base/version.ts';
import type { KeyDetails } from '../../lifecycle/keys.ts';
import type { KeyctlReport, KeyLine, RotationPlan } from '../../reports/keyctl-report.ts';
import { withBackups, withFinish, withUndo } from './build-later-report.ts';
import type {
  AllKeys,
  Backups,
  FinishResult,
  ProfileExam,
  ProfileLine,
  ProfileRotation,
  UndoResult,
} from './types.ts';

/** An Active key that is older is marked. */
export const TOO_OLD_DAYS = 90;

/** What is known of a run before it begins. */
export interface KeyctlStart {
  readonly command: KeyctlReport['command'];
  readonly dryRun: boolean;
  readonly profile: string | undefined;
  readonly authProfile: string | undefined;
  readonly credentialsFile: string | undefined;
  readonly startedAt: Date;
}

/** What a run has found out and done so far. A step never changes it; it hands on the next one. */
export interface KeyctlProgress {
  /** The profile whose key it is, and the one that signs; known once a person has chosen them. */
  readonly pair?: { readonly targetProfile: string; readonly authProfile: string | undefined };
  readonly exam?: ProfileExam;
  readonly result?: KeyctlResult;
  /** As the journal names the run; undefined before it has a journal. */
  readonly runId?: string | undefined;
  readonly told?: ToldSoFar;
}

export type KeyctlResult =
  | {
      readonly kind: 'rotation';
      readonly rotation: ProfileRotation;
      readonly commands: LaterCommands;
    }
  | { readonly kind: 'undo'; readonly undo: UndoResult; readonly commands: LaterCommands }
  | {
      readonly kind: 'finish';
      readonly finish: FinishResult;
      /** Whether the person asked for the end of the hold. */
      readonly deleteNow: boolean;
      readonly commands: LaterCommands;
    }
  | { readonly kind: 'all-keys'; readonly all: AllKeys }
  | {
      readonly kind: 'backups';
      readonly found: Backups;
      readonly pruneCommand: string;
      /** Paths; in a dry run those that would be. */
      readonly deleted: readonly string[];
    }
  | {
      readonly kind: 'profiles';
      readonly credentialsPath: string;
      readonly profiles: readonly ProfileLine[];
    };

/** Command lines about the same profile, for the reader to paste. */
export interface LaterCommands {
  readonly undo: string;
  readonly finish: string;
  /** The same without waiting for the end of the hold. */
  readonly delete: string;
}

/** `error` is what ended the run early, if anything did. */
export function buildKeyctlReport(
  start: KeyctlStart,
  { pair, exam, result, told = NOTHING_TOLD, runId }: KeyctlProgress,
  error?: KeyturnError,
): KeyctlReport {
  const named = pair && { profile: pair.targetProfile, authProfile: pair.authProfile };
  const { changes, keptHandoffs } = told;
  const begun: KeyctlReport = {
    ...emptyReport({ ...start, ...named }),
    run_id: runId ?? null,
    changes: [...changes],
    kept_handoffs: [...keptHandoffs],
    summary: { changes: countChanges(changes) },
  };
  const examined = exam === undefined ? begun : withExam(begun, exam);
  const known = result === undefined ? examined : withResult(examined, result);
  return error === undefined ? known : withFailure(known, error);
}

function emptyReport(start: KeyctlStart): KeyctlReport {
  return {
    command: start.command,
    success: true,
    dry_run: start.dryRun,
    error: null,
    execution_time: start.startedAt.toISOString(),
    run_id: null,
    keyturn_version: VERSION,
    account_id: null,
    user_name: null,
    profile: start.profile ?? null,
    auth_profile: start.authProfile ?? null,
    credentials_file: start.credentialsFile ?? null,
    warnings: [],
    current_key_id: null,
    changes: [],
    kept_handoffs: [],
    next_run_at: null,
    summary: { changes: countChanges([]) },
  };
}

function withFailure(report: KeyctlReport, error: KeyturnError): KeyctlReport {
  const { code, message, hint = null, notBefore } = error;
  const nextRunAt = notBefore?.toISOString() ?? report.next_run_at;
  return { ...report, success: false, next_run_at: nextRunAt, error: { code, message, hint } };
}

function withResult(report: KeyctlReport, result: KeyctlResult): KeyctlReport {
  switch (result.kind) {
    case 'rotation':
      return withRotation(report, result.rotation, result.commands);
    case 'undo':
      return withUndo(report, result);
    case 'finish':
      return withFinish(report, result);
    case 'all-keys':
      return withAllKeys(report, result.all);
    case 'backups':
      return withBackups(report, result);
    case 'profiles':
      return withProfiles(report, result.credentialsPath, result.profiles);
  }
}

function withExam(report: KeyctlReport, exam: ProfileExam): KeyctlReport {
  const now = new Date(report.execution_time);
  return {
    ...report,
    account_id: exam.account,
    user_name: exam.user,
    profile: exam.profile,
    credentials_file: exam.path,
    warnings: [...exam.warnings],
    current_key_id: exam.currentKeyId,
    same_key_profiles: [...exam.sameKeyProfiles],
    // What a rotation waits for: it is over once the rotation went on.
    next_run_at: exam.obstacle?.notBefore?.toISOString() ?? null,
    keys: exam.keys.map((key) => keyLine(key, now, exam.currentKeyId)),
    ...(report.dry_run && { planned_changes: plannedOf(exam) }),
    // A list of keys foretells no rotation.
    ...(report.command !== 'list-keys' && { plan: planOf(exam) }),
  };
}

/**
 * One document about several profiles: each has its own result, and what was changed is told once more for
 * the whole. `error` is what ended the run before all were done.
 */
export function buildSeveralReport(
  start: KeyctlStart,
  results: readonly KeyctlReport[],
  error?: KeyturnError,
): KeyctlReport {
  const changes = results.flatMap((each) => each.changes);
  const planned = results.flatMap((each) => each.planned_changes ?? []);
  const times = results.flatMap(({ next_run_at: at }) => at ?? []);
  const whole: KeyctlReport = {
    ...emptyReport(start),
    success: results.every(({ success }) => success),
    run_id: results.find(({ run_id: run }) => run !== null)?.run_id ?? null,
    credentials_file: results.find(({ credentials_file: file }) => file)?.credentials_file ?? null,
    account_id: sameOf(results.map(({ account_id: account }) => account)),
    changes,
    kept_handoffs: results.flatMap((each) => each.kept_handoffs),
    next_run_at: times.toSorted()[0] ?? null,
    summary: { changes: countChanges(changes) },
    ...(start.dryRun && { planned_changes: planned }),
    results: results.map((each) => each),
  };
  return error === undefined ? whole : withFailure(whole, error);
}

function sameOf(values: readonly (string | null)[]): string | null {
  const known = new Set(values.filter((value) => value !== null));
  return known.size === 1 ? ([...known][0] ?? null) : null;
}

const OLD_KEY_ENDS = {
  goes: 'would become Inactive',
  waits: 'would stay Active until nobody uses it',
  stays: 'would stay Active',
} as const;
/** What recovery would tell and delete; the rest of the rotation is the plan. */
function plannedOf({ account, user, found, orphan }: ProfileExam): PlannedChange[] {
  const about = { account_id: account, username: user, by: 'recovery' } as const;
  const told = found.map(({ change, keyId, reason }) => {
    const why = whyFound(reason);
    return { change, ...about, access_key_id: keyId, why, already_done: true };
  });
  if (orphan === undefined) return told;
  const { keyId, why } = orphan;
  const deleted = { change: 'deleted', ...about, access_key_id: keyId, why } as const;
  return [...told, { ...deleted, already_done: false }];
}

function planOf(exam: ProfileExam): RotationPlan {
  const { slot, openPhase, obstacle, orphan } = exam;
  const resumes = openPhase ?? null;
  const current = exam.keys.find(({ id }) => id === exam.currentKeyId);
  const isInactive = current?.status === 'Inactive';
  const old_key = isInactive ? 'is Inactive already' : OLD_KEY_ENDS[exam.oldKeyEnd];
  const nothing = {
    possible: true,
    key_to_delete: null,
    asks: false,
    old_key,
    resumes,
    hint: null,
  };
  if (obstacle !== undefined) {
    const { message: why, hint = null } = obstacle;
    return { ...nothing, possible: false, why, hint };
  }
  if (openPhase !== undefined) {
    return { ...nothing, why: `an earlier run began it (${openPhase}); it goes on from there` };
  }
  if (slot.kind === 'free') {
    const first = `${orphan?.keyId}, whose secret was lost, is deleted first`;
    return { ...nothing, why: orphan === undefined ? 'there is room for a new key' : first };
  }
  if (slot.kind === 'full') {
    return { ...nothing, possible: false, why: slot.because, hint: hintText(slot.hint) };
  }
  const { key, because, isIdle } = slot;
  return {
    ...nothing,
    why: `${key.id} has to be deleted to make room: ${because}`,
    key_to_delete: key.id,
    asks: !isIdle,
  };
}

function withRotation(
  report: KeyctlReport,
  rotation: ProfileRotation,
  commands: LaterCommands,
): KeyctlReport {
  return {
    ...report,
    user_name: rotation.user,
    credentials_file: rotation.path,
    next_run_at: rotation.oldKeyWaitsUntil?.toISOString() ?? null,
    rotation: {
      old_key_id: rotation.oldKeyId,
      new_key_id: rotation.newKeyId,
      resumed: rotation.resumed,
      updated_profiles: [...rotation.updatedProfiles],
      previous_profile: rotation.previousProfile,
      old_key_status: rotation.oldKeyStatus,
      old_key_waits_until: rotation.oldKeyWaitsUntil?.toISOString() ?? null,
      backup_file: rotation.backupPath ?? null,
      deleted_key_id: rotation.deletedKeyId ?? null,
      undo_command: commands.undo,
      finish_command: commands.finish,
    },
  };
}

function withProfiles(
  report: KeyctlReport,
  credentialsPath: string,
  profiles: readonly ProfileLine[],
): KeyctlReport {
  return {
    ...report,
    credentials_file: credentialsPath,
    profiles: profiles.map(({ name, kind, keyId, rotatable, note }) => ({
      name,
      kind,
      access_key_id: keyId ?? null,
      rotatable,
      note: note ?? null,
    })),
  };
}

function withAllKeys(report: KeyctlReport, all: AllKeys): KeyctlReport {
  const now = new Date(report.execution_time);
  return {
    ...report,
    // Unknown is not empty (I11): a list with holes is no success.
    success: all.unreadable.length + all.failures.length === 0,
    account_id: all.account ?? null,
    signed_by: all.signedBy ?? null,
    users: all.users.map(({ account, user, keys }) => ({
      account_id: account,
      user_name: user,
      keys: keys.map((key) => keyLine(key, now, undefined)),
    })),
    unreadable: all.unreadable.map(({ account, user, reason }) => ({
      account_id: account,
      user_name: user,
      reason,
    })),
    ...(all.account === undefined && {
      account_failures: all.failures.map(({ account, error }) => ({
        account_id: account,
        code: error.code,
        message: error.message,
        hint: error.hint ?? null,
      })),
      accounts_skipped: all.skipped.length,
      skipped_accounts: all.skipped.map(({ id, state }) => ({ account_id: id, state })),
    }),
  };
}

function keyLine(key: KeyDetails, now: Date, currentKeyId: string | undefined): KeyLine {
  const age = daysSince(key.createdAt, now);
  const { lastUse } = key;
  const usedAt = lastUse !== 'unreadable' && lastUse.used === 'at' ? lastUse.at : undefined;
  const unused = lastUse === 'unreadable' ? null : 'never';
  return {
    access_key_id: key.id,
    status: key.status,
    created: key.createdAt.toISOString(),
    age_days: age,
    last_used: usedAt?.toISOString() ?? unused,
    last_used_days_ago: usedAt === undefined ? null : daysSince(usedAt, now),
    current: key.id === currentKeyId,
    too_old: key.status === 'Active' && age > TOO_OLD_DAYS,
  };
}

/** AWS's clock may be ahead of this machine's. */
function daysSince(then: Date, now: Date): number {
  return Math.max(0, wholeDaysBetween(then, now));
}
