// Every page, with a hostile text in every field: a user cannot be called so, but the texts of AWS, of
// proxies and of files can say what they like.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deliverReport, verifyReport } from '../../test/support/place-reports.ts';
import { statusReport } from '../../test/support/status-fixture.ts';
import { printable, printableJson } from '../base/printable.ts';
import { renderDeliver } from './deliver-text.ts';
import { type HistoryReport, historyReportSchema } from './history-report.ts';
import { renderHistory } from './history-text.ts';
import { renderKeyChange } from './key-change-text.ts';
import { type KeyctlReport, keyctlReportSchema } from './keyctl-report.ts';
import { renderKeyctl, renderPlan } from './keyctl-text.ts';
import {
  type KeyChangeReport,
  type KeysReport,
  keyChangeReportSchema,
  keysReportSchema,
} from './keys-report.ts';
import { keysCsv, renderKeys } from './keys-text.ts';
import { renderJson } from './render-json.ts';
import { renderRecovery, renderText } from './render-text.ts';
import { type RotationReport, rotationReportSchema } from './rotation-report.ts';
import { renderStatus } from './status-text.ts';
import { undoSeveralReportSchema } from './undo-report.ts';
import { renderUndoSeveral } from './undo-several-text.ts';
import { renderUndo } from './undo-text.ts';
import { renderVerify } from './verify-text.ts';

const HOSTILE = [
  '\x1b]0;title\x07', // sets the title of the terminal
  '\x1b[2J', // clears the screen
  '\x9b31m', // the same in one character (C1)
  '\r\n\x00\x7f\b',
  '\u202Egnp.exe\u202C', // turns the order around
  '\u2066\u2069\u200E\u200F\u061C',
  'a\u200Bb\u200Cc\u200Dd\u2060e\uFEFFf\u00AD', // no width
  'a\u034Fb\u115Fc\u1160d\u17B4e\u180Bf\u2800g\u3164h\uFFA0', // nothing to see
  '\u2028\u2029\u{E0041}\uD800',
].join('');

const UNPRINTABLE =
  /(?!\n)(?:[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]|\u034f|\u180b|[\u115f\u1160\u17b4\u2800\u3164\uffa0])/u;

/** What the page looks up, and which therefore is one of a few words. */
const WORDS = ['outcome', 'change', 'command', 'source', 'by', 'state', 'kind'];

function hostile<Value>(value: Value, name = ''): Value {
  if (typeof value === 'string') {
    const isTime = /^\d{4}-/.test(value);
    return (WORDS.includes(name) || isTime ? value : `${value}${HOSTILE}`) as Value;
  }
  if (Array.isArray(value)) return value.map((each) => hostile(each, name)) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, hostile(each, key)]),
  ) as Value;
}

const AT = '2026-11-21T10:00:00.000Z';
const ACCOUNT = '123456789012';
const changes = (['created', 'deactivated', 'reactivated', 'deleted'] as const).map((change) => ({
  change,
  account_id: ACCOUNT,
  username: 'svc',
  access_key_id: 'AKIAIOSFODNN7EXAMPLE',
  by: 'recovery' as const,
  why: 'why',
  at: AT,
}));
const kept = [
  {
    ...{ account_id: ACCOUNT, username: 'svc', access_key_id: 'AKIAI44QH8DHBEXAMPLE' },
    ...{ path: '/state/handoff/A', reason: 'why' },
  },
];
const counts = { created: 1, deactivated: 1, reactivated: 1, deleted: 1 };

function rotatedKey(more: object = {}) {
  return {
    username: 'svc',
    old_key_id: 'AKIAIOSFODNN7EXAMPLE',
    new_key_id: 'AKIAI44QH8DHBEXAMPLE',
    success: true,
    error: null,
    dry_run: false,
    account_id: ACCOUNT,
    error_code: null,
    hint: null,
    age_days: 100,
    old_key_status: 'Inactive',
    handoff_file: '/state/handoff/AKIAI44QH8DHBEXAMPLE.json',
    delivered_to: [
      {
        ...{ kind: 'ssm', place: 'us-east-1:/app', version: '1', confirmed: 'read-back' },
        ...{ settle: 'unknown', settle_minutes: null, proof: 'value', not_at_once: null },
      },
    ],
    resumed: true,
    next_run_at: AT,
    ...more,
  };
}

