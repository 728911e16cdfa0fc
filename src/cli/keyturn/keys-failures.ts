// The documents of a `keyturn keys` that failed before it had a result: the same shape as every other one.
// Only types are imported: bad input must not load anything.

import type { KeyturnError } from '../../base/errors.ts';
import type { KeyVerb } from '../../base/key-command.ts';
import { printableJson } from '../../base/printable.ts';
import type { KeyChangeReport, KeysReport } from '../../reports/keys-report.ts';

const VERBS: readonly KeyVerb[] = ['deactivate', 'activate', 'delete'];
const DAYS_THRESHOLD = 90;

/** What stdout gets when the words after `keyturn keys` are wrong; undefined where JSON is not wanted. */
export function keysFailure(
  args: readonly string[],
  error: KeyturnError,
  at: Date,
): string | undefined {
  if (!args.includes('--json') && !args.includes('--json=true')) return undefined;
  const verb = VERBS.find((known) => known === args[0]);
  const report =
    verb === undefined
      ? listFailure(error, DAYS_THRESHOLD, at)
      : changeFailure(error, { verb, word: args[1] ?? '', dryRun: args.some(isDryRun) }, at);
  return `${printableJson(report, 2)}\n`;
}

/** Found in argv even when the rest of it is wrong. */
function isDryRun(word: string): boolean {
  return /^--dry[-_]run(?:=true)?$/.test(word);
}

export function listFailure(
  { code, message, hint }: KeyturnError,
  daysThreshold: number,
  at: Date,
): KeysReport {
  return {
    command: 'list',
    execution_time: at.toISOString(),
    days_threshold: daysThreshold,
    signed_by: null,
    accounts: [],
    keys: [],
    errors: [{ code, message, hint: hint ?? null, username: null, account_id: null }],
    skipped_accounts: [],
    summary: {
      accounts: 0,
      accounts_failed: 0,
      accounts_skipped: 0,
      users: 0,
      keys: 0,
      keys_shown: 0,
      keys_without_id: 0,
      keys_undecided: 0,
    },
  };
}

interface BadChange {
  readonly verb: KeyVerb;
  /** What stands where the ID of the key is to stand. */
  readonly word: string;
  readonly dryRun: boolean;
}

function changeFailure(
  { code, message, hint }: KeyturnError,
  { verb, word, dryRun }: BadChange,
  at: Date,
): KeyChangeReport {
  return {
    command: verb,
    execution_time: at.toISOString(),
    dry_run: dryRun,
    account_id: null,
    username: null,
    access_key_id: word.startsWith('-') ? '' : word,
    success: false,
    outcome: 'refused',
    status_before: null,
    last_used: null,
    last_used_service: null,
    last_used_region: null,
    undo_command: null,
    deletable_from: null,
    notes: [],
    error: { code, message, hint: hint ?? null },
    changes: [],
    next_run_at: null,
    summary: { changes: { created: 0, deactivated: 0, reactivated: 0, deleted: 0 } },
  };
}
