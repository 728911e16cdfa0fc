// `keyturn rotate KEYID|USER`: this one key, now, whatever its age.

import { KeyturnError } from '../../base/errors.ts';
import { command } from '../../base/hint.ts';
import { writtenKeyId } from '../../base/key-id-text.ts';
import { namedWords } from '../../base/shell-words.ts';
import { isAskedFor, parseCommandLine, quoted } from '../flags/argv.ts';
import type { FlagTable } from '../flags/flag.ts';
import { type HelpForm, helpWidth, renderHelp } from '../flags/help.ts';
import * as rule from '../flags/value-rules.ts';
import { failureFor, settledBeside } from '../rotate/command.ts';
import { ROTATE_FLAGS } from '../rotate/flags.ts';
import type { ResolvedOptions } from '../rotate/options.ts';
import type { Session } from '../run.ts';

const {
  daysThreshold: _days,
  beforeNextRun: _ahead,
  inventory: _inventory,
  organization: _organization,
  accounts: _accounts,
  excludeAccounts: _excluded,
  user: _user,
  version: _version,
  dryRun,
  ...others
} = ROTATE_FLAGS;

/** Flags of rotate-iam-keys that choose among keys or accounts. */
const UNUSED = {
  daysThreshold: undefined,
  beforeNextRun: undefined,
  inventory: undefined,
  organization: undefined,
  excludeAccounts: undefined,
  version: undefined,
} as const;

export const ROTATE_ONE_FLAGS = {
  dryRun,
  account: {
    names: ['account'],
    rule: rule.accountId,
    group: 'What is rotated',
    about: 'The account of the key, entered through the role.',
    fallback: "the caller's own",
  },
  ...others,
} as const satisfies FlagTable;

export async function runRotate(session: Session, args: readonly string[]): Promise<number> {
  const { host } = session;
  if (isAskedFor(ROTATE_ONE_FLAGS, args, 'help')) {
    await host.stdout.write(rotateOneHelp(helpWidth(host.stdout)));
    return 0;
  }
  const { values, words } = parseCommandLine(ROTATE_ONE_FLAGS, args, 1);
  const { account, ...others } = values;
  const target = targetOf(words[0]);
  const accounts = account === undefined ? undefined : [account];
  // A key stands for its user: a run about one user is what the other flags are judged by.
  const asked = { ...UNUSED, ...others, accounts, user: target };
  const options = await settledBeside(asked, session);
  if (account === undefined) refuseSeveral(options, target);
  const user = writtenKeyId(target) === undefined ? target : undefined;
  const { rotate } = await import('../rotate/run.ts');
  return await rotate(
    session,
    { ...options, rotate: { ...options.rotate, user, target } },
    { load: undefined, failureDocument: (error, known) => failureFor(host, error, known) },
  );
}

/** A key is in one account, and so is a user of that name: which one a file of several does not tell. */
function refuseSeveral(
  { rotate: { accounts, governance } }: ResolvedOptions,
  target: string,
): void {
  if (accounts === undefined || governance === undefined) return;
  const { file } = governance;
  throw new KeyturnError('bad-value', `${file} is about several accounts, and none is named`, {
    hint: [
      'name the account of the key:',
      command(
        'keyturn',
        'rotate',
        ...namedWords([target], ['--account', '123456789012', '--config', file]),
      ),
    ],
  });
}

function targetOf(word: string | undefined): string {
  if (word === undefined) {
    throw new KeyturnError('stray-argument', 'no key and no user is named', {
      hint: [
        'name one:',
        command('keyturn', 'rotate', 'AKIAIOSFODNN7EXAMPLE'),
        'list them:',
        command('keyturn', 'keys'),
      ],
    });
  }
  const keyId = writtenKeyId(word);
  if (keyId !== undefined) return keyId;
  if (rule.userName.read(word) !== undefined) return word;
  throw new KeyturnError(
    'bad-value',
    `${quoted(word)} is neither an access key ID nor the name of an IAM user`,
    { hint: ['list the keys and their users:', command('keyturn', 'keys')] },
  );
}

export function rotateOneHelp(form?: HelpForm): string {
  return renderHelp(
    {
      program: 'keyturn rotate',
      summary: 'rotates one key now, whatever its age.',
      usage: ['keyturn rotate KEYID [flags]', 'keyturn rotate USER [flags]'],
      description: [
        'It works as rotate-iam-keys does, for this key alone. USER stands for the only Active key of that user. An old key that is in use stays Active until it is quiet; after a leak, --retire now makes it Inactive as soon as the new one is delivered.',
        'With --config its new secret goes where the rule of its user says, by the hooks of that rule; an exemption, a freeze or a window that is shut holds here too.',
      ],
      flags: ROTATE_ONE_FLAGS,
      sections: [],
      examples: [
        { about: 'What would happen:', command: 'keyturn rotate svc-billing --dry-run' },
        {
          about: 'This key was leaked:',
          command: 'keyturn rotate AKIAIOSFODNN7EXAMPLE --retire now --deliver ssm=/app/{user}',
        },
      ],
    },
    form,
  );
}