function rotationReport(more: object): RotationReport {
  const failed = { success: false, error: 'error', error_code: 'delivery-failed', hint: 'hint' };
  const keys = [
    { access_key_id: 'AKIAIOSFODNN7EXAMPLE', status: 'Active', age_days: 1, last_used: 'never' },
  ];
  return rotationReportSchema.parse({
    execution_time: AT,
    run_id: 'run',
    dry_run: false,
    days_threshold: 90,
    look_ahead_days: 0,
    rotated_keys: [
      rotatedKey(),
      rotatedKey(failed),
      ...[1, 2, 3].map(() => rotatedKey({ ...failed, error_code: 'aws-error' })),
      rotatedKey({ ...failed, error_code: 'two-active-keys', keys, next_run_at: null }),
      rotatedKey({ ...failed, error_code: 'no-free-slot', keys }),
    ],
    cleanup_results: [
      {
        username: 'svc',
        deleted_keys: ['AKIAIOSFODNN7EXAMPLE'],
        success: false,
        error: 'error',
        dry_run: false,
        account_id: ACCOUNT,
        error_code: 'aws-error',
        hint: 'hint',
        kept_keys: [
          { access_key_id: 'AKIAIOSFODNN7EXAMPLE', reason: 'reason', deletable_from: AT },
        ],
        next_run_at: AT,
      },
    ],
    retirements: (['waiting', 'retired'] as const).map((state) => ({
      username: 'svc',
      account_id: ACCOUNT,
      old_key_id: 'AKIAIOSFODNN7EXAMPLE',
      new_key_id: 'AKIAI44QH8DHBEXAMPLE',
      state,
      old_key_status: 'Active',
      since: AT,
      reason: 'reason',
      waits_for: state === 'waiting' ? 'in-use' : null,
      last_used: AT,
      last_used_service: 's3',
      last_used_region: 'eu-west-1',
      new_key_used: true,
      quiet_days: 14,
      next_run_at: AT,
      deadline: AT,
      readers: [{ kind: 'ssm', place: 'us-east-1:/app', restart: 'restart' }],
    })),
    errors: [1, 2, 3, 4].map((n) => ({
      code: n === 4 ? 'state-dir' : 'aws-error',
      message: 'message',
      hint: 'hint',
      username: 'svc',
      account_id: ACCOUNT,
    })),
    changes,
    planned_changes: changes.map(({ at: _, ...planned }) => ({ ...planned, already_done: true })),
    kept_handoffs: kept,
    next_run_at: AT,
    summary: {
      total_keys_processed: 1,
      successful_rotations: 1,
      failed_rotations: 1,
      old_keys_waiting: 1,
      old_keys_retired: 1,
      cleanup_operations: 1,
      users_examined: 1,
      keys_examined: 1,
      changes: counts,
      accounts_examined: 2,
      accounts_failed: 1,
      accounts_skipped: 1,
      accounts_left: 1,
      duration_seconds: 1,
    },
    account_id: ACCOUNT,
    signed_by: 'profile dev',
    inventory: { source: 'scan', generated_time: null, fallback_reason: 'reason' },
    keyturn_version: '0.1.0',
    ...more,
  });
}

const KEY_LINE = {
  access_key_id: 'AKIAIOSFODNN7EXAMPLE',
  status: 'Active',
  created: AT,
  age_days: 100,
  last_used: AT,
  last_used_days_ago: 1,
  current: true,
  too_old: true,
};

