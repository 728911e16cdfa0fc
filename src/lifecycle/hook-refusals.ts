// Why a rotation does not go on because of its hooks: nobody knows them, a person has to say what came of one, or
// a hook says that the old key must not go.

import { KeyturnError } from '../base/errors.ts';
import { command, type HintPart } from '../base/hint.ts';
import { hooksCommand, type SameReach } from '../base/key-command.ts';
import {
  HOOK_WORDS,
  type HookMoment,
  isUntold,
  judgeHook,
  type KnownHooks,
  type NamedHook,
} from './hooks.ts';
import type { Rotation } from './rotation.ts';

/** Why the readers of a rotation cannot be told now; undefined where nothing stands against it. */
export function whyUntold(
  rotation: Rotation,
  known: KnownHooks,
  reach: SameReach | undefined,
): KeyturnError | undefined {
  if (rotation.phase !== 'delivered' && known === undefined) return undefined;
  if (!isUntold(rotation, known)) return undefined;
  if (known === undefined) return hooksNotKnown(rotation, 'after-deliver');
  const runs = rotation.hooks?.runs ?? {};
  const doubted = known['after-deliver'].find(
    ({ mark, isRepeatable }) => judgeHook(runs[mark], isRepeatable) === 'ask',
  );
  return doubted && hookUnanswered(rotation, doubted, reach);
}

/** The run has no configuration, and the rotation began with one that has hooks. */
export function hooksNotKnown({ user }: Pick<Rotation, 'user'>, on: HookMoment): KeyturnError {
  return new KeyturnError(
    'hooks-not-known',
    `the rotation of ${user} began with ${HOOK_WORDS[on]} hooks, and this run has no configuration that says them`,
    {
      hint: [
        'run with its configuration, such as:',
        command('rotate-iam-keys', '--config', 'keyturn.yaml'),
      ],
    },
  );
}

/** A hook may have been done, and may not be done twice. */
export function hookUnanswered(
  { user }: Pick<Rotation, 'user'>,
  { label }: Pick<NamedHook, 'label'>,
  reach: SameReach | undefined,
): KeyturnError {
  const hint: readonly HintPart[] = [
    'look whether it was done; if it was:',
    hooksCommand('done', user, reach),
    'and if it is to be done once more, by the next run:',
    hooksCommand('again', user, reach),
    'with "retry: true" in the configuration nobody is asked',
  ];
  return new KeyturnError(
    'hook-unanswered',
    `nobody knows whether ${HOOK_WORDS['after-deliver']} "${label}" was done for ${user}, and it is not said to be safe to repeat`,
    { hint },
  );
}

/** The deadline of an old key is over, and a hook says that it must stay. */
export function vetoedBeyondDeadline(
  { user, oldKeyId }: Pick<Rotation, 'user' | 'oldKeyId'>,
  because: string,
): KeyturnError {
  return new KeyturnError(
    'retire-vetoed',
    `the deadline of ${oldKeyId} of ${user} is over, and it stays Active: ${because}`,
    {
      hint: 'settle what stands against it; each run asks again, and the old key goes with the first yes',
    },
  );
}
