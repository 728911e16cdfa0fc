// From what was undone to the documents of `keyturn undo`, of one rotation and of several.

import type { ChangeLog } from '../../app/change-log.ts';
import type { UndoSeveralResult } from '../../app/undo-several.ts';
import { earliestOf, minuteOf } from '../../base/clock.ts';
import { command, type Hint, hintText } from '../../base/hint.ts';
import { countChanges } from '../../base/key-changes.ts';
import { keyCommand, type SameReach } from '../../base/key-command.ts';
import { type LeftActive, reasonOfLeftActive } from '../../engine/left-active.ts';
import type { UndoneRotation } from '../../engine/perform-undo.ts';
import type {
  UndoneRotationReport,
  UndoReport,
  UndoSeveralReport,
} from '../../reports/undo-report.ts';

/** What every document of an undo is made with. */
export interface UndoFacts {
  readonly dryRun: boolean;
  readonly changes: ChangeLog;
  /** The words of the same command, for people: a repeat goes further. */
  readonly again: readonly string[];
  /** How `keyturn keys` reaches the same account and state. */
  readonly reach: SameReach;
}

/** What was done to keys, and which files stay, as every document says it (I16). */
export function told({ soFar }: ChangeLog): Pick<UndoReport, ToldFields> {
  const { changes, keptHandoffs } = soFar;
  const summary = { changes: countChanges(changes) };
  return { changes: [...changes], kept_handoffs: [...keptHandoffs], summary };
}

type ToldFields = 'changes' | 'kept_handoffs' | 'summary';

export function iso(time: Date | undefined): string | null {
  return time?.toISOString() ?? null;
}

export function documentOfOne(undone: UndoneRotation, facts: UndoFacts): UndoReport {
  const { next_run_at: nextRunAt, ...rotation } = rotationOf(undone, facts);
  return {
    dry_run: facts.dryRun,
    ...rotation,
    ...told(facts.changes),
    next_run_at: nextRunAt,
  };
}

export interface SeveralFacts extends UndoFacts {
  /** The run that was to be taken back; undefined where users were named. */
  readonly run: string | undefined;
  readonly commandIn: (account: string) => string;
}

export function documentOfSeveral(
  result: UndoSeveralResult,
  facts: SeveralFacts,
): UndoSeveralReport {
  const { dryRun, run, commandIn } = facts;
  const { summary, ...done } = told(facts.changes);
  const news = result.undone.filter(({ isRepeat }) => !isRepeat);
  const repeats = result.undone.filter(({ isRepeat }) => isRepeat);
  const times = [
    ...result.undone.map(nextRunOf),
    ...result.notUndone.map(({ error }) => error.notBefore),
  ];
  return {
    dry_run: dryRun,
    account_id: result.account,
    undone_run_id: run ?? null,
    undone: news.map((undone) => rotationOf(undone, facts)),
    not_undone: result.notUndone.map(({ user, rotation, error }) => ({
      username: user,
      rotation: rotation ?? null,
      code: error.code,
      message: error.message,
      hint: error.hint ?? null,
      next_run_at: iso(error.notBefore),
    })),
    skipped: [
      ...result.skipped.map(({ user, rotation, why }) => {
        return { username: user, rotation, reason: why, hint: null, next_run_at: null };
      }),
      ...repeats.map((repeat) => skippedRepeat(repeat, facts)),
    ],
    other_accounts: result.elsewhere.map(({ account, rotations }) => ({
      account_id: account,
      rotations,
      command: commandIn(account),
    })),
    ...done,
    next_run_at: iso(earliestOf(times)),
    summary: {
      undone: news.length,
      not_undone: result.notUndone.length,
      skipped: result.skipped.length + repeats.length,
      left: result.notUndone.filter(({ error }) => error.isStop).length,
      ...summary,
    },
  };
}

/** When the same command may make the key Inactive that it left Active. */
function nextRunOf({ leftActive }: UndoneRotation): Date | undefined {
  return leftActive !== undefined && 'notBefore' in leftActive ? leftActive.notBefore : undefined;
}

/** What was undone before stays as it is, and may have left a key that is still to be ended. */
function skippedRepeat(repeat: UndoneRotation, facts: UndoFacts) {
  const { username, rotation, new_key_reason: why, hint, next_run_at } = rotationOf(repeat, facts);
  const stays = why === null ? '' : `; ${repeat.fromKeyId} stays Active: ${why}`;
  return { username, rotation, reason: `it is undone already${stays}`, hint, next_run_at };
}

function rotationOf(undone: UndoneRotation, facts: UndoFacts): UndoneRotationReport {
  const { leftActive } = undone;
  return {
    username: undone.user,
    rotation: undone.rotation,
    old_key_id: undone.toKeyId,
    new_key_id: undone.fromKeyId,
    old_key_reactivated: undone.reactivated,
    new_key: undone.fromKey,
    new_key_reason: leftActive === undefined ? null : reasonOfLeftActive(leftActive),
    new_key_quiet_from: iso(leftActive?.kind === 'used' ? leftActive.notBefore : undefined),
    already_undone: undone.isRepeat,
    hint: leftActive === undefined ? null : hintText(wayOn(undone, leftActive, facts)),
    put_back: [...undone.putBack],
    not_put_back: [...undone.notPutBack],
    next_run_at: iso(nextRunOf(undone)),
  };
}

/** How to end a key that was left Active: by name once it is quiet, or by the same command later. */
function wayOn(undone: UndoneRotation, left: LeftActive, facts: UndoFacts): Hint {
  const { dryRun, again, reach } = facts;
  const { user, fromKeyId } = undone;
  const has = `${user} ${dryRun ? 'would have' : 'has'} two Active keys`;
  const sameCommand = command(...again);
  switch (left.kind) {
    case 'used':
      return [
        `${has}; once nothing has used ${fromKeyId} for ${left.quietDays} days, from ${minuteOf(left.notBefore)} on, make it Inactive:`,
        keyCommand('deactivate', fromKeyId, reach),
      ];
    case 'use-unknown':
      return [`${has}; grant iam:GetAccessKeyLastUsed, and run this again:`, sameCommand];
    case 'held':
      return [`${has}; put the pair of ${undone.toKeyId} there, and run this again:`, sameCommand];
    case 'unread':
      return [`${has}; make it readable to the caller, and run this again:`, sameCommand];
    case 'not-shown-yet':
    case 'request-may-land':
      return [
        `${has} until the new one is made Inactive: run this again after ${minuteOf(left.notBefore)}, and it is, unless it was used:`,
        sameCommand,
      ];
  }
}
