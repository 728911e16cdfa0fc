// `keyturn COMMAND`: the face for platform and security teams.

import { closest } from '../../base/closest.ts';
import { isErrorCode } from '../../base/error-codes.ts';
import { KeyturnError } from '../../base/errors.ts';
import { command, type Hint } from '../../base/hint.ts';
import { VERSION } from '../../base/version.ts';
import { isAskedFor, lastText, parseFlags, quoted } from '../flags/argv.ts';
import { type HelpForm, helpWidth, renderHelp } from '../flags/help.ts';
import { failureFor } from '../rotate/command.ts';
import { failureCode } from '../rotate/exit-code.ts';
import { ABOUT_FLAGS, ROTATE_FLAGS } from '../rotate/flags.ts';
import type { Command, Session } from '../run.ts';
import { codePage, nearPage } from './code-page.ts';
import { EXECUTABLES } from './executables.ts';
import { keysFailure } from './keys-failures.ts';
import { MEANT_WORDS } from './meant-words.ts';
import { applyFailure, planFailure, planFailureCode } from './plan-failures.ts';
import { undoFailure } from './undo-failures.ts';

interface Subcommand {
  readonly about: string;
  /** Whether no time matters to it, so that a sandbox which the shell belongs to need not be there. */
  readonly isTimeless?: boolean;
  readonly run: (session: Session, args: readonly string[]) => Promise<number>;
}

