// What a reader of the report does next, the most urgent first, each with the command where one does it.

import type { KeyReport } from '../../reports/key-report/document.ts';
import { plural } from '../../reports/words.ts';

export interface StepCommands {
  /** Shows what a run would do. */
  readonly lookFirst: string;
  /** `keyturn keys` with these words, about the same accounts. */
  readonly keys: (...words: readonly string[]) => string;
}

type Steps = KeyReport['next_steps'];

/** Warned of so many days before. */
const EXEMPTION_ENDS_SOON_DAYS = 30;

export function nextStepsOf(report: Omit<KeyReport, 'next_steps'>, commands: StepCommands): Steps {
  const { summary, exemptions, keys, open_rotations: rotations } = report;
  const steps: Steps = [];
  const say = (text: string, command: string | null = null) => steps.push({ text, command });
  const { accounts_failed: failed, problems, unused, unread_successors: unread } = summary;
  if (failed > 0)
    say(`Mend the way into ${plural(failed, 'account')}: nobody knows of the keys there.`);
  if (problems > 0) {
    const needs = problems === 1 ? 'needs' : 'need';
    say(`Look at the ${plural(problems, 'matter')} that ${needs} a person.`);
  }
  const rotatable = keys.filter(({ overdue, state }) => overdue && state !== 'blocked').length;
  if (rotatable > 0) {
    say(
      `Rotate ${plural(rotatable, 'overdue key')}; look first what a run would do:`,
      commands.lookFirst,
    );
  }
  if (unread > 0) {
    say(
      `Restart what still uses ${plural(unread, 'old key')}, so that it reads the new one:`,
      commands.keys('--in-grace'),
    );
  }
  if (unused > 0) {
    const days = report.unused_days;
    say(
      `Ask whether anybody needs ${plural(unused, 'key')} that nothing has used for ${days} days:`,
      commands.keys('--unused', `${days}d`),
    );
  }
  for (const { days_left: left, owner, until, match } of exemptions) {
    if (left < 0) say(`Renew or remove the exemption that ended on ${until}: ${match} (${owner}).`);
    else if (left <= EXEMPTION_ENDS_SOON_DAYS) {
      say(`Decide before ${until} about an exemption that ends then: ${match} (${owner}).`);
    }
  }
  const times = rotations.flatMap(({ next_run_at: at }) => at ?? []).toSorted();
  const [again] = times;
  if (steps.length === 0 && again !== undefined) {
    say(`Nothing now. A run after ${again} takes ${plural(times.length, 'rotation')} further.`);
  }
  if (steps.length === 0) say('Nothing.');
  return steps;
}
