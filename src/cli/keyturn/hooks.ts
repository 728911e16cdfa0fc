// `keyturn hooks [done|again USER]`: hooks of which nobody knows whether they were done.

import { openState } from '../../app/open-state.ts';
import { KeyturnError } from '../../base/errors.ts';
import { command } from '../../base/hint.ts';
import { printable, printableJson } from '../../base/printable.ts';
import { shellWords } from '../../base/shell-words.ts';
import { isAskedFor, parseCommandLine, quoted } from '../flags/argv.ts';
import type { FlagTable } from '../flags/flag.ts';
import { formerState } from '../flags/former-state.ts';
import { type HelpForm, helpWidth, renderHelp } from '../flags/help.ts';
import { whereaboutWords } from '../flags/later-command.ts';
import * as rule from '../flags/value-rules.ts';
import { ABOUT_FLAGS } from '../rotate/flags.ts';
import type { Session } from '../run.ts';
import { reachOfState, STATE_FLAGS } from './state/flags.ts';
import { JSON_FLAG } from './status.ts';

export const HOOKS_FLAGS = {
  account: {
    names: ['account'],
    rule: rule.accountId,
    group: 'What is meant',
    about: 'Only rotations of this account.',
    fallback: 'every account of the state',
  },
  ...STATE_FLAGS,
  json: JSON_FLAG,
  help: ABOUT_FLAGS.help,
} as const satisfies FlagTable;

type Word = 'done' | 'again';

export async function runHooks({ host }: Session, args: readonly string[]): Promise<number> {
  if (isAskedFor(HOOKS_FLAGS, args, 'help')) {
    await host.stdout.write(hooksHelp(helpWidth(host.stdout)));
    return 0;
  }
  const { values, words } = parseCommandLine(HOOKS_FLAGS, args, 2);
  const order = orderOf(words);
  const stateDir = await formerState(values.stateDir, host);
  const { answerHook, listHooksInDoubt } = await import('../../app/answer-hooks.ts');
  const store = await openState(stateDir, reachOfState(values, host));
  const hooks =
    order === undefined
      ? await listHooksInDoubt(store, values.account)
      : await answerHook(order, store, values.account);
  const lines = hooks.map(({ account, user, hook }) => {
    const about = `${account} ${user}: ${hook}`;
    if (order === undefined) return about;
    return order.word === 'done' ? `${about}: done` : `${about}: the next run does it once more`;
  });
  const where = whereaboutWords(values);
  const answer = (word: Word) => shellWords(['keyturn', 'hooks', word, 'USER', ...where]);
  const isAsked = order === undefined && hooks.length > 0;
  const page = [
    ...(isAsked ? ['Nobody knows whether these were done:', ''] : []),
    ...lines.map(printable),
    ...(isAsked ? ['', 'Look, and say which:', `  ${answer('done')}`, `  ${answer('again')}`] : []),
    ...(hooks.length === 0 ? ['No hook is in doubt.'] : []),
  ];
  const report = {
    hooks: hooks.map(({ account, user, rotation, hook }) => ({
      ...{ account_id: account, username: user, rotation, hook },
      answer: order?.word ?? null,
    })),
  };
  await host.stdout.write(values.json ? `${printableJson(report, 2)}\n` : `${page.join('\n')}\n`);
  return 0;
}

function orderOf(
  words: readonly string[],
): { readonly word: Word; readonly user: string } | undefined {
  const [word, user] = words;
  if (word === undefined) return undefined;
  if (word !== 'done' && word !== 'again') {
    throw new KeyturnError('bad-value', `${quoted(word)} says nothing about a hook`, {
      hint: [
        'say that it was done, or that the next run is to do it:',
        command('keyturn', 'hooks', 'done', 'USER'),
        'or:',
        command('keyturn', 'hooks', 'again', 'USER'),
      ],
    });
  }
  const name = user === undefined ? undefined : rule.userName.read(user);
  if (name !== undefined) return { word, user: name };
  const what = user === undefined ? 'no user is named' : `${quoted(user)} is not an IAM user name`;
  throw new KeyturnError('bad-value', what, {
    hint: ['name whose hook it is:', command('keyturn', 'hooks', word, 'USER')],
  });
}

export function hooksHelp(form?: HelpForm): string {
  return renderHelp(
    {
      program: 'keyturn hooks',
      summary: 'lists hooks of which nobody knows whether they were done, and takes your word.',
      usage: ['keyturn hooks [flags]', 'keyturn hooks done|again USER [flags]'],
      description: [
        'A run that dies while an after_deliver hook of a configuration is under way, or hears no answer, leaves it open whether that was done. One with "retry: true" is done once more by the next run; every other one waits for you. AWS is not asked, and no hook is run.',
      ],
      flags: HOOKS_FLAGS,
      sections: [],
      examples: [
        { about: 'Which are asked about?', command: 'keyturn hooks' },
        { about: 'It was done, go on:', command: 'keyturn hooks done svc-billing' },
        {
          about: 'It was not, let the next run do it:',
          command: 'keyturn hooks again svc-billing',
        },
      ],
    },
    form,
  );
}
