// The commands with which a person looks at keys, or changes one by name, for hints.

import type { AccessKeyId } from './access-key-id.ts';
import { type Command, command } from './hint.ts';
import { flagWords, namedWords } from './shell-words.ts';

export type KeyVerb = 'deactivate' | 'activate' | 'delete';

/** How another command reaches the same account and the same state as the one that gives the hint. */
export interface SameReach {
  /** Words before the command, such as those that set its environment. */
  readonly before?: readonly string[];
  readonly flags: readonly string[];
}

const HERE: SameReach = { flags: [] };

export function keyCommand(verb: KeyVerb, keyId: AccessKeyId, reach: SameReach = HERE): Command {
  return keysCommand([verb, keyId], reach);
}

/** The command that deletes an Inactive key whether its hold is over or not: for a person who is sure. */
export function deleteNow(keyId: AccessKeyId, reach: SameReach = HERE): Command {
  return keysCommand(['delete', keyId, '--although-held'], reach);
}

/**
 * The same for a key whose hold may be over: then without a word about it, since the word would also keep places from
 * being asked who reads the key.
 */
export function deletion(
  keyId: AccessKeyId,
  { isHoldOver }: { readonly isHoldOver: boolean },
  reach: SameReach = HERE,
): Command {
  return isHoldOver ? keyCommand('delete', keyId, reach) : deleteNow(keyId, reach);
}

/** `keyturn keys` with these words. */
export function keysCommand(words: readonly string[], reach: SameReach = HERE): Command {
  const { before = [], flags } = reach;
  return command(...before, 'keyturn', 'keys', ...words, ...flags);
}

/** The command that replaces the key now; `words` say where its successor goes. */
export function rotateCommand(
  keyId: AccessKeyId,
  words: readonly string[],
  reach: SameReach = HERE,
): Command {
  const { before = [], flags } = reach;
  // The places are where they are, wherever the other command looked.
  const region = words.includes('--region') ? flags.indexOf('--region') : -1;
  const others = flags.filter((_, index) => region < 0 || index < region || index > region + 1);
  return command(...before, 'keyturn', 'rotate', keyId, ...words, ...others);
}

/** The command that takes the latest rotation of a user back. */
export function undoCommand(user: string, { before = [], flags }: SameReach = HERE): Command {
  return command(...before, 'keyturn', 'undo', ...namedWords([user], flags));
}

/** The command with which a person says what came of a hook. */
export function hooksCommand(
  verb: 'done' | 'again',
  user: string,
  reach: SameReach = HERE,
): Command {
  return onRecord(['hooks', verb], reach, [user]);
}

/** A command of keyturn that works on what is on record alone: of how members are entered nothing is about it. */
export function onRecord(
  words: readonly string[],
  reach: SameReach = HERE,
  names: readonly string[] = [],
): Command {
  return kept(words, reach, { takes: /^--(?:account|state|profile|region)(?:=|$)/, names });
}

/** The same for whoever knows where the state is, and nothing else of how it is reached. */
export function inState(where: string, ...words: readonly string[]): Command {
  return command('keyturn', ...words, ...flagWords('--state', where));
}

/** `keyturn status`, which is about every account of the state. */
export function statusCommand(reach: SameReach = HERE): Command {
  return kept(['status'], reach, { takes: /^--(?:state|profile|region)(?:=|$)/, names: [] });
}

interface Kept {
  /** The flags that are about what is on record. */
  readonly takes: RegExp;
  readonly names: readonly string[];
}

function kept(
  words: readonly string[],
  { before = [], flags }: SameReach,
  { takes, names }: Kept,
): Command {
  const about = flags.filter((flag, index) =>
    takes.test(flag.startsWith('-') ? flag : (flags[index - 1] ?? '')),
  );
  return command(...before, 'keyturn', ...words, ...namedWords(names, about));
}

/** `keyturn recover` for one user. */
export function recoverCommand(user: string, reach: SameReach = HERE): Command {
  return runCommand(['keyturn', 'recover'], user, reach);
}

/** A run about one user that knows the hooks of the configuration, which `keyturn recover` does not. */
export function configuredRunCommand(user: string, reach: SameReach = HERE): Command {
  return runCommand(['rotate-iam-keys', '--config', 'keyturn.yaml'], user, reach);
}

/** A run names the accounts that it enters by another flag. */
function runCommand(words: readonly string[], user: string, reach: SameReach): Command {
  const { before = [], flags } = reach;
  const accounts = flags.map((flag) => (flag === '--account' ? '--accounts' : flag));
  return command(...before, ...words, ...flagWords('--user', user), ...accounts);
}

/** The dry run of the command that replaces the key of a user now. */
export function foretellRotation(user: string, { before = [], flags }: SameReach = HERE): Command {
  return command(...before, 'keyturn', 'rotate', ...namedWords([user], ['--dry-run', ...flags]));
}

/** `keyturn verify` for one user, with these words. */
export function verifyCommand(
  user: string,
  words: readonly string[],
  { before = [], flags }: SameReach = HERE,
): Command {
  return command(...before, 'keyturn', 'verify', ...namedWords([user], [...words, ...flags]));
}
