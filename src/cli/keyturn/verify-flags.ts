// The flags of `keyturn verify`, and the page about them. Light: completion and --help load it.

import { KeyturnError } from '../../base/errors.ts';
import { ACCOUNT_FLAGS } from '../flags/account-flags.ts';
import { parseCommandLine, quoted } from '../flags/argv.ts';
import { CONFIG_FLAG, CONFIG_VARIABLE } from '../flags/config-flag.ts';
import { CUSTODY_FLAGS } from '../flags/custody-flags.ts';
import type { FlagTable, FlagValues } from '../flags/flag.ts';
import { type HelpForm, renderHelp } from '../flags/help.ts';
import { ON_RECORD_FLAGS } from '../flags/on-record-flags.ts';
import * as rule from '../flags/value-rules.ts';
import { ABOUT_FLAGS, MADE_KINDS, ROTATE_FLAGS } from '../rotate/flags.ts';
import { JSON_FLAG } from './status.ts';

const HEALED = 'What is healed';

export const VERIFY_FLAGS = {
  heal: {
    names: ['heal'],
    rule: rule.boolean,
    group: HEALED,
    about:
      'Give each place that is not as its rotation left it its key again. The pair is copied from a place that still has it, or from custody, and from nowhere else; the key must be Active. A place that holds the key of another user is left as it is.',
  },
  replaceForeign: {
    names: ['replace-foreign'],
    isList: true,
    rule: rule.accessKeyIds,
    group: HEALED,
    about:
      'With --heal: write over the pairs of these keys, although they belong to somebody else, who reads them there no more. Several, with commas or in several flags.',
  },
  createMissing: {
    names: ['create-missing'],
    rule: rule.boolean,
    group: HEALED,
    about: `With --heal: make again what does not exist any more, as a rotation makes it with --create-missing (${MADE_KINDS}). Nothing is written over.`,
  },
  createKmsKey: {
    ...ROTATE_FLAGS.createKmsKey,
    group: HEALED,
    about: 'With --create-missing: the KMS key that encrypts them; its ID, ARN or alias/NAME.',
  },
  createTags: {
    ...ROTATE_FLAGS.createTags,
    group: HEALED,
    about: 'With --create-missing: their tags. Several, with commas or in several flags.',
  },
  dryRun: {
    ...ROTATE_FLAGS.dryRun,
    group: HEALED,
    about:
      'With --heal: only tell what would be healed, and from where. Without it: do not put on record what is found, either.',
  },
  config: {
    ...CONFIG_FLAG,
    group: 'What is printed',
    about:
      'Tell those whom this file names (notify:) of places that are wrong, and of those that were healed.',
    fallback: CONFIG_VARIABLE,
  },
  ...ACCOUNT_FLAGS,
  profile: ROTATE_FLAGS.profile,
  region: ON_RECORD_FLAGS.region,
  maxParallel: ROTATE_FLAGS.maxParallel,
  stateDir: ROTATE_FLAGS.stateDir,
  ...CUSTODY_FLAGS,
  json: JSON_FLAG,
  logFormat: ROTATE_FLAGS.logFormat,
  logLevel: { ...ROTATE_FLAGS.logLevel, fallback: 'warn' },
  logFile: ROTATE_FLAGS.logFile,
  help: ABOUT_FLAGS.help,
} as const satisfies FlagTable;

export type VerifyValues = FlagValues<typeof VERIFY_FLAGS>;

/** Throws `bad-value` and `conflicting-flags`. */
export function readVerify(args: readonly string[]): {
  readonly values: VerifyValues;
  readonly users: readonly string[];
} {
  const { values, words } = parseCommandLine(VERIFY_FLAGS, args, Number.POSITIVE_INFINITY);
  const odd = words.find((word) => rule.userName.read(word) === undefined);
  if (odd !== undefined) {
    throw new KeyturnError('bad-value', `${quoted(odd)} is no IAM user name`, {
      hint: 'name users as IAM does; without a name the places of all of them are read',
    });
  }
  if (values.replaceForeign !== undefined && values.heal !== true) {
    throw new KeyturnError('conflicting-flags', '--replace-foreign has no effect without --heal', {
      hint: 'add --heal, or leave it out',
    });
  }
  if (values.createMissing === true && values.heal !== true) {
    throw new KeyturnError('conflicting-flags', '--create-missing has no effect without --heal', {
      hint: 'add --heal, or leave it out',
    });
  }
  return { values, users: words };
}

export function verifyHelp(form?: HelpForm): string {
  return renderHelp(
    {
      program: 'keyturn verify',
      summary: 'reads the places of rotations again, and tells which are not as they were left.',
      usage: ['keyturn verify [USER...] [flags]'],
      description: [
        'Every place that a finished rotation delivered to, or one whose old key waits, is read as its readers read it: does it still have the key, is the secret beside the ID its own, is the key Active? No call is signed with the key itself, so no use of it is added. What is found stays on record, for keyturn status and keyturn history, until the place is well again.',
        'Exit code: 0 all is as it should be, or was healed; 1 something is not, or cannot be read; 2 bad input; 3 could not start.',
      ],
      flags: VERIFY_FLAGS,
      sections: [],
      examples: [
        { about: 'For a monitor, every hour:', command: 'keyturn verify --json' },
        {
          about: 'What would be healed, and from where:',
          command: 'keyturn verify --heal --dry-run',
        },
        { about: 'Heal the places of one user:', command: 'keyturn verify svc-billing --heal' },
        {
          about: 'In every account of the organization:',
          command: 'keyturn verify --organization',
        },
      ],
    },
    form,
  );
}
