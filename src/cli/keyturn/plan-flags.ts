// The flags of `keyturn plan` and `keyturn apply`, and the pages about them. Light: completion and --help load it.

import { KeyturnError } from '../../base/errors.ts';
import { ACCOUNT_FLAGS } from '../flags/account-flags.ts';
import { CONFIG_FLAG } from '../flags/config-flag.ts';
import { CUSTODY_FLAGS } from '../flags/custody-flags.ts';
import type { FlagTable, FlagValues } from '../flags/flag.ts';
import { type HelpForm, renderHelp } from '../flags/help.ts';
import * as rule from '../flags/value-rules.ts';
import { ABOUT_FLAGS, ROTATE_FLAGS } from '../rotate/flags.ts';

const SCOPE = 'What it is about';
const OUTPUT = 'What is printed';
const PLAN = 'The plan';

/** What narrows a run, and how it goes. */
const SHARED = {
  config: { ...CONFIG_FLAG, group: SCOPE },
  profile: ROTATE_FLAGS.profile,
  region: ROTATE_FLAGS.region,
  maxParallel: ROTATE_FLAGS.maxParallel,
  timeout: ROTATE_FLAGS.timeout,
  stateDir: ROTATE_FLAGS.stateDir,
  ...CUSTODY_FLAGS,
  acceptVolatileState: ROTATE_FLAGS.acceptVolatileState,
  logFormat: ROTATE_FLAGS.logFormat,
  logLevel: { ...ROTATE_FLAGS.logLevel, fallback: 'warn' },
  logFile: ROTATE_FLAGS.logFile,
  metrics: ROTATE_FLAGS.metrics,
  metricsAccounts: ROTATE_FLAGS.metricsAccounts,
  help: ABOUT_FLAGS.help,
} as const satisfies FlagTable;

const NARROWING = {
  user: { ...ROTATE_FLAGS.user, group: SCOPE, about: 'Only this IAM user.' },
  rule: {
    names: ['rule'],
    rule: rule.oneOfList('NAME', 'apps', 'the name of a rule of the configuration'),
    group: SCOPE,
    about: 'Only users whom this rule governs.',
    fallback: 'all',
  },
  accounts: {
    ...ACCOUNT_FLAGS.accounts,
    group: SCOPE,
    about:
      'Only these accounts. Of a configuration with groups of accounts they have to be in one of them.',
    fallback: 'all of them',
  },
  excludeAccounts: { ...ACCOUNT_FLAGS.excludeAccounts, group: SCOPE },
} as const satisfies FlagTable;

export const PLAN_FLAGS = {
  ...NARROWING,
  untrusted: {
    names: ['untrusted'],
    rule: rule.boolean,
    group: SCOPE,
    about:
      'The configuration is of somebody who is not trusted, as in a pull request from a fork: no program is run, no place outside of AWS is read, no file outside of its folder. Such a plan is to look at, and is not applied.',
  },
  output: {
    names: ['output'],
    short: 'o',
    rule: rule.notEmpty(rule.path),
    group: PLAN,
    about:
      'Write the plan to this file, for keyturn apply. It holds no secret, and is readable by its owner alone.',
    fallback: 'it is shown, and not kept',
  },
  format: {
    names: ['format'],
    rule: rule.choice(['text', 'md', 'json']),
    group: OUTPUT,
    about: 'text: a page for people. md: the same as Markdown, for a pull request. json: the plan.',
    fallback: 'text',
  },
  json: {
    names: ['json'],
    rule: rule.boolean,
    group: OUTPUT,
    about: 'Print the plan, as --format json does.',
  },
  detailedExitcode: {
    names: ['detailed-exitcode'],
    rule: rule.boolean,
    group: OUTPUT,
    about:
      'Tell by the exit code whether anything would be changed: 0 nothing, 2 something, 1 any error.',
  },
  ...SHARED,
} as const satisfies FlagTable;

export const APPLY_FLAGS = {
  yes: {
    names: ['yes'],
    short: 'y',
    rule: rule.boolean,
    group: PLAN,
    about: 'Without PLAN: do not ask. Where nobody can be asked, it is refused without this.',
  },
  partial: {
    names: ['partial'],
    rule: rule.boolean,
    group: PLAN,
    about:
      'Apply the plan to the users who are as it saw them, although others are not. Without it one such user stops all of it, before anything is changed.',
  },
  dryRun: {
    ...ROTATE_FLAGS.dryRun,
    group: PLAN,
    about: 'Change nothing: only check the plan, and print what would be done.',
  },
  ...NARROWING,
  outputFormat: {
    names: ['output-format'],
    rule: rule.choice(['json', 'text']),
    group: OUTPUT,
    about: 'json: one JSON document on stdout. text: a page for people.',
    fallback: 'text',
  },
  ...SHARED,
} as const satisfies FlagTable;

