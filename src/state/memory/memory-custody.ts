// The secrets of new keys in the memory of this process.

import { type AccessKeyId, accessKeyId } from '../../base/access-key-id.ts';
import { assert, KeyturnError } from '../../base/errors.ts';
import type { Custody } from '../state-store.ts';
import type { AccountMemory, CodedTouch } from './memory.ts';

export interface MemoryCustodyOptions {
  readonly account: string;
  readonly touch: CodedTouch;
  /** Throws `state-dir` for an account that was not opened for writing. */
  readonly writable: () => AccountMemory;
  readonly readable: () => AccountMemory;
}

export function memoryCustody(options: MemoryCustodyOptions): Custody {
  const { account, touch, writable, readable } = options;
  const write = <T>(work: () => T) => touch('handoff-failed', 'a secret cannot be kept', work);
  const read = <T>(work: () => T) => touch('state-dir', 'a secret cannot be read', work);
  const listOf = async (of: (memory: AccountMemory) => Iterable<AccessKeyId>) => {
    const keyIds = await read(() => [...of(readable())]).catch(() => []);
    const { owners } = readable().users;
    return keyIds.toSorted().map((keyId) => ({ keyId, user: owners.get(keyId) }));
  };
  return {
    prepare: async () => {},
    put: async (entry) => {
      assert(entry.account === account, 'a hand-off entry is of another account');
      await write(() => {
        const { secrets, condemned } = writable();
        if (condemned.has(entry.keyId)) {
          throw new KeyturnError(
            'key-condemned',
            `the memory of this process says that nobody has the secret of ${entry.keyId}`,
            { hint: 'another run took this one for dead and is removing its key; run again' },
          );
        }
        secrets.set(entry.keyId, entry);
      });
    },
    condemn: (keyId) =>
      write(() => {
        const { secrets, condemned } = writable();
        if (secrets.has(keyId)) return false;
        condemned.add(keyId);
        return true;
      }),
    get: (keyId) => read(() => readable().secrets.get(keyId)),
    holds: (keyId) => read(() => readable().secrets.has(keyId)),
    list: () => listOf(({ secrets }) => secrets.keys()),
    remove: (keyId) => write(() => void writable().secrets.delete(keyId)),
    describe: (keyId) => `the memory of this process, ${account} ${accessKeyId(keyId)}`,
    sealed: {
      put: (keyId, sealed) => write(() => void writable().sealed.set(keyId, Buffer.from(sealed))),
      get: (keyId) => read(() => readable().sealed.get(keyId)),
      list: () => listOf(({ sealed }) => sealed.keys()),
      describe: (keyId) => `the memory of this process, ${account} ${accessKeyId(keyId)} (sealed)`,
    },
  };
}
