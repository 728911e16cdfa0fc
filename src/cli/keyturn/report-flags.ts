// The flags of `keyturn report`, and the page about them. Light: completion and --help load it.

import { ACCOUNT_FLAGS } from '../flags/account-flags.ts';
import type { FlagTable, FlagValues } from '../flags/flag.ts';
import { type HelpForm, renderHelp } from '../flags/help.ts';
import * as rule from '../flags/value-rules.ts';
import { ABOUT_FLAGS, ROTATE_FLAGS } from '../rotate/flags.ts';
import { KEYS_FLAGS } from './keys/flags.ts';

const WRITTEN = 'What is written';
const TOLD = 'What is told';

export const UNUSED_DAYS = 45;
export const SINCE_DAYS = 84;

export const REPORT_FLAGS = {
  output: {
    names: ['output'],
    short: 'o',
    rule: rule.notEmpty(rule.path),
    group: WRITTEN,
    about:
      'Write the report to this file. It takes the place of an older report and of nothing else; a new file is readable by its owner alone.',
    fallback: 'stdout',
  },
  format: {
    names: ['format'],
    rule: rule.choice(['html', 'json', 'csv', 'md']),
    group: WRITTEN,
    about:
      'html: one page that needs nothing else. json: everything, as a document with a schema. csv: a row for each key. md: for the summary of a job.',
    fallback: 'as the name of the file ends, else html',
  },
  json: {
    names: ['json'],
    rule: rule.boolean,
    group: WRITTEN,
    about: 'The same as --format json.',
  },
  since: {
    names: ['since'],
    rule: rule.since,
    group: TOLD,
    about:
      'What was done is counted from then on: so many days ago (30d), or from a day on (2026-11-01).',
    fallback: `${SINCE_DAYS}d`,
  },
  unused: {
    names: ['unused'],
    rule: rule.wholeDays(1, 3650, `${UNUSED_DAYS}d`),
    group: TOLD,
    about: 'An Active key that nothing has used for so long counts as unused.',
    fallback: `${UNUSED_DAYS}d`,
  },
  daysThreshold: {
    ...ROTATE_FLAGS.daysThreshold,
    group: TOLD,
    about:
      'From this age on, in days, a key is due; 1 to 3650. With a configuration it wins in every rule.',
    fallback: '90, or what the configuration says',
  },
  config: {
    ...ROTATE_FLAGS.config,
    group: TOLD,
    about:
      'The configuration: it says from which age on the keys of each user are due, who is exempt and until when, and which accounts are meant.',
  },
  ids: {
    ...KEYS_FLAGS.ids,
    group: TOLD,
    about:
      'Read the IDs of all keys, a call for each user. A credential report has none: without this flag the IDs are told that keyturn knows.',
  },
  ...ACCOUNT_FLAGS,
  profile: KEYS_FLAGS.profile,
  region: KEYS_FLAGS.region,
  logFormat: KEYS_FLAGS.logFormat,
  logLevel: KEYS_FLAGS.logLevel,
  logFile: KEYS_FLAGS.logFile,
  inventory: KEYS_FLAGS.inventory,
  maxParallel: KEYS_FLAGS.maxParallel,
  stateDir: KEYS_FLAGS.stateDir,
  help: ABOUT_FLAGS.help,
} as const satisfies FlagTable;

export type ReportValues = FlagValues<typeof REPORT_FLAGS>;

export function reportHelp(form?: HelpForm): string {
  return renderHelp(
    {
      program: 'keyturn report',
      summary: 'tells of all access keys on one page: ages, rotations, what needs a person.',
      usage: ['keyturn report -o FILE [flags]', 'keyturn report --format json|csv|md [flags]'],
      description: [
        'The page is one file: it fetches nothing, and reads without a script too. It has the ages of all keys, the open rotations with what comes next, what was done week by week, keys whose successor nobody has used yet, unused keys, exemptions, and the controls that auditors ask for. The other forms tell the same. By reads alone, and in as few calls as keyturn keys; no secret is in it.',
        'Exit code: 0 the report is made; 1 it is made, and an account or a user could not be read, which it says; 2 bad input; 3 could not start.',
      ],
      flags: REPORT_FLAGS,
      sections: [],
      examples: [
        { about: 'A page to look at:', command: 'keyturn report -o report.html' },
        {
          about: 'Every account of the organization, by its configuration:',
          command: 'keyturn report --config keyturn.yaml -o report.html',
        },
        {
          about: 'Into the summary of a job in GitHub Actions:',
          command: 'keyturn report --format md >> "$GITHUB_STEP_SUMMARY"',
        },
        { about: 'For a spreadsheet:', command: 'keyturn report -o keys.csv' },
      ],
    },
    form,
  );
}
