// The flags of `rotate-iam-keys`. Names, aliases and defaults are a promise to schedulers.

import { FORMS } from '../../destinations/forms/forms.ts';
import { OFFERED_KINDS, wordOf } from '../../destinations/kinds.ts';
import { ACCOUNT_FLAGS } from '../flags/account-flags.ts';
import { CONFIG_FLAG } from '../flags/config-flag.ts';
import { CUSTODY_FLAGS } from '../flags/custody-flags.ts';
import type { Flag, FlagTable } from '../flags/flag.ts';
import { METRICS_FLAGS } from '../flags/metrics-flags.ts';
import { RETIRE_FLAGS } from '../flags/retire-flags.ts';
import * as rule from '../flags/value-rules.ts';

export const DEFAULTS = {
  daysThreshold: 90,
  inactiveDays: 30,
  region: 'us-east-1',
  maxParallel: 16,
} as const;

const SCOPE = 'What is rotated';
const DELIVERY = 'Where new secrets go';
const AWS = 'How AWS is reached';
const OUTPUT = 'What is printed';
const RUN = 'How the run goes';
const ABOUT = 'About';

const FORM_WORDS = FORMS.map(
  ({ name, argument }) => `${name}${argument === undefined ? '' : `:${argument}`}`,
).join(', ');
export const MADE_KINDS = OFFERED_KINDS.filter((kind) => kind.makesPlaces)
  .map(({ name }) => name)
  .join(', ');
const aboutKinds = OFFERED_KINDS.map((kind) => `${wordOf(kind)}: ${kind.about}.`).join(' ');