export type PlanValues = FlagValues<typeof PLAN_FLAGS>;
export type ApplyValues = FlagValues<typeof APPLY_FLAGS>;

/** Flags that say what the file says, by the key that says it there. */
const IN_THE_FILE: Readonly<Record<string, string>> = {
  'days-threshold': 'days_threshold',
  'before-next-run': 'before_next_run',
  retire: 'retire',
  'quiet-days': 'quiet_days',
  'retire-deadline-days': 'retire_deadline_days',
  'cleanup-inactive': 'hold_days',
  'inactive-days': 'hold_days',
  deliver: 'deliver',
  'create-missing': 'create_missing beside the place',
  organization: 'accounts.organization',
  'role-name': 'role of the group of accounts',
  'external-id': 'external_id of the group of accounts',
};

/** A plan follows from the file and from AWS alone. Throws `unknown-flag`. */
export function refusePolicyFlags(program: string, args: readonly string[]): void {
  for (const arg of args) {
    const name = /^--([\w-]+)/.exec(arg)?.[1]?.replaceAll('_', '-') ?? '';
    const key = Object.hasOwn(IN_THE_FILE, name) ? IN_THE_FILE[name] : undefined;
    if (key === undefined) continue;
    throw new KeyturnError('unknown-flag', `${program} takes no --${name}: the file says that`, {
      hint: `edit the file: ${key}; a plan follows from the file and from AWS alone`,
    });
  }
}

export function planHelp(form?: HelpForm): string {
  return renderHelp(
    {
      program: 'keyturn plan',
      summary: 'tells, key by key, what a configuration would do now, and why.',
      usage: ['keyturn plan [flags]'],
      description: [
        'By reads alone: keys, their last uses and the places that new secrets would go to. A saved plan is applied by keyturn apply: exactly what it names, while everything is as it saw it. An empty plan is normal: what waits is told with the time until when.',
        'Exit code: 0 the plan is made; 1 something could not be read, an exemption has ended, or a due key is of no rule and the file says "unmatched: fail": the plan says what; 2 bad input; 3 could not start. With --detailed-exitcode: 0 nothing would be changed, 2 something, 1 any error.',
      ],
      flags: PLAN_FLAGS,
      sections: [],
      examples: [
        { about: 'What would be done now?', command: 'keyturn plan' },
        { about: 'To look at, and to apply later:', command: 'keyturn plan -o plan.json' },
        { about: 'For a pull request:', command: 'keyturn plan -o plan.json --format md' },
        { about: 'One user:', command: 'keyturn plan --user svc-billing' },
      ],
    },
    form,
  );
}

export function applyHelp(form?: HelpForm): string {
  return renderHelp(
    {
      program: 'keyturn apply',
      summary: 'does exactly what a plan names, while everything is as the plan saw it.',
      usage: ['keyturn apply PLAN [flags]', 'keyturn apply [--yes] [flags]'],
      description: [
        'PLAN is a file that keyturn plan -o wrote. It is refused, with the difference, when a key, a place, a tag, the configuration, the version or the journal is not as it was; when a key was used that was to go; and when it has expired. What is not in the plan is not done.',
        'Without PLAN a plan is made and shown, and you are asked whether it is applied: only a typed "yes" is a yes. --yes applies it unasked, for a schedule: each run moves everything one step further.',
        'Exit code: 0 all is done, or was before, or waits for a time; 1 something failed, or is not as the plan saw it; 2 the plan or the configuration is refused, and nothing was sent to AWS; 3 could not start; 130 interrupted.',
      ],
      flags: APPLY_FLAGS,
      sections: [],
      examples: [
        { about: 'A plan that somebody has looked at:', command: 'keyturn apply plan.json' },
        { about: 'Make one, look at it, and say yes:', command: 'keyturn apply' },
        { about: 'Every day, by cron:', command: 'keyturn apply --yes' },
      ],
    },
    form,
  );
}