function keyctlReport(more: object): KeyctlReport {
  return keyctlReportSchema.parse({
    command: 'rotate',
    success: true,
    dry_run: false,
    error: null,
    execution_time: AT,
    run_id: 'run',
    keyturn_version: '0.1.0',
    account_id: ACCOUNT,
    user_name: 'svc',
    profile: 'prod',
    auth_profile: 'admin',
    credentials_file: '/home/ada/.aws/credentials',
    warnings: ['warning'],
    current_key_id: 'AKIAIOSFODNN7EXAMPLE',
    changes,
    kept_handoffs: kept,
    next_run_at: AT,
    summary: { changes: counts },
    same_key_profiles: ['other', 'third'],
    keys: [KEY_LINE, { ...KEY_LINE, current: false, last_used: null, last_used_days_ago: null }],
    ...more,
  });
}

const PLAN = {
  possible: true,
  why: 'why',
  key_to_delete: 'AKIAIOSFODNN7EXAMPLE',
  asks: true,
  old_key: 'stays',
  resumes: null,
  hint: 'hint',
};
const FINISH = {
  access_key_id: 'AKIAIOSFODNN7EXAMPLE',
  reason: 'reason',
  deletable_from: AT,
  undo_command: 'keyctl undo -t prod',
  finish_command: 'keyctl finish -t prod',
  delete_command: 'keyctl finish -t prod --delete',
  removed_profile: 'prod-previous',
  backup_file: 'credentials.backup.1',
};

const KEYCTL: Readonly<Record<string, object>> = {
  plan: { plan: PLAN },
  'refused plan': { plan: { ...PLAN, possible: false } },
  rotation: {
    rotation: {
      old_key_id: 'AKIAIOSFODNN7EXAMPLE',
      new_key_id: 'AKIAI44QH8DHBEXAMPLE',
      resumed: false,
      updated_profiles: ['prod', 'other'],
      previous_profile: 'prod-previous',
      old_key_status: 'Active',
      old_key_waits_until: AT,
      backup_file: 'credentials.backup.1',
      deleted_key_id: 'AKIAIOSFODNN7EXAMPLE',
      undo_command: 'keyctl undo -t prod',
      finish_command: 'keyctl finish -t prod',
    },
  },
  undo: {
    undo: {
      kind: 'undo',
      restored_key_id: 'AKIAIOSFODNN7EXAMPLE',
      replaced_key_id: 'AKIAI44QH8DHBEXAMPLE',
      reactivated: true,
      previous_profile: 'prod-previous',
      backup_file: 'credentials.backup.1',
      undo_command: 'keyctl undo -t prod',
      finish_command: 'keyctl finish -t prod',
    },
  },
  ...Object.fromEntries(
    ['deactivated', 'held', 'deleted', 'gone'].map((outcome) => [
      `finish: ${outcome}`,
      { finish: { ...FINISH, outcome } },
    ]),
  ),
  profiles: {
    command: 'list',
    profiles: [
      { name: 'prod', kind: 'kind', access_key_id: 'AKIA', rotatable: true, note: 'note' },
      { name: 'sso', kind: 'kind', access_key_id: null, rotatable: false, note: 'note' },
    ],
  },
  'keys of the files': {
    command: 'list-keys',
    profiles: [{ name: 'prod', kind: 'kind', access_key_id: 'A', rotatable: true, note: null }],
  },
  'keys of a user': { command: 'list-keys' },
  'all keys': {
    command: 'list-all-keys',
    account_id: null,
    users: [{ account_id: ACCOUNT, user_name: 'svc', keys: [KEY_LINE] }],
    unreadable: [{ account_id: ACCOUNT, user_name: 'svc', reason: 'reason' }],
    account_failures: [{ account_id: ACCOUNT, code: 'code', message: 'message', hint: 'hint' }],
    accounts_skipped: 1,
    skipped_accounts: [{ account_id: '444455556666', state: 'SUSPENDED' }],
  },
};

