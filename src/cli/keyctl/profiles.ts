// Finds a misspelt profile before AWS or the person is asked anything, and names those whose names are
// close to it.

import type { ListProfiles } from '../../app/keyctl/types.ts';
import { closest, nearest } from '../../base/closest.ts';
import { KeyturnError } from '../../base/errors.ts';
import type { Hint } from '../../base/hint.ts';
import { noProfiles } from '../../credentials-file/no-profiles.ts';
import { quoted } from '../flags/argv.ts';
import { COMMANDS } from './options.ts';
import type { StepContext } from './step-context.ts';

type Found = Awaited<ReturnType<ListProfiles>>;

const SUGGESTIONS_MAX = 3;

/** Words that other tools take for commands, and what does here what they say. */
const MEANT_WORDS: Readonly<Record<string, string>> = {
  help: 'keyctl --help',
  version: 'keyctl --version',
  rotate: 'keyctl PROFILE',
  list: 'keyctl -l',
  ls: 'keyctl -l',
  profiles: 'keyctl -l',
  keys: 'keyctl -k',
  status: 'keyctl -k',
  revert: 'keyctl undo',
  rollback: 'keyctl undo',
  retire: 'keyctl finish',
  deactivate: 'keyctl finish',
};

/**
 * Throws `unknown-profile` for the first that is in neither file. Reads files only. Where the environment
 * signs there is no name.
 */
export async function requireProfiles(
  run: StepContext,
  names: readonly (string | undefined)[],
): Promise<void> {
  const { credentialsFile } = run.options;
  const found = await run.parts.listProfiles({ credentialsFile }, run.context);
  for (const name of names) if (name !== undefined) requireProfile(found, name);
}

export function requireProfile(found: Found, name: string): void {
  const known = found.profiles.map((profile) => profile.name);
  if (known.includes(name)) return;
  const trouble = found.whyMissing?.(name);
  if (trouble !== undefined) throw trouble;
  if (Object.hasOwn(MEANT_WORDS, name)) {
    throw unknown(found, name, `did you mean ${MEANT_WORDS[name]}?`);
  }
  const near = nearest(name, known, SUGGESTIONS_MAX);
  const word = closest(name, COMMANDS);
  const meant = [...(word === undefined ? [] : [`keyctl ${word}`]), ...near];
  throw unknown(
    found,
    name,
    known.length === 0
      ? noProfiles([found.credentialsPath, found.configPath])
      : meant.length === 0
        ? 'keyctl -l lists the profiles'
        : `did you mean ${meant.join(' or ')}? keyctl -l lists the profiles`,
  );
}

function unknown({ credentialsPath, configPath }: Found, name: string, hint: Hint): KeyturnError {
  return new KeyturnError(
    'unknown-profile',
    `profile ${quoted(name)} is in neither ${credentialsPath} nor ${configPath}`,
    { hint },
  );
}
