// `keyturn status`: what earlier runs left open, and which secrets wait. AWS is not asked.

import { openState } from '../../app/open-state.ts';
import { KeyturnError } from '../../base/errors.ts';
import { printableJson } from '../../base/printable.ts';
import { shellWords } from '../../base/shell-words.ts';
import type { StatusReport } from '../../reports/status-report.ts';
import { isAskedFor, parseFlags, quoted } from '../flags/argv.ts';
import type { FlagTable } from '../flags/flag.ts';
import { formerState } from '../flags/former-state.ts';
import { type HelpForm, helpWidth, renderHelp } from '../flags/help.ts';
import { flagWords, whereaboutWords } from '../flags/later-command.ts';
import * as rule from '../flags/value-rules.ts';
import { ABOUT_FLAGS, DEFAULTS, ROTATE_FLAGS } from '../rotate/flags.ts';
import type { Session } from '../run.ts';
import { styleOf } from '../terminal/style.ts';
import { reachOfState, STATE_FLAGS } from './state/flags.ts';

/** One JSON object on stdout for machines. */
export const JSON_FLAG = {
  names: ['json'],
  rule: rule.boolean,
  group: 'What is printed',
  about: 'Print one JSON object.',
} as const;

const FAIL_ON = ['overdue', 'failed', 'waiting-for-operator'] as const;

type FailOn = (typeof FAIL_ON)[number];

/** Of --fail-on. */
const HOLDS = 4;

export const STATUS_FLAGS = {
  failOn: {
    names: ['fail-on'],
    isList: true,
    rule: rule.list('WHAT,…', 'overdue,failed', `words of ${FAIL_ON.join(', ')}`),
    group: 'For a monitor',
    about: `Exit with ${HOLDS} when one of these holds: overdue, where a key is as old as the threshold or nobody knows; failed, where a rotation came to nothing or a place lost its key; waiting-for-operator, where a person has to say or take something. Several, with commas or in several flags.`,
    fallback: 'nothing, and the exit code is 0',
  },
  daysThreshold: {
    ...ROTATE_FLAGS.daysThreshold,
    group: 'For a monitor',
    about:
      'From this age on, in days, a key counts as overdue; 1 to 3650. The rules of a configuration are not asked: they may depend on what only AWS tells.',
  },
  ...STATE_FLAGS,
  all: {
    names: ['all'],
    rule: rule.boolean,
    group: 'What is printed',
    about: 'Print every row of each table, and not only the first ten. JSON has them all.',
  },
  json: JSON_FLAG,
  help: ABOUT_FLAGS.help,
} as const satisfies FlagTable;

export async function runStatus({ host }: Session, args: readonly string[]): Promise<number> {
  if (isAskedFor(STATUS_FLAGS, args, 'help')) {
    await host.stdout.write(statusHelp(helpWidth(host.stdout)));
    return 0;
  }
  const flags = parseFlags(STATUS_FLAGS, args);
  const failOn = failOnOf(flags.failOn ?? []);
  const stateDir = await formerState(flags.stateDir, host);
  const { readStatus } = await import('../../app/read-status.ts');
  const report = await readStatus(await openState(stateDir, reachOfState(flags, host)), {
    now: host.clock.now(),
    daysThreshold: flags.daysThreshold ?? DEFAULTS.daysThreshold,
  });
  const { renderStatus } = await import('../../reports/status-text.ts');
  const inSameState = (name: string) =>
    shellWords([...['keyturn', name], ...whereaboutWords(flags)]);
  const commands = {
    recoverCommand: inSameState('recover'),
    configuredCommand: shellWords([
      ...['rotate-iam-keys', '--config', 'keyturn.yaml'],
      ...whereaboutWords(flags),
    ]),
    keysCommand: inSameState('keys'),
    dueCommand: shellWords([
      ...['keyturn', 'keys', '--due'],
      ...flagWords('days-threshold', flags.daysThreshold?.toString()),
      ...whereaboutWords(flags),
    ]),
    verifyCommand: inSameState('verify'),
    historyCommand: inSameState('history'),
    takeOutCommand: (keyId: string) =>
      shellWords([
        ...['keyturn', 'state', 'secret', keyId, '--to', 'FILE', '--remove'],
        ...whereaboutWords(flags),
      ]),
    allCommand: flags.all ? undefined : `${inSameState('status')} --all`,
  };
  const page = () => renderStatus(report, { ...styleOf(host.stdout, host), ...commands });
  await host.stdout.write(flags.json ? `${printableJson(report, 2)}\n` : page());
  return failOn.some((what) => holds(what, report)) ? HOLDS : 0;
}

function isFailOn(word: string): word is FailOn {
  return FAIL_ON.some((known) => known === word);
}

/** Throws `bad-value`. */
function failOnOf(words: readonly string[]): readonly FailOn[] {
  const odd = words.find((word) => !isFailOn(word));
  if (odd !== undefined) {
    throw new KeyturnError('bad-value', `--fail-on takes no ${quoted(odd)}`, {
      hint: `it takes ${FAIL_ON.join(', ')}`,
    });
  }
  return words.filter(isFailOn);
}

/** I11: a monitor that hears nothing of keys must not take that for good news. */
function holds(what: FailOn, { summary }: StatusReport): boolean {
  switch (what) {
    case 'overdue':
      return summary.overdue === null || summary.overdue > 0;
    case 'failed':
      return summary.failed > 0;
    case 'waiting-for-operator':
      return summary.waits_for_operator > 0;
  }
}

export function statusHelp(form?: HelpForm): string {
  return renderHelp(
    {
      program: 'keyturn status',
      summary:
        'tells on one screen what is open, what waits for whom, when to come again, and what failed.',
      usage: ['keyturn status [flags]'],
      description: [
        'From the journal and from what runs have seen; AWS is not asked. Keys that are overdue are counted as the last run saw them in a credential report, with what was done since: not what others did in IAM. Where no run has read one, that is said.',
        `Exit code: 0 done; ${HOLDS} something holds that --fail-on names; 2 bad input; 3 the state cannot be read.`,
      ],
      flags: STATUS_FLAGS,
      sections: [],
      examples: [
        { about: 'For a program:', command: 'keyturn status --json' },
        {
          about: 'For a monitor, which hears of trouble by the exit code:',
          command: 'keyturn status --fail-on overdue,failed,waiting-for-operator',
        },
      ],
    },
    form,
  );
}