const UNDONE = {
  username: 'svc',
  rotation: 'id',
  old_key_id: 'AKIAIOSFODNN7EXAMPLE',
  new_key_id: 'AKIAI44QH8DHBEXAMPLE',
  old_key_reactivated: true,
  new_key: 'gone',
  new_key_reason: 'why',
  new_key_quiet_from: null,
  already_undone: false,
  hint: 'how',
  put_back: [{ kind: 'ssm', reference: '/app' }],
  not_put_back: [{ kind: 'ssm', reference: '/app' }],
};

function severalUndone(dryRun: boolean) {
  const failed = { username: 'svc', rotation: 'id', message: 'message', next_run_at: null };
  return undoSeveralReportSchema.parse({
    dry_run: dryRun,
    account_id: ACCOUNT,
    undone_run_id: 'run',
    undone: [
      { ...UNDONE, next_run_at: AT },
      { ...UNDONE, new_key: 'left-active', next_run_at: null },
    ],
    not_undone: [
      { ...failed, code: 'own-key', hint: 'hint' },
      { ...failed, code: 'interrupted', hint: null },
    ],
    skipped: [
      { username: 'svc', rotation: 'id', reason: 'reason', hint: 'hint', next_run_at: null },
    ],
    other_accounts: [{ account_id: ACCOUNT, rotations: 1, command: 'keyturn undo' }],
    changes,
    kept_handoffs: kept,
    next_run_at: AT,
    summary: { undone: 2, not_undone: 2, skipped: 1, left: 1, changes: counts },
  });
}

const AGAIN = {
  colour: false,
  width: 80,
  sameCommand: 'keyturn undo --run run',
};

function keysReport(): KeysReport {
  return keysReportSchema.parse({
    command: 'list',
    execution_time: AT,
    days_threshold: 90,
    signed_by: 'profile dev',
    accounts: [
      {
        account_id: ACCOUNT,
        source: 'credential-report',
        as_of: AT,
        fallback_reason: 'why',
        users: 1,
        keys: 1,
      },
    ],
    keys: [
      {
        account_id: ACCOUNT,
        username: 'svc',
        access_key_id: 'AKIAIOSFODNN7EXAMPLE',
        status: 'Active',
        created: AT,
        age_days: 200,
        last_used: AT,
        last_used_service: 's3',
        last_used_region: 'us-east-1',
        due: true,
        state: 'blocked',
        state_text: 'due, blocked',
        until: null,
        blocked_by: 'two-active-keys',
        rotation: null,
        secret_waits: false,
        warning: 'nobody seems to use it',
        hint: 'how',
        urgency: 0,
      },
    ],
    errors: [
      { code: 'aws-error', message: 'text', hint: 'how', username: 'svc', account_id: ACCOUNT },
    ],
    skipped_accounts: [{ account_id: '444455556666', state: 'SUSPENDED' }],
    summary: {
      accounts: 1,
      accounts_failed: 1,
      accounts_skipped: 1,
      users: 1,
      keys: 1,
      keys_shown: 1,
      keys_without_id: 1,
      keys_undecided: 1,
    },
  });
}

function keyChange(): KeyChangeReport {
  return keyChangeReportSchema.parse({
    command: 'deactivate',
    execution_time: AT,
    dry_run: false,
    account_id: ACCOUNT,
    username: 'svc',
    access_key_id: 'AKIAIOSFODNN7EXAMPLE',
    success: true,
    outcome: 'changed',
    status_before: 'Active',
    last_used: AT,
    last_used_service: 's3',
    last_used_region: null,
    undo_command: 'keyturn keys activate AKIAIOSFODNN7EXAMPLE',
    deletable_from: AT,
    notes: ['note'],
    error: null,
    changes,
    next_run_at: null,
    summary: { changes: counts },
  });
}

