// What the use cases of keyctl return, as the one document that --json prints and the page for
// people is made of. Only types are imported: a list of profiles must not load zod.

import { wholeDaysBetween } from '../../base/clock.ts';
import type { KeyturnError } from '../../base/errors.ts';
import { VERSION } from '../../base/version.ts';
import type { KeyDetails } from '../../executor/outcome.ts';
import type { KeyctlReport, KeyLine, RotationPlan } from '../../reports/keyctl-report.ts';
import type {
  AllKeys,
  FinishResult,
  ProfileExam,
  ProfileLine,
  ProfileRotation,
  UndoResult,
} from './types.ts';

/** Older than this, an Active key is marked. */
export const TOO_OLD_DAYS = 90;

/** What is known of a run before it begins. */
export interface RunFacts {
  readonly command: KeyctlReport['command'];
  readonly dryRun: boolean;
  readonly profile: string | undefined;
  readonly authProfile: string | undefined;
  readonly credentialsFile: string | undefined;
  readonly startedAt: Date;
}

export function emptyReport(facts: RunFacts): KeyctlReport {
  return {
    command: facts.command,
    success: true,
    dry_run: facts.dryRun,
    error: null,
    execution_time: facts.startedAt.toISOString(),
    keyturn_version: VERSION,
    account_id: null,
    user_name: null,
    profile: facts.profile ?? null,
    auth_profile: facts.authProfile ?? null,
    credentials_file: facts.credentialsFile ?? null,
    warnings: [],
    current_key_id: null,
  };
}

export function withFailure(report: KeyctlReport, error: KeyturnError): KeyctlReport {
  const { code, message, hint = null } = error;
  return { ...report, success: false, error: { code, message, hint } };
}

export function withExam(report: KeyctlReport, exam: ProfileExam): KeyctlReport {
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
    keys: exam.keys.map((key) => keyLine(key, now, exam.currentKeyId)),
    plan: planOf(exam),
  };
}

function planOf(exam: ProfileExam): RotationPlan {
  const { slot, openPhase } = exam;
  const resumes = openPhase ?? null;
  const nothing = { possible: true, key_to_delete: null, asks: false, resumes };
  if (openPhase !== undefined) {
    return { ...nothing, why: `an earlier run began it (${openPhase}); it goes on from there` };
  }
  if (slot.kind === 'free') return { ...nothing, why: 'there is room for a new key' };
  if (slot.kind === 'full') return { ...nothing, possible: false, why: slot.because };
  const { key, because, isQuiet } = slot;
  return {
    ...nothing,
    why: `${key.id} has to be deleted to make room: ${because}`,
    key_to_delete: key.id,
    asks: !isQuiet,
  };
}

export function withRotation(
  report: KeyctlReport,
  rotation: ProfileRotation,
  commands: { readonly undo: string; readonly finish: string },
): KeyctlReport {
  return {
    ...report,
    user_name: rotation.user,
    credentials_file: rotation.path,
    rotation: {
      old_key_id: rotation.oldKeyId,
      new_key_id: rotation.newKeyId,
      resumed: rotation.resumed,
      updated_profiles: [...rotation.updatedProfiles],
      previous_profile: rotation.previousProfile,
      backup_file: rotation.backupPath ?? null,
      deleted_key_id: rotation.deletedKeyId ?? null,
      undo_command: commands.undo,
      finish_command: commands.finish,
    },
  };
}

export function withUndo(report: KeyctlReport, result: UndoResult): KeyctlReport {
  return {
    ...report,
    user_name: result.user,
    credentials_file: result.path,
    undo: {
      restored_key_id: result.restoredKeyId,
      replaced_key_id: result.replacedKeyId,
      reactivated: result.reactivated,
      previous_profile: result.previousProfile,
      backup_file: result.backupPath ?? null,
    },
  };
}

export function withFinish(report: KeyctlReport, result: FinishResult): KeyctlReport {
  const { outcome } = result;
  const hasHold = outcome.kind === 'held' || outcome.kind === 'deactivated';
  return {
    ...report,
    user_name: result.user,
    finish: {
      access_key_id: result.keyId,
      outcome: outcome.kind,
      reason: outcome.kind === 'held' ? outcome.reason : null,
      deletable_from: hasHold ? (outcome.deletableFrom?.toISOString() ?? null) : null,
      removed_profile: result.removedProfile ?? null,
      backup_file: result.backupPath ?? null,
    },
  };
}

export function withProfiles(
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

export function withAllKeys(report: KeyctlReport, all: AllKeys): KeyctlReport {
  const now = new Date(report.execution_time);
  return {
    ...report,
    // Unknown is not empty (I11): a list with holes is no success.
    success: all.unreadable.length + all.failures.length === 0,
    account_id: all.account ?? null,
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
      accounts_skipped: all.accountsSkipped,
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