const SUBCOMMANDS: ReadonlyMap<string, Subcommand> = new Map([
  [
    'keys',
    {
      about: 'every key with its age, last use and state; deactivate, activate or delete one',
      run: async (session, args) => {
        const { runKeys } = await import('./keys/command.ts');
        return runKeys(session, args);
      },
    },
  ],
  [
    'status',
    {
      about: 'what earlier runs left open, and which secrets wait',
      run: async (session, args) => {
        const { runStatus } = await import('./status.ts');
        return runStatus(session, args);
      },
    },
  ],
  [
    'report',
    {
      about: 'all keys on one page: ages, open rotations, what needs a person; or as data',
      run: async (session, args) => {
        const { runReport } = await import('./report.ts');
        return runReport(session, args);
      },
    },
  ],
  [
    'verify',
    {
      about: 'whether the places of rotations still have their keys; heal those that lost them',
      run: async (session, args) => {
        const { runVerify } = await import('./verify.ts');
        return runVerify(session, args);
      },
    },
  ],
  [
    'deliver',
    {
      about: 'give the key of a rotation that is done to a further place',
      run: async (session, args) => {
        const { runDeliver } = await import('./deliver.ts');
        return runDeliver(session, args);
      },
    },
  ],
  [
    'history',
    {
      about: 'what was done to keys, when and why',
      run: async (session, args) => {
        const { runHistory } = await import('./history.ts');
        return runHistory(session, args);
      },
    },
  ],
  [
    'audit',
    {
      about: 'the audit trail: verify, show and export it, sign where it stands',
      run: async (session, args) => {
        const { runAudit } = await import('./audit/command.ts');
        return runAudit(session, args);
      },
    },
  ],
  [
    'recover',
    {
      about: 'finish or undo what earlier runs left open',
      run: async (session, args) => {
        const { runRecover } = await import('./recover.ts');
        return runRecover(session, args);
      },
    },
  ],
  [
    'rotate',
    {
      about: 'rotate one key now, whatever its age',
      run: async (session, args) => {
        const { runRotate } = await import('./rotate.ts');
        return runRotate(session, args);
      },
    },
  ],
  [
    'undo',
    {
      about: 'take rotations back: of users, or all of a run',
      run: async (session, args) => {
        const { runUndo } = await import('./undo.ts');
        return runUndo(session, args);
      },
    },
  ],
  [
    'init',
    {
      about: "write a commented starter of keyturn.yaml from the account's own keys",
      run: async (session, args) => {
        const { runInit } = await import('./init.ts');
        return runInit(session, args);
      },
    },
  ],
  [
    'map',
    {
      about: 'in which places each key stands: known, dead, foreign or in none',
      run: async (session, args) => {
        const { runMap } = await import('./map.ts');
        return runMap(session, args);
      },
    },
  ],
  [
    'validate',
    {
      about: 'check a configuration: every mistake with its line and column',
      run: async (session, args) => {
        const { runValidate } = await import('./validate.ts');
        return runValidate(session, args);
      },
    },
  ],
  [
    'explain',
    {
      about: 'which rule of a configuration governs a user, and why',
      run: async (session, args) => {
        const { runExplain } = await import('./explain.ts');
        return runExplain(session, args);
      },
    },
  ],
  [
    'plan',
    {
      about: 'what a configuration would do now, key by key; saved for apply',
      run: async (session, args) => {
        const { runPlan } = await import('./plan.ts');
        return runPlan(session, args);
      },
    },
  ],
  [
    'hooks',
    {
      about: 'hooks that a run was cut off from: list them, and say whether they were done',
      run: async (session, args) => {
        const { runHooks } = await import('./hooks.ts');
        return runHooks(session, args);
      },
    },
  ],
  [
    'apply',
    {
      about: 'do exactly what a plan names',
      run: async (session, args) => {
        const { runApply } = await import('./apply.ts');
        return runApply(session, args);
      },
    },
  ],
  [
    'notify',
    {
      about: 'send a message for trying to those whom a configuration names',
      run: async (session, args) => {
        const { runNotify } = await import('./notify.ts');
        return runNotify(session, args);
      },
    },
  ],
  [
    'state',
    {
      about: 'make, check, copy, shorten and print out the place where state is kept',
      isTimeless: true,
      run: async (session, args) => {
        const { runState } = await import('./state/command.ts');
        return runState(session, args);
      },
    },
  ],
  [
    'compact',
    {
      about: 'drop the journal records that no decision needs any more',
      isTimeless: true,
      run: async (session, args) => {
        const { runCompact } = await import('./compact.ts');
        return runCompact(session, args);
      },
    },
  ],
  [
    'sandbox',
    {
      about: 'an AWS to practise on, on this machine',
      isTimeless: true,
      run: async (session, args) => {
        const { runSandbox } = await import('./sandbox.ts');
        return runSandbox(session, args);
      },
    },
  ],
  [
    'policy',
    {
      about: 'the least-privilege IAM policy for keyctl or rotate-iam-keys',
      isTimeless: true,
      run: async (session, args) => {
        const { runPolicy } = await import('./policy.ts');
        return runPolicy(session, args);
      },
    },
  ],
  [
    'completion',
    {
      about: 'completion of all three commands for bash, zsh or fish',
      isTimeless: true,
      run: async (session, args) => {
        const { runCompletion } = await import('./completion.ts');
        return runCompletion(session, args);
      },
    },
  ],
]);

/** Those that print the document of rotate-iam-keys, and have its exit codes. */
const RUNS: ReadonlySet<string> = new Set(['recover', 'rotate']);

export const keyturnCommand: Command = {
  program: 'keyturn',
  failureOutput: (host, error) => {
    const [name = '', ...args] = host.args;
    if (name === 'keys') return keysFailure(args, error, host.clock.now());
    if (name === 'undo') return undoFailure(args, error);
    if (name === 'plan') return planFailure(args, error);
    if (name === 'apply') return applyFailure(args, error);
    const wantsJson = lastText(ROTATE_FLAGS, args, 'outputFormat') === 'json';
    return RUNS.has(name) && wantsJson ? failureFor({ ...host, args }, error) : undefined;
  },
  failureCode: (args, error) => {
    const [name = '', ...rest] = args;
    if (name === 'plan') return planFailureCode(rest, error.exitCode);
    return RUNS.has(name) ? failureCode(args, error) : error.exitCode;
  },
  run: async (session) => {
    const { host } = session;
    const [first, ...rest] = host.args;
    if (first === undefined) throw unknownCommand('no command given');
    if (first === 'help') return await printPage(session, rest);
    if (first === 'version') {
      parseFlags({}, rest);
      await host.stdout.write(versionLine());
      return 0;
    }
    if (!first.startsWith('-')) {
      const subcommand = find(first);
      const isPage = isAskedFor(ABOUT_FLAGS, rest, 'help');
      if (subcommand.isTimeless !== true && !isPage) await session.followSandbox();
      return subcommand.run(session, rest);
    }
    const asked = parseFlags(ABOUT_FLAGS, host.args);
    if (asked.help) await host.stdout.write(keyturnHelp(helpWidth(host.stdout)));
    else if (asked.version) await host.stdout.write(versionLine());
    else throw unknownCommand('no command given');
    return 0;
  },
};

