// `keyturn history [USER|KEY]`: what was done to keys, when and why, from the journal. AWS is not asked.

import { openState } from '../../app/open-state.ts';
import type { HistoryOptions } from '../../app/read-history.ts';
import { MS_PER_DAY } from '../../base/clock.ts';
import { KeyturnError } from '../../base/errors.ts';
import { command } from '../../base/hint.ts';
import { writtenKeyId } from '../../base/key-id-text.ts';
import { printableJson } from '../../base/printable.ts';
import { isAskedFor, parseCommandLine, quoted } from '../flags/argv.ts';
import type { FlagTable } from '../flags/flag.ts';
import { formerState } from '../flags/former-state.ts';
import { type HelpForm, helpWidth, renderHelp } from '../flags/help.ts';
import * as rule from '../flags/value-rules.ts';
import { ABOUT_FLAGS } from '../rotate/flags.ts';
import type { Session } from '../run.ts';
import { styleOf } from '../terminal/style.ts';
import { reachOfState, STATE_FLAGS } from './state/flags.ts';
import { JSON_FLAG } from './status.ts';

const SHOWN = 'What is shown';

export const HISTORY_FLAGS = {
  since: {
    names: ['since'],
    rule: rule.since,
    group: SHOWN,
    about:
      'Only what was done since then: so many days ago (7d), or on a day (2026-11-01) and later.',
    fallback: 'all that is on record',
  },
  account: {
    names: ['account'],
    rule: rule.accountId,
    group: SHOWN,
    about: 'Only this account.',
    fallback: 'all accounts that have a journal',
  },
  ...STATE_FLAGS,
  json: { ...JSON_FLAG, about: 'Print one JSON object, with every record of the journal.' },
  help: ABOUT_FLAGS.help,
} as const satisfies FlagTable;

export async function runHistory({ host }: Session, args: readonly string[]): Promise<number> {
  if (isAskedFor(HISTORY_FLAGS, args, 'help')) {
    await host.stdout.write(historyHelp(helpWidth(host.stdout)));
    return 0;
  }
  const { values, words } = parseCommandLine(HISTORY_FLAGS, args, 1);
  const [word] = words;
  const about = aboutOf(word);
  const shownWord = about !== undefined && 'keyId' in about ? about.keyId : word;
  const { clock, stdout } = host;
  const since = values.since === undefined ? undefined : sinceOf(values.since, clock.now());
  const store = await openState(
    await formerState(values.stateDir, host),
    reachOfState(values, host),
  );
  const { readHistory } = await import('../../app/read-history.ts');
  const report = await readHistory({ about, account: values.account, since }, store);
  const { renderHistory } = await import('../../reports/history-text.ts');
  const page = () => renderHistory(report, shownWord, styleOf(stdout, host));
  await stdout.write(values.json ? `${printableJson(report, 2)}\n` : page());
  return 0;
}

/** The IDs of long-term keys look like nobody's name. */
function aboutOf(word: string | undefined): HistoryOptions['about'] {
  if (word === undefined) return undefined;
  const keyId = writtenKeyId(word);
  if (keyId !== undefined) return { keyId };
  const user = rule.userName.read(word);
  if (user !== undefined) return { user };
  throw new KeyturnError('bad-value', `${quoted(word)} is no IAM user name and no access key ID`, {
    hint: ['name one of them:', command('keyturn', 'history', 'svc-billing')],
  });
}

function sinceOf(since: rule.Since, now: Date): Date {
  return 'at' in since ? since.at : new Date(now.getTime() - since.days * MS_PER_DAY);
}

export function historyHelp(form?: HelpForm): string {
  return renderHelp(
    {
      program: 'keyturn history',
      summary: 'tells what was done to keys, when and why, from the journal.',
      usage: ['keyturn history [USER|KEY] [flags]'],
      description: [
        'The oldest comes first. Each line names the run of the command that did it; the log of that run has more. What somebody else did in IAM is not in the journal, nor is what keyturn compact has dropped. AWS is not asked, and nothing is changed.',
      ],
      flags: HISTORY_FLAGS,
      sections: [],
      examples: [
        { about: 'What happened to the keys of a user?', command: 'keyturn history svc-billing' },
        { about: 'Where did this key come from?', command: 'keyturn history AKIAIOSFODNN7EXAMPLE' },
        { about: 'What was done this week?', command: 'keyturn history --since 7d' },
        { about: 'Who did it, as AWS names them?', command: 'keyturn audit show svc-billing' },
      ],
    },
    form,
  );
}
