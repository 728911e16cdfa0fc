// Looks at the user's keys in the very moment in which AWS changes one: whoever needs a key must be
// left with one that works and that is where it is read from.

import { readFileSync } from 'node:fs';
import type { AccessKey } from '../../src/sandbox/index.ts';
import type { Arena } from './arena.ts';
import { fileOf, OWNER, pairIn, TARGET } from './profile.ts';

export interface KeyWatch {
  readonly faults: readonly string[];
}

/** Call it when the scene is set. `handoffServes`: whether readers may take the secret from there. */
export function watchKeys(arena: Arena, handoffServes: boolean): KeyWatch {
  const faults: string[] = [];
  const { keys } = arena.sandbox.world;
  const look = (key: AccessKey, what: string): void => {
    if (key.userName !== OWNER || isServed(arena, handoffServes)) return;
    faults.push(
      `when ${nameOf(arena, key)} became ${what}, nobody could work as ${OWNER} any more`,
    );
  };
  for (const key of keys.values()) watch(key, look);
  const { set } = keys;
  keys.set = (id, key) => {
    watch(key, look);
    return set.call(keys, id, key);
  };
  return { faults };
}

function watch(key: AccessKey, look: (key: AccessKey, what: string) => void): void {
  let { status, deleted } = key;
  Object.defineProperties(key, {
    status: {
      enumerable: true,
      get: () => status,
      set: (next: AccessKey['status']) => {
        status = next;
        if (next !== 'Active') look(key, next);
      },
    },
    deleted: {
      enumerable: true,
      get: () => deleted,
      set: (next: boolean) => {
        deleted = next;
        if (next) look(key, 'deleted');
      },
    },
  });
}

/** Whether the profile, or the hand-off where that serves, holds a key that is Active. */
export function isServed(arena: Arena, handoffServes: boolean): boolean {
  const pair = pairIn(readFileSync(fileOf(arena)), TARGET);
  const { keys } = arena.sandbox.world;
  const works = (key: AccessKey | undefined) => key?.status === 'Active' && !key.deleted;
  const key = keys.get(pair?.id ?? '');
  if (works(key) && key?.secret === pair?.secret) return true;
  if (!handoffServes) return false;
  return [...keys.values()].some(
    (each) => each.userName === OWNER && works(each) && arena.handedOff(each.id) === each.secret,
  );
}

/** By its part in the scene: an ID would not be the same twice. */
export function nameOf({ seeded, sandbox }: Arena, { id }: AccessKey): string {
  const index = [...seeded.keys()]
    .filter((each) => seeded.get(each)?.userName === OWNER)
    .indexOf(id);
  if (index >= 0) return index === 0 ? 'the old key' : 'the key of the earlier rotation';
  return sandbox.world.keys.has(id) ? 'a key made here' : 'a stranger';
}
