// The one key that the operator names, by its ID or by the name of its user.

import type { AccountGateway } from '../aws/gateway.ts';
import type { AccessKeyId } from '../base/access-key-id.ts';
import type { Clock } from '../base/clock.ts';
import { KeyturnError } from '../base/errors.ts';
import { keysCommand, type SameReach } from '../base/key-command.ts';
import { writtenKeyId } from '../base/key-id-text.ts';
import { flagWords } from '../base/shell-words.ts';
import { describeKey, keyDetails } from '../engine/key-details.ts';
import { usesOfKey } from '../engine/key-uses.ts';
import { stopLeakedAdvice, twoKeysAdvice } from '../lifecycle/two-keys.ts';
import type { AccountState } from '../state/state-store.ts';
import { ownerOf } from './key-owner.ts';

export interface Target {
  readonly user: string;
  readonly keyId: AccessKeyId;
}

/** Where it is looked for, and what is to become of it. */
export interface TargetPlace {
  readonly gateway: AccountGateway;
  readonly state: AccountState;
  readonly clock: Clock;
  /** How another command reaches the account, for hints. */
  readonly reach: SameReach | undefined;
  /** Whether the old key is to go at once, as after a leak. */
  readonly isLeaked: boolean;
}

/**
 * A user whose last rotation waits for the end of its old key is meant by the new one. Throws `unknown-owner`
 * for a key that no user of the account is known to have, `unknown-user`, and `which-key` for a user who has
 * none that is Active, or two.
 */
export async function findTarget(named: string, at: TargetPlace): Promise<Target> {
  const keyId = writtenKeyId(named);
  if (keyId === undefined) return await onlyKeyOf(named, at);
  const user = await ownerOf(keyId, at.gateway, 'name the user instead of the key');
  return { user, keyId };
}

async function onlyKeyOf(user: string, at: TargetPlace): Promise<Target> {
  const { gateway, state, reach } = at;
  const { reader } = gateway;
  const active = (await reader.listAccessKeys(user)).filter(({ status }) => status === 'Active');
  const history = await state.history(user);
  const { open } = history;
  if (open?.phase === 'in-grace') return { user, keyId: open.newKeyId };
  const [only, second] = active;
  if (only !== undefined && second === undefined) return { user, keyId: only.id };
  if (only === undefined) {
    throw new KeyturnError('which-key', `${user} has no Active key`, {
      hint: ['look at the keys of the user:', keysCommand(flagWords('--user', user), reach)],
    });
  }
  const keys = await keyDetails(reader, active);
  const now = at.clock.now();
  const described = keys.map((key) => describeKey(key, now));
  throw new KeyturnError(
    'which-key',
    `${user} has ${active.length} Active keys: ${described.join(' and ')}; there is no room for a new one`,
    {
      hint: at.isLeaked
        ? stopLeakedAdvice(keys, undefined, reach)
        : twoKeysAdvice(keys, {
            ...{ history, now, reach },
            usesOf: (key) => usesOfKey(key, { user, history, account: at }),
          }),
    },
  );
}
