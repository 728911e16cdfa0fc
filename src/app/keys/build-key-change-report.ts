// The document of `keyturn keys deactivate|activate|delete`, from what is known at the end.

import type { KeyturnError } from '../../base/errors.ts';
import { hintText } from '../../base/hint.ts';
import { countChanges } from '../../base/key-changes.ts';
import { keysCommand, undoCommand } from '../../base/key-command.ts';
import type { KeyChangeReport } from '../../reports/keys-report.ts';
import type { ChangeLog } from '../change-log.ts';
import { lastUseFields } from '../last-use-fields.ts';
import type { ChangeKeyOptions, KeyChangeProgress } from './change-key.ts';

export interface KeyChangeEnd {
  readonly options: Pick<ChangeKeyOptions, 'keyId' | 'verb' | 'dryRun' | 'reach'>;
  readonly progress: KeyChangeProgress;
  readonly changes: ChangeLog;
  readonly error: KeyturnError | undefined;
  readonly now: Date;
}

export function buildKeyChangeReport(end: KeyChangeEnd): KeyChangeReport {
  const { options, progress, changes, error, now } = end;
  const { plan } = progress;
  return {
    command: options.verb,
    execution_time: now.toISOString(),
    dry_run: options.dryRun,
    account_id: progress.account ?? null,
    username: progress.user ?? null,
    access_key_id: options.keyId,
    success: error === undefined,
    outcome: outcomeOf(end),
    status_before: plan?.key?.status ?? null,
    ...lastUseFields(plan?.key?.lastUse ?? 'unreadable'),
    undo_command: wayBack(end) ?? null,
    deletable_from: plan?.deletableFrom?.toISOString() ?? null,
    notes: (plan?.notes ?? []).map(hintText),
    error:
      error === undefined
        ? null
        : { code: error.code, message: error.message, hint: error.hint ?? null },
    changes: [...changes.all],
    next_run_at: error?.notBefore?.toISOString() ?? null,
    summary: { changes: countChanges(changes.all) },
  };
}

function outcomeOf({ options, progress: { plan }, error }: KeyChangeEnd) {
  if (error !== undefined || plan === undefined) return 'refused';
  if (!plan.isChange) return 'unchanged';
  return options.dryRun ? 'would-change' : 'changed';
}

/** A deleted key cannot come back. What ended a rotation is taken back with all of it. */
function wayBack({ options, progress, error }: KeyChangeEnd): string | undefined {
  const { verb, keyId, reach } = options;
  const { plan, user } = progress;
  if (error !== undefined || plan?.isChange !== true || verb === 'delete') return undefined;
  if (plan.ends !== undefined && user !== undefined) return undoCommand(user, reach).command;
  const back = verb === 'activate' ? 'deactivate' : 'activate';
  return keysCommand([back, keyId, ...(plan.wayBack ?? [])], reach).command;
}
