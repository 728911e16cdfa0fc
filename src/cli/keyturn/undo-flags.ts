// The flags of `keyturn undo`, what they ask for, and the page about them. Light: completion and --help load
// it, and bad input is refused before anything else is.

import { KeyturnError } from '../../base/errors.ts';
import { command, type Hint } from '../../base/hint.ts';
import { namedWords } from '../../base/shell-words.ts';
import { ROLE_FLAGS, refuseUseless } from '../flags/account-flags.ts';
import { parseCommandLine, quoted } from '../flags/argv.ts';
import { CUSTODY_FLAGS } from '../flags/custody-flags.ts';
import type { FlagTable, FlagValues } from '../flags/flag.ts';
import { type HelpForm, renderHelp } from '../flags/help.ts';
import { ON_RECORD_FLAGS } from '../flags/on-record-flags.ts';
import * as rule from '../flags/value-rules.ts';
import { ABOUT_FLAGS, ROTATE_FLAGS } from '../rotate/flags.ts';
import { JSON_FLAG } from './status.ts';

const WHAT = 'What is undone';

export const UNDO_FLAGS = {
  run: {
    names: ['run'],
    rule: rule.recordedId,
    group: WHAT,
    about:
      'Every rotation that this run began and that is not taken back yet, by the ID that its document, its page, its log and keyturn history tell; six or more characters of its beginning will do.',
  },
  rotation: {
    names: ['rotation'],
    rule: rule.recordedId,
    group: WHAT,
    about: 'This rotation of the user, by its ID as the journal has it.',
    fallback: 'the latest one of the user',
  },
  dryRun: { ...ROTATE_FLAGS.dryRun, group: WHAT },
  account: {
    names: ['account'],
    rule: rule.accountId,
    group: WHAT,
    about: 'The account of the users, entered through a role.',
    fallback: "the caller's own",
  },
  roleName: {
    ...ROLE_FLAGS.roleName,
    group: WHAT,
    about: 'With --account: the role through which it is entered.',
  },
  externalId: { ...ROLE_FLAGS.externalId, group: WHAT },
  profile: ROTATE_FLAGS.profile,
  region: ON_RECORD_FLAGS.region,
  stateDir: ROTATE_FLAGS.stateDir,
  ...CUSTODY_FLAGS,
  json: JSON_FLAG,
  logFormat: ROTATE_FLAGS.logFormat,
  logLevel: ON_RECORD_FLAGS.logLevel,
  logFile: ROTATE_FLAGS.logFile,
  help: ABOUT_FLAGS.help,
} as const satisfies FlagTable;

export type UndoValues = FlagValues<typeof UNDO_FLAGS>;

/** What is to be undone: one rotation, the latest ones of several users, or those of a run. */
export type UndoRequest =
  | { readonly kind: 'one'; readonly user: string; readonly rotation: string | undefined }
  | { readonly kind: 'users'; readonly users: readonly string[] }
  | { readonly kind: 'run'; readonly run: string };

/** Throws `bad-value`, `conflicting-flags` and the like, all with exit code 2. */
export function readUndo(args: readonly string[]): {
  readonly values: UndoValues;
  readonly request: UndoRequest;
} {
  const { values, words } = parseCommandLine(UNDO_FLAGS, args, Number.POSITIVE_INFINITY);
  const request = requestOf(values, words);
  if (values.account === undefined) refuseUseless(values, ['roleName', 'externalId'], '--account');
  return { values, request };
}

function requestOf({ run, rotation }: UndoValues, words: readonly string[]): UndoRequest {
  const [first, ...others] = words;
  if (run !== undefined) {
    if (rotation !== undefined) throw runWithRotation(run, rotation, first);
    if (first !== undefined) throw runWithUser(run, first);
    return { kind: 'run', run };
  }
  if (first === undefined) throw nobodyNamed(rotation);
  const users = words.map(userName);
  if (others.length === 0) return { kind: 'one', user: userName(first), rotation };
  if (rotation !== undefined) throw rotationOfSeveral(rotation, first);
  return { kind: 'users', users };
}

function userName(word: string): string {
  const name = rule.userName.read(word);
  if (name !== undefined) return name;
  throw new KeyturnError('bad-value', `${quoted(word)} is not an IAM user name`, {
    hint: ['say whose rotation is undone:', command('keyturn', 'undo', 'USER')],
  });
}

function nobodyNamed(rotation: string | undefined): KeyturnError {
  const byRun: Hint = ['or which run:', command('keyturn', 'undo', '--run', 'ID')];
  return new KeyturnError('bad-value', 'no user is named', {
    hint:
      rotation === undefined
        ? ['say whose rotation is undone:', command('keyturn', 'undo', 'USER'), ...byRun]
        : ['say whose rotation it is:', command('keyturn', 'undo', 'USER', '--rotation', rotation)],
  });
}

function runWithUser(run: string, user: string): KeyturnError {
  return new KeyturnError(
    'conflicting-flags',
    `--run takes back every user's rotation of that run, so ${quoted(user)} has no place beside it`,
    {
      hint: [
        'for the latest rotation of the user, whichever run began it:',
        command('keyturn', 'undo', ...namedWords([user])),
        'for all of the run:',
        command('keyturn', 'undo', '--run', run),
      ],
    },
  );
}

function runWithRotation(run: string, rotation: string, user = 'USER'): KeyturnError {
  return new KeyturnError(
    'conflicting-flags',
    '--run names all rotations of a run, and --rotation only one',
    {
      hint: [
        'for the one:',
        command('keyturn', 'undo', ...namedWords([user], ['--rotation', rotation])),
        'for all of the run:',
        command('keyturn', 'undo', '--run', run),
      ],
    },
  );
}

function rotationOfSeveral(rotation: string, user: string): KeyturnError {
  return new KeyturnError(
    'conflicting-flags',
    '--rotation names one rotation, which is of one user',
    {
      hint: [
        'name the user whose rotation it is:',
        command('keyturn', 'undo', ...namedWords([user], ['--rotation', rotation])),
      ],
    },
  );
}

export function undoHelp(form?: HelpForm): string {
  return renderHelp(
    {
      program: 'keyturn undo',
      summary: 'takes rotations back while the old keys still exist.',
      usage: [
        'keyturn undo USER [flags]',
        'keyturn undo USER USER... [flags]',
        'keyturn undo --run ID [flags]',
      ],
      description: [
        'The old key is made Active again, destinations that can be put back are put back, those that cannot are named, and the new key is made Inactive last, unless it may be in use: AWS shows a use hours late, so within four hours of its delivery it stays Active, and the same command later goes further. Nothing is deleted. An undo that died is finished by the next run of any command. keyctl undo does this for a profile.',
        'USER may also be the ID of a key that keyturn made or replaced: then the latest rotation of its user is meant, if it is about that key. A rotation that cannot be taken back is named with the reason, and the others go on; the exit code is 1 then, and a dry run has the exit code of what it foretells. After Ctrl-C what is under way is finished, and the rest is left as it was.',
      ],
      flags: UNDO_FLAGS,
      sections: [],
      examples: [
        { about: 'The latest rotation of a user:', command: 'keyturn undo svc-billing' },
        {
          about: 'What would happen to each key and each place, without changing anything:',
          command: 'keyturn undo svc-billing --dry-run',
        },
        {
          about: 'All that one run rotated:',
          command: 'keyturn undo --run 3f0c0d5e-7d0b-4c53-9a53-6f1f6e1f2a10',
        },
        {
          about: 'In a member of the organization:',
          command: 'keyturn undo svc-billing --account 111122223333',
        },
      ],
    },
    form,
  );
}
