// From what was undone to the documents of `keyturn undo`, of one rotation and of several.

import type { ChangeLog } from '../../app/change-log.ts';
import type { UndoSeveralResult } from '../../app/undo-several.ts';
import { earliestOf, minuteOf } from '../../base/clock.ts';
import { command, type Hint, hintText } from '../../base/hint.ts';
import { countChanges } from '../../base/key-changes.ts';
import { keysCommand, type SameReach } from '../../base/key-command.ts';
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
  /** How `keyturn keys` reaches the same account, for hints. */
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
  const times = [
    ...result.undone.map(nextRunOf),
    ...result.notUndone.map(({ error }) => error.notBefore),
  ];
  return {
    dry_run: dryRun,
    account_id: result.account,
    undone_run_id: run ?? null,
    undone: result.undone.map((undone) => rotationOf(undone, facts)),
    not_undone: result.notUndone.map(({ user, rotation, error }) => ({
      username: user,
      rotation: rotation ?? null,
      code: error.code,
      message: error.message,
      hint: error.hint ?? null,
      next_run_at: iso(error.notBefore),
    })),
    skipped: result.skipped.map(({ user, rotation, why }) => ({
      username: user,
      rotation,
      reason: why,
    })),
    other_accounts: result.elsewhere.map(({ account, rotations }) => ({
      account_id: account,
      rotations,
      command: commandIn(account),
    })),
    ...done,
    next_run_at: iso(earliestOf(times)),
    summary: {
      undone: result.undone.length,
      not_undone: result.notUndone.length,
      skipped: result.skipped.length,
      left: result.notUndone.filter(({ error }) => error.isStop).length,
      ...summary,
    },
  };
}

/** When the same command may make the key Inactive that it left Active. */
function nextRunOf({ leftActive }: UndoneRotation): Date | undefined {
  return leftActive !== undefined && 'notBefore' in leftActive ? leftActive.notBefore : undefined;
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
    hint: leftActive === undefined ? null : hintText(wayOn(undone, leftActive, facts)),
    put_back: [...undone.putBack],
    not_put_back: [...undone.notPutBack],
    next_run_at: iso(nextRunOf(undone)),
  };
}

/** How to end a key that was left Active: by the same command later, or by hand. */
function wayOn(
  undone: UndoneRotation,
  left: LeftActive,
  { dryRun, again, reach }: UndoFacts,
): Hint {
  const words = ['deactivate', undone.fromKeyId];
  const has = dryRun ? 'would have' : 'has';
  if (!('notBefore' in left)) {
    return [
      `${undone.user} ${has} two Active keys until nothing uses the new one; then:`,
      keysCommand(words, reach),
    ];
  }
  return [
    `${undone.user} ${has} two Active keys until the new one is made Inactive: run again after ` +
      `${minuteOf(left.notBefore)}, and it is, unless it was used:`,
    command(...again),
    // By hand now, the user could be left without a key that works.
    ...(left.kind === 'request-may-land'
      ? []
      : [
          'or at once, if you are sure that nothing uses it:',
          keysCommand([...words, '--although-in-use'], reach),
        ]),
  ];
}
