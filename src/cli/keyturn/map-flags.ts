// The flags of `keyturn map`, and the page about them. Light: completion and --help load it.

import { MAP_STATE_WORDS } from '../../reports/map-states.ts';
import { ACCOUNT_FLAGS } from '../flags/account-flags.ts';
import type { FlagTable } from '../flags/flag.ts';
import { type HelpForm, renderHelp } from '../flags/help.ts';
import * as rule from '../flags/value-rules.ts';
import { ABOUT_FLAGS, ROTATE_FLAGS } from '../rotate/flags.ts';
import { placeEntries } from './init-flags.ts';
import { JSON_FLAG } from './status.ts';

const SHOWN = 'What is shown';

export const MAP_FLAGS = {
  only: {
    names: ['only'],
    isList: true,
    rule: rule.list('STATE', 'unplaced', `of ${MAP_STATE_WORDS.join(', ')}, with commas between`),
    group: SHOWN,
    about: `Only keys in these states: ${MAP_STATE_WORDS.join(', ')}. Several, with commas or in several flags.`,
    fallback: 'all',
  },
  draft: {
    names: ['draft'],
    rule: rule.boolean,
    group: SHOWN,
    about: 'Print the starter of a configuration that follows from it, as keyturn init writes it.',
  },
  json: { ...JSON_FLAG, about: 'Print one JSON object, also when the command fails.' },
  ...ACCOUNT_FLAGS,
  profile: ROTATE_FLAGS.profile,
  region: ROTATE_FLAGS.region,
  maxParallel: ROTATE_FLAGS.maxParallel,
  logFormat: ROTATE_FLAGS.logFormat,
  logLevel: { ...ROTATE_FLAGS.logLevel, fallback: 'warn' },
  logFile: ROTATE_FLAGS.logFile,
  help: ABOUT_FLAGS.help,
} as const satisfies FlagTable;

export function mapHelp(form?: HelpForm): string {
  return renderHelp(
    {
      program: 'keyturn map',
      summary: 'tells in which places each access key stands.',
      usage: ['keyturn map [PLACES...] [flags]'],
      description: [
        'Every place is read as its readers read it, and looked through for access key IDs: in any field, nested, as INI or JSON in a text, escaped, in base64. What a place holds is dropped then; no secret is shown or kept. Nothing is changed.',
        'placed: Active, in one place. several-places: in more than one. unplaced: in none that was read. dead: Inactive or deleted, and a place still gives it to its readers. foreign: of another account. unknown: nobody tells whose it is. inactive: Inactive, and in no place.',
        'Exit code: 0 everything was read; 1 something could not be, which is told and never taken for empty; 2 bad input; 3 could not start.',
      ],
      flags: MAP_FLAGS,
      sections: [{ title: 'Places', entries: placeEntries() }],
      examples: [
        { about: 'Secrets Manager and Parameter Store:', command: 'keyturn map' },
        {
          about: 'What nobody works with any more, and still stands somewhere:',
          command: 'keyturn map --only dead',
        },
        {
          about: 'Vault, a cluster and the projects of a group:',
          command: 'keyturn map vault=secret kubernetes gitlab=acme/app',
        },
        { about: 'In every account:', command: 'keyturn map --organization --json' },
      ],
    },
    form,
  );
}