function history(): HistoryReport {
  const entry = {
    at: AT,
    account_id: ACCOUNT,
    username: 'svc',
    access_key_id: 'AKIAIOSFODNN7EXAMPLE',
    rotation: null,
    run: 'run',
    step: 'retired',
    text: 'made Inactive',
    why: 'why',
    intent: false,
    settled: false,
  };
  return historyReportSchema.parse({ state_dir: '/state', entries: [entry] });
}

const STYLE = { colour: false, width: 80 };

const PAGES: Readonly<Record<string, () => string>> = {
  'a run': () => renderText(hostile(rotationReport({})), STYLE),
  'a run over accounts': () => renderText(hostile(rotationReport({ account_id: null })), STYLE),
  'a dry run': () => renderText(hostile(rotationReport({ dry_run: true })), STYLE),
  'a recovery': () => renderRecovery(hostile(rotationReport({})), STYLE),
  status: () =>
    renderStatus(hostile(statusReport()), {
      ...STYLE,
      recoverCommand: 'keyturn recover',
      configuredCommand: 'rotate-iam-keys --config keyturn.yaml',
      keysCommand: 'keyturn keys',
      dueCommand: 'keyturn keys --due',
      verifyCommand: 'keyturn verify',
      historyCommand: 'keyturn history',
      allCommand: undefined,
    }),
  'places that were read again': () =>
    renderVerify(hostile(verifyReport()), {
      ...STYLE,
      showsAll: true,
      healCommand: 'keyturn verify --heal',
    }),
  'a key that was delivered': () => renderDeliver(hostile(deliverReport()), STYLE),
  'a list of keys': () => renderKeys(hostile(keysReport()), STYLE),
  'a list of keys on a narrow terminal': () =>
    renderKeys(hostile(keysReport()), { ...STYLE, width: 40 }),
  'a list of keys as CSV': () => keysCsv(hostile(keysReport())),
  'a key that was changed': () => renderKeyChange(hostile(keyChange()), STYLE),
  'a history': () => renderHistory(hostile(history()), undefined, STYLE),
  'an undo': () =>
    renderUndo(
      hostile({
        ...UNDONE,
        dry_run: false,
        changes,
        kept_handoffs: kept,
        next_run_at: null,
        summary: { changes: counts },
      }),
      STYLE,
    ),
  'undos of a run': () => renderUndoSeveral(hostile(severalUndone(false)), AGAIN),
  'undos of a run, foretold': () => renderUndoSeveral(hostile(severalUndone(true)), AGAIN),
  'what a rotation meets': () => renderPlan(hostile(keyctlReport({})), STYLE),
  ...Object.fromEntries(
    Object.entries(KEYCTL).map(([name, more]) => [
      `keyctl, ${name}`,
      () => renderKeyctl(hostile(keyctlReport(more)), STYLE),
    ]),
  ),
  'the JSON of a run': () => renderJson(hostile(rotationReport({}))),
};

for (const [name, page] of Object.entries(PAGES)) {
  test(`no hostile text reaches the terminal: ${name}`, () => {
    const text = page();
    const found = UNPRINTABLE.exec(text);
    assert.equal(found?.[0] && codePoint(found[0]), undefined, JSON.stringify(text));
    // The text itself is told.
    assert.ok(text.includes('\\u001b'), text);
  });
}

function codePoint(character: string): string {
  return `U+${character.codePointAt(0)?.toString(16)}`;
}

test('printable text stays as it is, in every script', () => {
  for (const text of ['plain', 'Zürich', '東京', 'Ελλάδα', 'עברית', '👍', 'a b', '[x] {y} \\u']) {
    assert.equal(printable(text), text);
  }
});

test('the JSON means the same', () => {
  const value = { text: HOSTILE.replace('\uD800', ''), list: ['a\nb', 'ü'] };
  assert.deepEqual(JSON.parse(printableJson(value, 2)), value);
  assert.ok(!UNPRINTABLE.test(printableJson(value, 2)));
  assert.equal(printableJson({ a: 'ü' }), '{"a":"ü"}');
});
