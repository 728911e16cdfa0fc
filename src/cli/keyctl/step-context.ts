// What the steps of one keyctl run share. Nothing in it changes while the run goes on.

import type { KeyctlStart, LaterCommands } from '../../app/keyctl/build-keyctl-report.ts';
import type { KeyctlContext, SessionOptions, TargetOptions } from '../../app/keyctl/types.ts';
import type { SameReach } from '../../base/key-command.ts';
import { flagWords, shellWords } from '../../base/shell-words.ts';
import type { Session } from '../run.ts';
import type { Asker } from '../terminal/asker.ts';
import type { KeyctlOptions, Pair } from './options.ts';
import type { KeyctlParts } from './parts.ts';

export interface StepContext {
  readonly session: Session;
  readonly options: KeyctlOptions;
  readonly parts: KeyctlParts;
  readonly context: KeyctlContext;
  readonly start: KeyctlStart;
  /** Undefined where nobody can be asked. */
  readonly ask: Asker | undefined;
  /** Whether a code opens a session first, because AWS denied what the pair by itself tried. */
  readonly isMfaWanted: boolean;
  /** Says on the terminal, if there is one, what is being waited for. */
  readonly showWaiting: (text: string) => void;
  /** Takes that line away. */
  readonly hideWaiting: () => void;
}

type Signer = Pair['authProfile'];

export function sessionOptions<Profile extends Signer>(
  run: StepContext,
  authProfile: Profile,
): SessionOptions & { readonly authProfile: Profile } {
  const { ask, isMfaWanted } = run;
  return {
    ...run.options.session(),
    authProfile,
    askMfaCode: ask === undefined ? undefined : (serial) => ask.mfaCode(serial),
    isMfaWanted,
  };
}

export function targetOptions(run: StepContext, pair: Pair): TargetOptions {
  const { targetProfile } = pair;
  const { user, orphans, allProfiles, movedFrom, retire } = run.options;
  const session = sessionOptions(run, pair.authProfile);
  const wordCommand = laterCommand(run, [], pair);
  const undoCommand = laterCommand(run, ['undo'], pair);
  const reach = keysReach(run, pair.authProfile);
  const said = { user, orphans, allProfiles, movedFrom, wordCommand, undoCommand, reach };
  return { ...session, targetProfile, ...said, ...retire };
}

/** How `keyturn keys` signs with the same profile, which may be in a file of its own. */
export function keysReach({ options }: StepContext, authProfile: Signer): SameReach {
  const { credentialsFile, region, stateDir } = options;
  return {
    before:
      credentialsFile === undefined
        ? []
        : ['env', `AWS_SHARED_CREDENTIALS_FILE=${credentialsFile}`],
    flags: [
      ...flagWords('--profile', authProfile),
      ...flagWords('--region', region),
      ...flagWords('--state', stateDir),
    ],
  };
}

export function laterCommands(run: StepContext, pair: Pair): LaterCommands {
  return {
    undo: laterCommand(run, ['undo'], pair),
    finish: laterCommand(run, ['finish'], pair),
    delete: `${laterCommand(run, ['finish'], pair)} --delete`,
  };
}

/** A command line about the same profile, for the reader to paste. */
export function laterCommand(
  { options }: StepContext,
  words: readonly string[],
  { authProfile, targetProfile }: Pair,
): string {
  const { user } = options;
  return shellWords([
    ...['keyctl', ...words],
    ...(authProfile === undefined ? ['--auth-environment'] : []),
    ...(authProfile === targetProfile ? [] : flagWords('-a', authProfile, '--auth-profile')),
    ...flagWords('-t', targetProfile, '--target-profile'),
    ...flagWords('--user', user),
    ...surroundingWords(options),
  ]);
}

/** The words of a command line about the same files, the same journal and the same partition. */
export function surroundingWords({
  credentialsFile,
  region,
  stateDir,
}: KeyctlOptions): readonly string[] {
  return [
    ...flagWords('-c', credentialsFile, '--credentials'),
    ...flagWords('--region', region),
    ...flagWords('--state', stateDir),
  ];
}