function inWords(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** Flags that every executable has. */
export const ABOUT_FLAGS = {
  help: {
    names: ['help'],
    short: 'h',
    rule: rule.boolean,
    group: ABOUT,
    about: 'Print this page.',
  },
  version: {
    names: ['version'],
    short: 'V',
    rule: rule.boolean,
    group: ABOUT,
    about: 'Print the version.',
  },
} as const satisfies Record<string, Flag<boolean>>;

export const ROTATE_FLAGS = {
  daysThreshold: {
    names: ['days-threshold'],
    rule: rule.integer('N', 1, 3650, DEFAULTS.daysThreshold),
    group: SCOPE,
    about: 'Rotate keys that are at least N days old; 1 to 3650.',
    fallback: String(DEFAULTS.daysThreshold),
  },
  dryRun: {
    names: ['dry-run'],
    rule: rule.boolean,
    group: SCOPE,
    about: 'Change nothing: only read, and print what would happen and why.',
  },
  beforeNextRun: {
    names: ['before-next-run'],
    rule: rule.days(0, 365, '32d'),
    group: SCOPE,
    about:
      'Also rotate keys that would pass the threshold before the next run: how long it is until then, and a day more, since runs start late: 32d for a monthly schedule. Then each is replaced before it is older than --days-threshold.',
    fallback: '0d: keys that are that old now',
  },
  config: {
    ...CONFIG_FLAG,
    rule: rule.notEmpty(rule.path),
    group: SCOPE,
    about:
      'Take what is rotated, when and where new secrets go from this file (docs/configuration.md), which keyturn validate checks. Flags win over it, in every rule.',
    fallback: 'KEYTURN_CONFIG; else flags alone, and no file is looked for',
  },
  ...RETIRE_FLAGS,
  user: {
    names: ['user', 'target-user'],
    rule: rule.userName,
    group: SCOPE,
    about:
      'Only this IAM user. It scopes everything, clean-up included. With several accounts: the user of this name in each account that has one.',
    fallback: 'all users',
  },
  cleanupInactive: {
    names: ['cleanup-inactive'],
    rule: rule.boolean,
    group: SCOPE,
    about:
      'Delete keys that have been Inactive long enough, also where that makes room for a new key. A key that this run makes Inactive is never deleted by it, nor is the only key of a user.',
  },
  inactiveDays: {
    names: ['inactive-days'],
    rule: rule.integer('N', 1, 3650, DEFAULTS.inactiveDays),
    group: SCOPE,
    about:
      'With --cleanup-inactive: how long a key must have been Inactive, in days; 1 to 3650. It counts from when keyturn made it so, or first saw it so; a key that has been idle for 90 days goes at first sight when its user works with another one.',
    fallback: String(DEFAULTS.inactiveDays),
  },
  deliver: {
    names: ['deliver'],
    isList: true,
    rule: rule.listOf(
      OFFERED_KINDS.map(({ name }) => name),
      {
        placeholder: 'WHERE',
        example: 'secrets-manager=app/{user}',
        takes: `one or more of ${inWords(OFFERED_KINDS.map(wordOf))}`,
      },
    ),
    group: DELIVERY,
    about: `${aboutKinds} {account} and {user} in NAME stand for the ID and the name. NAME#id=FIELD,secret=FIELD names the fields of a JSON object, with dots for inner ones; NAME,NAME is one place for the key ID and one for the secret. #role=ARN, #region=REGION: through a role, in a region. KIND:FORM=NAME writes another form: ${FORM_WORDS}; +base64 behind its name encodes it. Several, with commas or in several flags: the old key stays Active until all of them hold the new secret.`,
    fallback: 'stdout with json, handoff with text',
  },
  movedFrom: {
    names: ['moved-from'],
    isList: true,
    rule: rule.oneOfList(
      'PLACE',
      'secrets-manager=app/{user}',
      'a place as --deliver names it, or as the refusal prints it',
    ),
    group: DELIVERY,
    about:
      'Rotate although the last rotation delivered the key to this place and this run does not. Use it only if nobody reads the key there any more: otherwise the reader would be left with a key that stops working. Repeat it for several.',
  },
  createMissing: {
    names: ['create-missing'],
    rule: rule.boolean,
    group: DELIVERY,
    about: `Make places of --deliver that do not exist (${MADE_KINDS}), before the key is made. Nobody reads a new place yet: the old key waits until whatever uses it has been pointed there, so it is refused with --retire now. Nothing is ever written over.`,
    fallback: 'such a user is refused (not-deliverable)',
  },
  createKmsKey: {
    names: ['create-kms-key'],
    rule: rule.kmsKey,
    group: DELIVERY,
    about: 'With --create-missing: the KMS key that encrypts them; its ID, ARN or alias/NAME.',
    fallback: "AWS's own key of the service",
  },
  createTags: {
    names: ['create-tags'],
    isList: true,
    rule: rule.tags,
    group: DELIVERY,
    about: 'With --create-missing: their tags. Several, with commas or in several flags.',
    fallback: 'none',
  },
  handoffRecipient: {
    names: ['handoff-recipient'],
    isList: true,
    rule: rule.list('AGE1...', 'age1…', 'one or more age recipients'),
    group: DELIVERY,
    about:
      'Encrypt the hand-off file to this age recipient once the rotation is done; until then the next run may need it in the clear. Several, with commas or in several flags.',
  },
  handoffRecipientsFile: {
    names: ['handoff-recipients-file'],
    rule: rule.path,
    group: DELIVERY,
    about: 'The same with the recipients in this file, one a line.',
  },
  ...ACCOUNT_FLAGS,
  profile: {
    names: ['profile', 'aws-profile'],
    rule: rule.profileName,
    group: AWS,
    about: 'Sign calls with this profile of the AWS credentials and config files.',
    fallback: 'as in the AWS CLI: keys in the environment, AWS_PROFILE, [default], a role',
  },
  region: {
    names: ['region', 'aws-region'],
    rule: rule.regionName,
    group: AWS,
    about:
      'IAM is one service for all regions of a partition, so for IAM this only chooses the partition (us-gov-west-1, cn-north-1) and the STS endpoint. Secrets and parameters of --deliver are in this region.',
    fallback: `AWS_REGION, AWS_DEFAULT_REGION, the profile's region, else ${DEFAULTS.region}`,
  },
  outputFormat: {
    names: ['output-format'],
    rule: rule.choice(['json', 'text']),
    group: OUTPUT,
    about:
      'json: one JSON document on stdout, also when the run fails; it holds the new secrets, unless --deliver sends them elsewhere. text: a page for people; each new secret is in a file whose path is printed, or where --deliver sends it.',
    fallback: 'text',
  },
  detailedExitcode: {
    names: ['detailed-exitcode'],
    rule: rule.boolean,
    group: OUTPUT,
    about:
      'Tell by the exit code whether anything was or would be done: 0 nothing, 2 something, 4 (in a dry run) something is blocked and needs a person. Bad input then exits with 1.',
  },
  logFormat: {
    names: ['log-format'],
    rule: rule.choice(['text', 'json']),
    group: OUTPUT,
    about: 'Format of the log on stderr; json is one object per line.',
    fallback: 'text',
  },
  logLevel: {
    names: ['log-level'],
    rule: rule.choice(['debug', 'info', 'warn', 'error']),
    group: OUTPUT,
    about: 'Log this level and above. When given, lines of the log also show above a progress bar.',
    fallback: 'info',
  },
  logFile: {
    names: ['log-file'],
    rule: rule.path,
    group: OUTPUT,
    about: 'Also append the log to this file. Secrets never reach a log.',
  },
  ...METRICS_FLAGS,
  inventory: {
    names: ['inventory'],
    rule: rule.choice(['auto', 'report', 'scan']),
    group: RUN,
    about:
      "How due keys are found. report: from the account's credential report, up to four hours old; only users who may have something to do are then read. scan: every user is read. auto: report, and scan where that cannot be used.",
    fallback: 'auto',
  },
  maxParallel: {
    names: ['max-parallel'],
    rule: rule.integer('N', 1, 64),
    group: RUN,
    about: 'AWS calls under way at the same time, in all accounts together; 1 to 64.',
    fallback: String(DEFAULTS.maxParallel),
  },
  timeout: {
    names: ['timeout'],
    rule: rule.integer('SECONDS', 1, 86_400),
    group: RUN,
    about:
      'Begin nothing new after this many seconds; 1 to 86400. What is open is finished by the next run.',
    fallback: 'no limit',
  },
  stateDir: {
    names: ['state', 'state-dir'],
    rule: rule.statePlace,
    group: RUN,
    about:
      'Where the journal and new secrets are kept: a directory, or dynamodb:TABLE[@REGION]. Give every run of an account the same one.',
    fallback:
      'KEYTURN_STATE, KEYTURN_STATE_DIR, else $XDG_STATE_HOME/keyturn, else ~/.local/state/keyturn',
  },
  ...CUSTODY_FLAGS,
  acceptVolatileState: {
    names: ['accept-volatile-state'],
    rule: rule.boolean,
    group: RUN,
    about:
      'Run although the state directory does not last (in memory, on a hosted runner, in the folder of a CI job, in a container and on no volume, in the /tmp of AWS Lambda) and no place of --deliver gets the new secrets: they are lost with it. Otherwise such a run is refused before AWS is asked.',
    fallback: 'KEYTURN_ACCEPT_VOLATILE_STATE',
  },
  ...ABOUT_FLAGS,
} as const satisfies FlagTable;