function versionLine(): string {
  return `keyturn ${VERSION}\n`;
}

/** `keyturn help`, `keyturn help undo`, `keyturn help keyctl`: the page that --help prints; `keyturn help in-grace`: a code. */
async function printPage(session: Session, words: readonly string[]): Promise<number> {
  const { host } = session;
  const [word, ...rest] = words;
  if (word === undefined || OWN_PAGE.has(word)) {
    await host.stdout.write(keyturnHelp(helpWidth(host.stdout)));
    return 0;
  }
  const page = EXECUTABLES.get(word)?.page;
  if (page === undefined && isErrorCode(word)) {
    parseFlags({}, rest);
    await host.stdout.write(codePage(word, helpWidth(host.stdout)));
    return 0;
  }
  if (page === undefined) {
    const near = SUBCOMMANDS.has(word) ? undefined : nearPage(word, [...EXECUTABLES.keys()]);
    if (near !== undefined) {
      throw unknownCommand(`unknown page ${quoted(word)}`, ['did you mean:', near]);
    }
    return await find(word).run(session, [...rest, '--help']);
  }
  await host.stdout.write(await page(helpWidth(host.stdout)));
  return 0;
}

/** Words for the page of the program itself. */
const OWN_PAGE: ReadonlySet<string> = new Set(['keyturn', 'help', 'version', '--help', '-h']);

function find(name: string): Subcommand {
  const subcommand = SUBCOMMANDS.get(name);
  if (subcommand !== undefined) return subcommand;
  const near = closest(name, [...SUBCOMMANDS.keys(), ...EXECUTABLES.keys(), ...PAGES]);
  const words = Object.hasOwn(MEANT_WORDS, name) ? MEANT_WORDS[name] : near && ['keyturn', near];
  throw unknownCommand(
    `unknown command ${quoted(name)}`,
    words && ['did you mean:', command(...words)],
  );
}

const PAGES = ['help', 'version'] as const;

function unknownCommand(message: string, hint?: Hint): KeyturnError {
  const known = [...SUBCOMMANDS.keys(), ...EXECUTABLES.keys()].join(', ');
  return new KeyturnError('unknown-command', message, {
    hint:
      hint ??
      `the commands are: ${known}; keyturn help CODE explains the code of an error; keyturn --help says more`,
  });
}

export function keyturnHelp(form?: HelpForm): string {
  return renderHelp(
    {
      program: 'keyturn',
      summary: 'rotates AWS IAM access keys and never loses one.',
      usage: [
        'keyturn COMMAND [flags]',
        'keyturn help COMMAND',
        'keyturn help CODE    what the code of an error means',
        'keyturn version',
      ],
      description: [
        'The whole account is rotated by another executable of this package, rotate-iam-keys; see rotate-iam-keys --help.',
      ],
      flags: ABOUT_FLAGS,
      sections: [
        {
          title: 'Commands',
          entries: [...SUBCOMMANDS, ...EXECUTABLES].map(
            ([name, { about }]) => [name, about] as const,
          ),
        },
      ],
      examples: [
        { about: 'Which keys have to be looked at?', command: 'keyturn keys --due' },
        { about: 'Did the last run leave anything open?', command: 'keyturn status' },
        { about: 'Practise on an account of 200 users:', command: 'keyturn sandbox --users 200' },
        { about: 'What must an administrator be allowed?', command: 'keyturn policy admin' },
      ],
    },
    form,
  );
}
