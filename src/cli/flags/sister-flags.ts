// Flags by the names that they have elsewhere: in a sister command of this package, or in tools that people
// come from. `keyctl --profile` is a good guess and a wrong one, and no spelling is near the right one.

import { command, type Hint } from '../../base/hint.ts';

interface Sister {
  /** As it is said elsewhere, without dashes; one letter is a short flag. */
  readonly said: readonly string[];
  /** The flag of the command at hand that makes the hint true; left out where it holds for all. */
  readonly has?: string;
  /** A flag that a command must not have for it. */
  readonly hasNot?: string;
  readonly hint: Hint;
}

/** The first that fits is told. Each `has` and each flag that a hint names is a flag of ours: a test sees to it. */
export const SISTERS: readonly Sister[] = [
  {
    said: ['t', 'target-profile', 'profile-name'],
    has: 'rotation',
    hint: [
      'a user is named here:',
      command('keyturn', 'undo', 'USER'),
      'and a profile there:',
      command('keyctl', 'undo', '-t', 'PROFILE'),
    ],
  },
  {
    said: ['user', 'target-user', 'username', 'user-name', 'u'],
    has: 'unused',
    hasNot: 'user',
    hint: [
      'a report is about everybody; one user is told by:',
      command('keyturn', 'keys', '--user', 'NAME'),
    ],
  },
  ...['rotation', 'since'].map((has) => ({
    said: ['user', 'target-user', 'username', 'user-name', 'u'],
    has,
    hint: [
      'a user is named without a flag:',
      command('keyturn', has === 'since' ? 'history' : 'undo', 'USER'),
    ],
  })),
  {
    said: ['user', 'target-user', 'username', 'user-name', 'u', 'key'],
    has: 'handoff-recipient',
    hasNot: 'user',
    hint: ['a user or a key is named without a flag:', command('keyturn', 'rotate', 'USER')],
  },
  {
    said: ['days-threshold', 'before-next-run', 'days'],
    has: 'handoff-recipient',
    hasNot: 'days-threshold',
    hint: 'leave it out: this command rotates one key, whatever its age',
  },
  {
    said: ['days-threshold', 'before-next-run', 'days'],
    has: 'target-profile',
    hint: 'leave it out: this command rotates the key, whatever its age',
  },
  {
    said: ['deliver'],
    has: 'target-profile',
    hint: 'leave it out: the profile is where the new key goes',
  },
  {
    said: ['deliver', 'retire', 'create-missing'],
    has: 'orphan',
    hint: 'leave it out: each rotation is finished as it was begun',
  },
  {
    said: ['orphan'],
    has: 'handoff-recipient',
    hint: ['another command takes it:', command('keyturn', 'recover', '--orphan', 'KEY')],
  },
  {
    said: ['run', 'run-id'],
    hasNot: 'run',
    hint: ['another command takes it:', command('keyturn', 'undo', '--run', 'ID')],
  },
  { said: ['text'], has: 'output-format', hint: mean('output-format=text') },
  {
    said: ['profile', 'aws-profile', 'p'],
    has: 'target-profile',
    hint: 'did you mean --target-profile, whose key it is, or --auth-profile, who signs?',
  },
  {
    said: ['target-profile', 'auth-profile', 'p', 'a', 't'],
    has: 'profile',
    hint: mean('profile'),
  },
  { said: ['json', 'j'], has: 'output-format', hint: mean('output-format=json') },
  { said: ['output-format', 'output', 'format', 'o'], has: 'json', hint: mean('json') },
  { said: ['output', 'format', 'o'], has: 'output-format', hint: mean('output-format') },
  { said: ['account', 'account-id', 'account-ids'], has: 'accounts', hint: mean('accounts') },
  { said: ['accounts', 'account-id'], has: 'account', hint: mean('account') },
  { said: ['all-accounts', 'org'], has: 'organization', hint: mean('organization') },
  {
    said: ['exclude', 'skip', 'skip-accounts'],
    has: 'exclude-accounts',
    hint: mean('exclude-accounts'),
  },
  { said: ['role', 'role-arn', 'assume-role'], has: 'role-name', hint: mean('role-name') },
  { said: ['target-user', 'username', 'user-name', 'users', 'u'], has: 'user', hint: mean('user') },
  {
    said: ['dryrun', 'dry', 'n', 'plan', 'preview', 'simulate', 'check', 'what-if', 'noop'],
    has: 'dry-run',
    hint: mean('dry-run'),
  },
  {
    said: ['days', 'age', 'max-age', 'min-age', 'older-than', 'threshold', 'expire'],
    has: 'days-threshold',
    hint: mean('days-threshold'),
  },
  {
    said: ['yes', 'y', 'force', 'f', 'no-input', 'non-interactive', 'auto-approve'],
    hasNot: 'yes',
    hint: 'leave it out: this command asks nothing',
  },
  {
    said: ['force', 'f', 'no-input', 'non-interactive', 'auto-approve'],
    has: 'yes',
    hint: mean('yes'),
  },
  {
    said: ['verbose', 'v', 'vv', 'debug', 'd', 'trace'],
    has: 'log-level',
    hint: mean('log-level=debug'),
  },
  { said: ['quiet', 'q', 'silent', 's'], has: 'log-level', hint: mean('log-level=error') },
  {
    said: ['credentials-file', 'shared-credentials-file', 'file'],
    has: 'credentials',
    hint: mean('credentials'),
  },
  {
    said: ['credentials', 'credentials-file', 'shared-credentials-file', 'c'],
    hint: 'the environment names the file: AWS_SHARED_CREDENTIALS_FILE',
  },
  {
    said: ['endpoint-url', 'endpoint', 'endpoint-url-iam'],
    hint: 'the environment names the endpoint: AWS_ENDPOINT_URL, as for the AWS CLI',
  },
  {
    said: ['no-color', 'no-colour', 'color', 'colour', 'no-colors'],
    hint: 'the environment says it: NO_COLOR=1',
  },
  {
    said: ['ca-bundle', 'no-verify-ssl'],
    hint: 'the environment names the certificates: AWS_CA_BUNDLE, as for the AWS CLI',
  },
  { said: ['state-file', 'journal'], has: 'state', hint: mean('state') },
  {
    said: ['create', 'create-secret', 'create-secrets'],
    has: 'handoff-recipient',
    hint: mean('create-missing'),
  },
  {
    said: ['exit-code', 'detailed-exit-code'],
    has: 'detailed-exitcode',
    hint: mean('detailed-exitcode'),
  },
  {
    said: ['version', 'V'],
    hasNot: 'version',
    hint: 'the whole package has one version, which keyturn --version prints',
  },
];

function mean(flag: string): string {
  return `did you mean --${flag}?`;
}

/** What the command at hand has for a flag of another one; undefined where nothing is known. */
export function sisterHint(said: string, names: readonly string[]): Hint | undefined {
  return SISTERS.find(
    ({ said: words, has, hasNot }) =>
      words.includes(said) &&
      (has === undefined || names.includes(has)) &&
      (hasNot === undefined || !names.includes(hasNot)),
  )?.hint;
}
