// `keyturn completion SHELL`: prints a script that completes all three commands.

import { KeyturnError } from '../../base/errors.ts';
import { isAskedFor, parseCommandLine, quoted } from '../flags/argv.ts';
import { type HelpForm, helpWidth, renderHelp } from '../flags/help.ts';
import { ABOUT_FLAGS } from '../rotate/flags.ts';
import type { Session } from '../run.ts';
import { bashScript } from './completion/bash.ts';
import { fishScript } from './completion/fish.ts';
import { completedPrograms, SHELLS, type Shell } from './completion/model.ts';
import { zshScript } from './completion/zsh.ts';

const FLAGS = { help: ABOUT_FLAGS.help } as const;

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

export async function runCompletion({ host }: Session, args: readonly string[]): Promise<number> {
  if (isAskedFor(FLAGS, args, 'help')) {
    await host.stdout.write(completionHelp(helpWidth(host.stdout)));
    return 0;
  }
  const { words } = parseCommandLine(FLAGS, args, 1);
  await host.stdout.write(SCRIPTS[shellOf(words[0])](completedPrograms()));
  return 0;
}

function shellOf(word: string | undefined): Shell {
  const shell = SHELLS.find((known) => known === word);
  if (shell !== undefined) return shell;
  throw new KeyturnError(
    'bad-value',
    word === undefined ? 'no shell is named' : `there is no completion for ${quoted(word)}`,
    { hint: `the shells are: ${SHELLS.join(', ')}` },
  );
}

export function completionHelp(form?: HelpForm): string {
  return renderHelp(
    {
      program: 'keyturn completion',
      summary: 'prints a script that completes keyturn, keyctl and rotate-iam-keys in a shell.',
      usage: [`keyturn completion ${SHELLS.join('|')}`],
      description: [],
      flags: FLAGS,
      sections: [],
      examples: [
        { about: 'bash, in ~/.bashrc:', command: 'eval "$(keyturn completion bash)"' },
        {
          about: 'zsh, in a folder of $fpath:',
          command: 'keyturn completion zsh > ~/.zfunc/_keyturn',
        },
        {
          about: 'fish:',
          command: 'keyturn completion fish > ~/.config/fish/conf.d/keyturn.fish',
        },
      ],
    },
    form,
  );
}
