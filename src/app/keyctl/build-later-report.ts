// What undo, finish and backups did, or would do, as the document of keyctl tells it.

import type { KeyctlReport } from '../../reports/keyctl-report.ts';
import type { KeyctlResult } from './build-keyctl-report.ts';
import type { FinishResult, UndoResult } from './types.ts';

type Of<Kind extends KeyctlResult['kind']> = Extract<KeyctlResult, { readonly kind: Kind }>;

export function withUndo(
  begun: KeyctlReport,
  { undo: result, commands }: Of<'undo'>,
): KeyctlReport {
  const report = {
    ...begun,
    account_id: result.account,
    user_name: result.user,
    credentials_file: result.path,
  };
  if (begun.dry_run) return withPlannedUndo(report, result);
  return {
    ...report,
    undo: {
      kind: result.kind,
      restored_key_id: result.restoredKeyId,
      replaced_key_id: result.replacedKeyId,
      reactivated: result.reactivated,
      previous_profile: result.previousProfile,
      backup_file: result.backupPath ?? null,
      undo_command: commands.undo,
      finish_command: commands.finish,
    },
  };
}

function withPlannedUndo(report: KeyctlReport, result: UndoResult): KeyctlReport {
  const change = { change: 'reactivated', by: 'undo', why: 'undo', already_done: false } as const;
  const about = { account_id: result.account, username: result.user };
  const keyId = { access_key_id: result.restoredKeyId };
  return {
    ...report,
    planned_changes: result.reactivated ? [{ ...change, ...about, ...keyId }] : [],
    planned_undo: {
      kind: result.kind,
      restored_key_id: result.restoredKeyId,
      replaced_key_id: result.replacedKeyId,
      reactivated: result.reactivated,
      previous_profile: result.previousProfile,
    },
  };
}

/** I5, for whoever asked for both at once. */
const NOT_IN_ONE_RUN =
  'the key was Active, and no key is deleted in the run that makes it Inactive';

export function withFinish(
  begun: KeyctlReport,
  { finish: result, commands, deleteNow }: Of<'finish'>,
): KeyctlReport {
  const { outcome } = result;
  const report = { ...begun, account_id: result.account, user_name: result.user };
  const isThere = outcome.kind === 'held' || outcome.kind === 'deactivated';
  const deletableFrom = isThere ? (outcome.deletableFrom?.toISOString() ?? null) : null;
  const whyNot = outcome.kind === 'deactivated' && deleteNow ? NOT_IN_ONE_RUN : null;
  const reason = outcome.kind === 'held' ? outcome.reason : whyNot;
  if (begun.dry_run) return withPlannedFinish(report, result, { reason, deletableFrom });
  return {
    ...report,
    next_run_at: deletableFrom,
    finish: {
      access_key_id: result.keyId,
      outcome: outcome.kind,
      reason,
      deletable_from: deletableFrom,
      undo_command: isThere ? commands.undo : null,
      finish_command: isThere ? commands.finish : null,
      delete_command: isThere ? commands.delete : null,
      removed_profile: result.removedProfile ?? null,
      backup_file: result.backupPath ?? null,
    },
  };
}

/** Nothing waits for a time: the run that would begin the hold has not been. */
function withPlannedFinish(
  report: KeyctlReport,
  { account, user, keyId, outcome, removedProfile }: FinishResult,
  { reason, deletableFrom }: RetiringFields,
): KeyctlReport {
  const { kind } = outcome;
  const about = {
    account_id: account,
    username: user,
    access_key_id: keyId,
    by: 'finish',
  } as const;
  const isChange = kind === 'deactivated' || kind === 'deleted';
  return {
    ...report,
    next_run_at: kind === 'held' ? deletableFrom : null,
    planned_changes: isChange
      ? [{ change: kind, ...about, why: 'finish', already_done: false }]
      : [],
    planned_finish: {
      access_key_id: keyId,
      outcome: kind,
      reason,
      deletable_from: deletableFrom,
      removed_profile: removedProfile ?? null,
    },
  };
}

interface RetiringFields {
  readonly reason: string | null;
  readonly deletableFrom: string | null;
}

export function withBackups(
  report: KeyctlReport,
  { found, deleted, pruneCommand }: Of<'backups'>,
): KeyctlReport {
  return {
    ...report,
    prune_command: pruneCommand,
    credentials_file: found.credentialsPath,
    backups: found.backups.map(({ path, madeAt, keyIds, staysBecause }) => ({
      path,
      made: madeAt.toISOString(),
      access_key_ids: [...keyIds],
      deleted: deleted.includes(path),
      deletable: staysBecause === undefined,
      why: staysBecause ?? null,
    })),
  };
}
