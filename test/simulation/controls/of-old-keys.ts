// Controls of when an old key goes: I10, I12, I15.

import { readerWith } from '../stand-ins.ts';
import type { Control } from './control.ts';

export const OF_OLD_KEYS: readonly Control[] = [
  {
    invariant: 'I10',
    fault: 'an old key that nobody uses any more waits for ever',
    shows: 'stays open in phase in-grace',
    cuts: [
      {
        module: 'lifecycle/quiet-gate',
        guard: 'if (now < quietAt(facts, policy))',
        by: 'if (true)',
      },
    ],
  },
  {
    invariant: 'I12',
    fault: 'a dry run does not look at old keys that wait',
    shows: 'waiting',
    sabotage: {
      foretold: (outcome) => ({ ...outcome, retirement: undefined }),
    },
  },
  {
    invariant: 'I15',
    fault: 'an old key goes whatever uses it',
    shows: 'and it is in use',
    cuts: [
      {
        module: 'lifecycle/quiet-gate',
        guard: 'if (now < quietAt(facts, policy))',
        by: 'if (false)',
      },
    ],
  },
  {
    invariant: 'I15',
    fault: 'no use of an old key is seen',
    shows: 'and it is in use',
    sabotage: {
      gateway: (gateway) => ({
        ...gateway,
        reader: readerWith(gateway.reader, {
          lastUse: async (keyId) => {
            const { owner } = await gateway.reader.lastUse(keyId);
            return { used: 'never', owner };
          },
        }),
      }),
    },
  },
  {
    invariant: 'I15',
    fault: 'a last use that cannot be read counts as none',
    shows: 'cannot tell its last use',
    cuts: [
      {
        module: 'lifecycle/quiet-gate',
        guard: "if (facts.lastUse === 'unreadable')",
        by: 'if (false)',
      },
    ],
  },
  {
    invariant: 'I15',
    fault: 'what a run decided that died goes on, whatever has used the old key since',
    shows: 'cannot tell its last use',
    cuts: [
      {
        module: 'lifecycle/rotation',
        guard: "const isDecided = rotation.phase === 'deactivating' && rotation.althoughInUse",
        by: "const isDecided = rotation.phase === 'deactivating'",
      },
    ],
  },
];
