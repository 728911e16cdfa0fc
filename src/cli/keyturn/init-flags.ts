// The flags of `keyturn init`, and the page about them. Light: completion and --help load it.

import { ACCOUNT_FLAGS } from '../flags/account-flags.ts';
import type { FlagTable } from '../flags/flag.ts';
import { type HelpForm, renderHelp } from '../flags/help.ts';
import { LISTED_KINDS } from '../flags/place-patterns.ts';
import * as rule from '../flags/value-rules.ts';
import { ABOUT_FLAGS, ROTATE_FLAGS } from '../rotate/flags.ts';

const WRITTEN = 'What is written';
const READ = 'What is read';

export const FROM_TOOLS = ['cloud-key-rotator'] as const;

export const INIT_FLAGS = {
  output: {
    names: ['output'],
    short: 'o',
    rule: rule.path,
    group: WRITTEN,
    about: 'The file to write. One that is there is never written over.',
    fallback: 'keyturn.yaml',
  },
  print: {
    names: ['print'],
    rule: rule.boolean,
    group: WRITTEN,
    about: 'Print it, and write no file.',
  },
  from: {
    names: ['from'],
    rule: rule.choice(FROM_TOOLS),
    group: WRITTEN,
    about:
      'Convert the configuration of that tool, which is the word behind it: JSON, also with comments, or YAML. AWS is not asked.',
  },
  withoutPlaces: {
    names: ['without-places'],
    rule: rule.boolean,
    group: READ,
    about: 'Read no places, users and keys alone: nothing is decrypted.',
  },
  ...ACCOUNT_FLAGS,
  profile: ROTATE_FLAGS.profile,
  region: ROTATE_FLAGS.region,
  maxParallel: ROTATE_FLAGS.maxParallel,
  logFormat: ROTATE_FLAGS.logFormat,
  logLevel: { ...ROTATE_FLAGS.logLevel, fallback: 'warn' },
  logFile: ROTATE_FLAGS.logFile,
  help: ABOUT_FLAGS.help,
} as const satisfies FlagTable;

/** The kinds as entries of a page: what stands behind `KIND=`. */
export function placeEntries(): readonly (readonly [string, string])[] {
  return LISTED_KINDS.map(({ name, listing }) => {
    const unasked = listing?.isUsual === true ? ' Read also when no place is named.' : '';
    return [`${name}=…`, `${listing?.takes}, such as ${name}=${listing?.example}.${unasked}`];
  });
}

export function initHelp(form?: HelpForm): string {
  return renderHelp(
    {
      program: 'keyturn init',
      summary:
        "writes a commented starter of a configuration from the account's own users, keys and places.",
      usage: [
        'keyturn init [PLACES...] [flags]',
        'keyturn init --from cloud-key-rotator FILE [-o keyturn.yaml]',
      ],
      description: [
        'Users with their keys come from the credential report, paths, groups and tags from the account details, and where keys are from the places that are read, as keyturn map does it. Nothing is changed in AWS or in a place. The file is valid as it is written, and says no more than was seen: read every rule before the first run.',
        'Exit code: 0 it was written; 1 something could not be read, which is in the remarks of the file; 2 bad input, or the file is there already; 3 could not start.',
      ],
      flags: INIT_FLAGS,
      sections: [{ title: 'Places', entries: placeEntries() }],
      examples: [
        { about: 'One account:', command: 'keyturn init' },
        {
          about: 'With what Vault and a cluster hold:',
          command: 'keyturn init secrets-manager ssm vault=secret kubernetes',
        },
        {
          about: 'An organization:',
          command: 'keyturn init --organization --role-name KeyRotation',
        },
        {
          about: 'From another tool:',
          command: 'keyturn init --from cloud-key-rotator config.json',
        },
      ],
    },
    form,
  );
}
