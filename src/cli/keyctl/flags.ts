// The flags of `keyctl`. One table for all its commands; options.ts says which go together.

import { ACCOUNT_FLAGS } from '../flags/account-flags.ts';
import type { FlagTable } from '../flags/flag.ts';
import { ORPHAN_FLAG } from '../flags/orphan-flag.ts';
import { RETIRE_FLAGS } from '../flags/retire-flags.ts';
import * as rule from '../flags/value-rules.ts';
import { ABOUT_FLAGS, DEFAULTS, ROTATE_FLAGS } from '../rotate/flags.ts';

const WHICH = 'Which key';
const LISTS = 'Lists; nothing is changed';
const SEVERAL = 'With --list-all-keys: several accounts';
const HOW = 'How it is done';
const FINISH = 'With finish';
const BACKUPS = 'With backups';
const AWS = 'How AWS is reached';
const OUTPUT = 'What is printed';

/** So many of the newest backups stay when old ones are deleted. */
export const KEEP_DEFAULT = 5;

const profile = rule.notEmpty(rule.profileName);
const path = rule.notEmpty(rule.path);

export const KEYCTL_FLAGS = {
  targetProfile: {
    names: ['target-profile'],
    short: 't',
    rule: rule.notEmpty(rule.oneOf(rule.profileName)),
    isList: true,
    group: WHICH,
    about:
      'The profile whose key is rotated; the same as naming it without a flag. Several are rotated one after the other.',
  },
  authProfile: {
    names: ['auth-profile'],
    short: 'a',
    rule: profile,
    group: WHICH,
    about:
      'The profile that signs the calls. When only one of -a and -t is given, it serves as both.',
  },
  authEnvironment: {
    names: ['auth-environment'],
    rule: rule.boolean,
    group: WHICH,
    about:
      'Sign with what AWS tools use without a profile: the keys of the environment, a web identity, or the role of the container or the instance. AWS_PROFILE counts too.',
  },
  user: {
    names: ['user'],
    rule: rule.notEmpty(rule.userName),
    group: WHICH,
    about: 'Whose key it is, for when AWS does not tell. It is checked before anything is done.',
    fallback: 'AWS is asked',
  },
  credentials: {
    names: ['credentials'],
    short: 'c',
    rule: path,
    group: WHICH,
    about: 'The credentials file: reading, signing and writing all use this one.',
    fallback: 'AWS_SHARED_CREDENTIALS_FILE, else ~/.aws/credentials',
  },
  allProfiles: {
    names: ['all-profiles'],
    rule: rule.boolean,
    group: WHICH,
    about: 'Also give the new key to the other profiles of the file that hold the same key.',
  },
  movedFrom: { ...ROTATE_FLAGS.movedFrom, group: WHICH },
  ...RETIRE_FLAGS,
  retire: { ...RETIRE_FLAGS.retire, fallback: 'never, until keyctl finish retires it' },
  list: {
    names: ['list'],
    short: 'l',
    rule: rule.boolean,
    group: LISTS,
    about: 'All profiles, and which of them can be rotated. AWS is not asked.',
  },
  listKeys: {
    names: ['list-keys'],
    short: 'k',
    rule: rule.boolean,
    group: LISTS,
    about:
      'With a profile: every key of its user, with age and last use. Without: every profile with its key; AWS is not asked.',
  },
  listAllKeys: {
    names: ['list-all-keys'],
    rule: rule.boolean,
    group: LISTS,
    about:
      'Every key of every user of the account, or of several accounts. Signed by -a, and without it as with --auth-environment.',
  },
  organization: { ...ACCOUNT_FLAGS.organization, group: SEVERAL },
  accounts: { ...ACCOUNT_FLAGS.accounts, group: SEVERAL, rule: rule.notEmpty(rule.accountIds) },
  excludeAccounts: {
    ...ACCOUNT_FLAGS.excludeAccounts,
    group: SEVERAL,
    rule: rule.notEmpty(rule.accountIds),
  },
  roleName: { ...ACCOUNT_FLAGS.roleName, group: SEVERAL, rule: rule.notEmpty(rule.roleName) },
  externalId: { ...ACCOUNT_FLAGS.externalId, group: SEVERAL, rule: rule.notEmpty(rule.externalId) },
  dryRun: {
    names: ['dry-run'],
    rule: rule.boolean,
    group: HOW,
    about: 'Change nothing: only read, and print what would happen and why.',
  },
  orphan: { ...ORPHAN_FLAG, group: HOW },
  yes: {
    names: ['yes'],
    short: 'y',
    rule: rule.boolean,
    group: HOW,
    about:
      'Ask nothing. When the user has two keys already, the other one is deleted only if it is Inactive and its hold of 30 days is over.',
  },
  delete: {
    names: ['delete'],
    rule: rule.boolean,
    group: FINISH,
    about:
      'Delete the previous key, if it is Inactive already, without waiting for the end of its hold.',
  },
  now: {
    names: ['now'],
    rule: rule.boolean,
    group: FINISH,
    about:
      'Do not wait until the previous key has been silent for long enough, where AWS shows no use of it since the rotation.',
  },
  althoughInUse: {
    names: ['although-in-use'],
    rule: rule.boolean,
    group: FINISH,
    about:
      'Make the previous key Inactive although it is in use, or nobody can tell: whatever uses it stops working. keyctl undo takes it back.',
  },
  prune: {
    names: ['prune'],
    rule: rule.boolean,
    group: BACKUPS,
    about:
      'Delete the old ones, after a question that --yes answers. One that holds the only copy of a secret which a rotation may still need stays.',
  },
  keep: {
    names: ['keep'],
    rule: rule.notEmpty(rule.integer('N', 0, 1000, 5)),
    group: BACKUPS,
    about: 'How many of the newest backups stay.',
    fallback: String(KEEP_DEFAULT),
  },
  region: {
    names: ['region'],
    rule: rule.notEmpty(rule.regionName),
    group: AWS,
    about: 'IAM is one service for all regions of a partition, so this only chooses the partition.',
    fallback: `AWS_REGION, AWS_DEFAULT_REGION, the profile's region, else ${DEFAULTS.region}`,
  },
  mfaCode: {
    names: ['mfa-code'],
    rule: rule.notEmpty(rule.mfaCode),
    group: AWS,
    about: 'The code of the MFA device, for a profile that needs one. A terminal is asked for it.',
  },
  stateDir: {
    names: ['state', 'state-dir'],
    rule: rule.notEmpty(rule.statePlace),
    group: AWS,
    about: 'Where the journal is kept: a directory, or dynamodb:TABLE[@REGION].',
    fallback:
      'KEYTURN_STATE, KEYTURN_STATE_DIR, else $XDG_STATE_HOME/keyturn, else ~/.local/state/keyturn',
  },
  json: {
    names: ['json'],
    rule: rule.boolean,
    group: OUTPUT,
    about: 'One JSON object on stdout, also when it fails. It never holds a secret.',
  },
  logLevel: {
    names: ['log-level'],
    rule: rule.choice(['debug', 'info', 'warn', 'error']),
    group: OUTPUT,
    about: 'Log this level and above on stderr, also on a terminal.',
    fallback: 'info, and on a terminal a line that tells the progress',
  },
  logFile: {
    names: ['log-file'],
    rule: path,
    group: OUTPUT,
    about: 'Also append the log to this file. Secrets never reach a log.',
  },
  ...ABOUT_FLAGS,
} as const satisfies FlagTable;
