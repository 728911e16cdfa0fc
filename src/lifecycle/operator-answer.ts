// What a person can do about a rotation that only they can judge. Each way is one that the table in recover.ts takes
// for an answer, and none takes the last key that works away from the user.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { type Command, command, type Hint, type HintPart } from '../base/hint.ts';
import { type SameReach, undoCommand } from '../base/key-command.ts';
import { flagWords } from '../base/shell-words.ts';
import { needsNoSecret, type RecoveryFacts } from './recovery-facts.ts';
import { hasNewKey, type Rotation } from './rotation.ts';

interface Asked {
  readonly facts: RecoveryFacts;
  /** The key in question; undefined where there are several. */
  readonly candidate: { readonly id: AccessKeyId } | undefined;
}

export function answerHint(rotation: Rotation, asked: Asked, reach: SameReach | undefined): Hint {
  const { user } = rotation;
  const undo: HintPart[] = canBeUndone(rotation, asked)
    ? ['nothing was touched; to take the rotation back:', undoCommand(user, reach)]
    : [];
  const others = [...madeActive(rotation, asked), ...inIam(rotation, asked)];
  if (others.length === 0) return undo;
  const [first = [], ...rest] = others;
  const begin = undo.length === 0 ? 'nothing was touched; ' : 'or ';
  return [
    ...undo,
    ...begun(begin, first),
    ...rest.flatMap((way) => begun('or ', way)),
    'then run again',
  ];
}

/** In words, and a command where one does it. */
type Way = readonly [words: string, does?: Command];

function begun(begin: string, [words, ...does]: Way | readonly []): readonly HintPart[] {
  return words === undefined ? [] : [`${begin}${words}`, ...(does as readonly Command[])];
}

function canBeUndone(rotation: Rotation, { facts }: Asked): boolean {
  return hasNewKey(rotation) && rotation.phase !== 'undoing' && facts.old !== 'absent';
}

function madeActive(rotation: Rotation, { facts, candidate }: Asked): readonly Way[] {
  const { user, oldKeyId } = rotation;
  if (hasNewKey(rotation)) {
    if (facts.candidate !== 'inactive' || candidate === undefined) return [];
    return [[`make ${candidate.id} Active again, to go on:`, activation(user, candidate.id)]];
  }
  if (facts.old !== 'inactive') return [];
  return [[`make ${oldKeyId} Active again, if it had not leaked:`, activation(user, oldKeyId)]];
}

/** keyturn changes no key of a user whose rotation is open. */
function activation(user: string, keyId: AccessKeyId): Command {
  const key = ['--access-key-id', keyId, '--status', 'Active'];
  return command('aws', 'iam', 'update-access-key', ...flagWords('--user-name', user), ...key);
}

function inIam(rotation: Rotation, { facts, candidate }: Asked): readonly Way[] {
  const { oldKeyId } = rotation;
  if (candidate === undefined) return [['delete in IAM the keys that nobody needs']];
  const { id } = candidate;
  if (facts.candidate === 'absent') return [];
  const isActive = facts.candidate === 'active';
  if (facts.old === 'active') {
    const afresh: Way = [`delete ${id} in IAM to have ${oldKeyId} rotated afresh`];
    const isTaken = isActive && isTakenOver(rotation, facts);
    return isTaken ? [afresh, [`make ${oldKeyId} Inactive if ${id} is in use`]] : [afresh];
  }
  if (hasNewKey(rotation)) return [];
  const unneeded: Way = [`delete ${id} in IAM if nobody needs it`];
  return isActive && facts.phase !== 'discarding'
    ? [[`wait until AWS shows a use of ${id}, if somebody works with it`], unneeded]
    : [unneeded];
}

/** Whether the table lets the rotation end once the old key is out of use. */
function isTakenOver(rotation: Rotation, facts: RecoveryFacts): boolean {
  if (needsNoSecret(facts)) return true;
  return !hasNewKey(rotation) && facts.phase !== 'discarding' && facts.use === 'used';
}
