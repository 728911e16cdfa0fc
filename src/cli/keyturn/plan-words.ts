// Command lines of plan and apply for the reader to paste: about the same configuration, state and users as the
// command that names them.

import { type Command, command } from '../../base/hint.ts';
import type { PlanDocument } from '../../reports/plan-document.ts';
import { flagWords, type Whereabouts, whereaboutWords } from '../flags/later-command.ts';

/** What was given beside what plan and apply are about. */
export interface PlanGiven extends Whereabouts, Narrowed {
  readonly config?: string | undefined;
  readonly acceptVolatileState?: boolean | undefined;
}

interface Narrowed {
  readonly user?: string | undefined;
  readonly rule?: readonly string[] | undefined;
  readonly accounts?: readonly string[] | undefined;
  readonly excludeAccounts?: readonly string[] | undefined;
}

/** Makes a plan anew, into the file where one is named. */
export function planCommand(
  output: string | undefined,
  given: PlanGiven,
  more: readonly string[] = [],
): Command {
  const into = output === undefined ? [] : ['-o', asPath(output)];
  const words = [...into, ...narrowedWords(given), ...more, ...reachWords(given)];
  return command('keyturn', 'plan', ...words);
}

/** Applies the plan; a saved one says whom it is about, and without one the same narrowing does. */
export function applyCommand(
  plan: string | undefined,
  given: PlanGiven,
  more: readonly string[] = [],
): Command {
  const whom = plan === undefined ? narrowedWords(given) : [asPath(plan)];
  return command('keyturn', 'apply', ...whom, ...more, ...reachWords(given));
}

/** Whom a saved plan is about, as flags name it. */
export function narrowingOf({ scope }: Pick<PlanDocument, 'scope'>): Narrowed {
  const { user, rule, accounts } = scope;
  return {
    user: user ?? undefined,
    rule: rule === null ? undefined : [rule],
    accounts: accounts ?? undefined,
  };
}

function narrowedWords({ user, rule, accounts, excludeAccounts }: Narrowed): readonly string[] {
  return [
    ...flagWords('user', user),
    ...flagWords('rule', rule?.join(',')),
    ...flagWords('accounts', accounts?.join(',')),
    ...flagWords('exclude-accounts', excludeAccounts?.join(',')),
  ];
}

function reachWords(given: PlanGiven): readonly string[] {
  const accepting = given.acceptVolatileState === true ? ['--accept-volatile-state'] : [];
  return [...flagWords('config', given.config), ...whereaboutWords(given), ...accepting];
}

function asPath(path: string): string {
  return path.startsWith('-') ? `./${path}` : path;
}
