// The flags of `keyturn keys` and of the commands that change a key.

import { QUIET_DAYS, QUIET_DAYS_MAX, QUIET_DAYS_MIN } from '../../../lifecycle/retire-policy.ts';
import { ACCOUNT_FLAGS, ROLE_FLAGS } from '../../flags/account-flags.ts';
import { CUSTODY_FLAGS } from '../../flags/custody-flags.ts';
import type { FlagTable } from '../../flags/flag.ts';
import * as rule from '../../flags/value-rules.ts';
import { ABOUT_FLAGS, ROTATE_FLAGS } from '../../rotate/flags.ts';
import { JSON_FLAG } from '../status.ts';

const SHOWN = 'Which keys are shown';
const CHANGED = 'What is changed';
const OUTPUT = 'What is printed';

const LOG_FLAGS = {
  logFormat: ROTATE_FLAGS.logFormat,
  logLevel: { ...ROTATE_FLAGS.logLevel, fallback: 'warn' },
  logFile: ROTATE_FLAGS.logFile,
} as const;

const REACH_FLAGS = {
  profile: ROTATE_FLAGS.profile,
  region: {
    ...ROTATE_FLAGS.region,
    about:
      'IAM is one service for all regions of a partition, so this only chooses the partition (us-gov-west-1, cn-north-1) and the STS endpoint.',
  },
} as const;

export const KEYS_FLAGS = {
  due: {
    names: ['due'],
    rule: rule.boolean,
    group: SHOWN,
    about: 'Only keys that are due, blocked ones included.',
  },
  unused: {
    names: ['unused'],
    rule: rule.wholeDays(1, 3650, '45d'),
    group: SHOWN,
    about:
      'Only Active keys that nothing has used for so long, such as 45d. Keys whose last use AWS does not tell are counted, and not shown.',
  },
  inGrace: {
    names: ['in-grace'],
    rule: rule.boolean,
    group: SHOWN,
    about: 'Only keys that were replaced and are Active until nothing uses them.',
  },
  user: {
    names: ['user'],
    rule: rule.userName,
    group: SHOWN,
    about:
      'Only the keys of this IAM user, read anew and not from the credential report. With several accounts: of the user of this name in each of them.',
    fallback: 'all users',
  },
  daysThreshold: {
    ...ROTATE_FLAGS.daysThreshold,
    group: SHOWN,
    about: 'From this age on, in days, a key is due; 1 to 3650.',
  },
  ids: {
    names: ['ids'],
    rule: rule.boolean,
    group: SHOWN,
    about:
      'Read the IDs of all keys that are shown, a call for each user. A credential report has none: without this flag the IDs are shown that keyturn knows, and in one account those of up to 100 users that a filter leaves.',
  },
  ...ACCOUNT_FLAGS,
  ...REACH_FLAGS,
  json: { ...JSON_FLAG, about: 'Print one JSON object, also when the command fails.' },
  csv: {
    names: ['csv'],
    rule: rule.boolean,
    group: OUTPUT,
    about: 'Print CSV: a row for each key, under the names of the JSON object.',
  },
  ...LOG_FLAGS,
  inventory: {
    ...ROTATE_FLAGS.inventory,
    about:
      "How keys are found. report: from the account's credential report, up to four hours old, in a few calls. scan: every user and every key is asked for. auto: report, and scan where that cannot be used.",
  },
  maxParallel: ROTATE_FLAGS.maxParallel,
  stateDir: {
    ...ROTATE_FLAGS.stateDir,
    about: 'Where the journal is kept that tells what keyturn did to each key. It is only read.',
  },
  help: ABOUT_FLAGS.help,
} as const satisfies FlagTable;

export const KEY_CHANGE_FLAGS = {
  dryRun: {
    ...ROTATE_FLAGS.dryRun,
    group: CHANGED,
    about: 'Change nothing: only read, and say what would happen, or why not.',
  },
  user: {
    names: ['user'],
    rule: rule.userName,
    group: CHANGED,
    about: 'Whose key it is, where AWS does not tell (iam:GetAccessKeyLastUsed).',
    fallback: 'AWS is asked',
  },
  account: {
    names: ['account'],
    rule: rule.accountId,
    group: CHANGED,
    about: 'The account of the key, entered through the role.',
    fallback: "the caller's own",
  },
  ...ROLE_FLAGS,
  ...REACH_FLAGS,
  stateDir: ROTATE_FLAGS.stateDir,
  ...CUSTODY_FLAGS,
  json: { ...JSON_FLAG, about: 'Print one JSON object, also when the command fails.' },
  ...LOG_FLAGS,
  help: ABOUT_FLAGS.help,
} as const satisfies FlagTable;

export const DEACTIVATE_FLAGS = {
  quietDays: {
    names: ['quiet-days'],
    rule: rule.integer('N', QUIET_DAYS_MIN, QUIET_DAYS_MAX, QUIET_DAYS),
    group: CHANGED,
    about: `A key counts as unused when nothing has used it for N days; ${QUIET_DAYS_MIN} to ${QUIET_DAYS_MAX}. Longer all the same for a key whose own uses were further apart.`,
    fallback: String(QUIET_DAYS),
  },
  althoughInUse: {
    names: ['although-in-use'],
    rule: rule.boolean,
    group: CHANGED,
    about:
      'Make the key Inactive although it is in use, a place gives it to its readers, or nobody can tell: whatever uses it stops working. keyturn keys activate takes it back.',
  },
  althoughOnlyActive: {
    names: ['although-only-active'],
    rule: rule.boolean,
    group: CHANGED,
    about:
      'Make the key Inactive although it is the only Active key of its user, who is left without one. keyturn keys activate takes it back.',
  },
  ...KEY_CHANGE_FLAGS,
} as const satisfies FlagTable;

export const DELETE_FLAGS = {
  althoughHeld: {
    names: ['although-held'],
    rule: rule.boolean,
    group: CHANGED,
    about:
      'End the hold: delete the key although it has not been Inactive for 30 days, a place gives it to its readers, or nobody can tell. A deleted key never comes back.',
  },
  ...KEY_CHANGE_FLAGS,
} as const satisfies FlagTable;
