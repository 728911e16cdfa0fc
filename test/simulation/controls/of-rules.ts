// Controls of what a configuration holds back: I6.

import type { Control } from './control.ts';

const GOVERNANCE = 'app/config/governance';
const LIMITS = 'app/config/limits';

export const OF_RULES: readonly Control[] = [
  {
    invariant: 'I6',
    fault: 'an exemption is not looked for',
    shows: 'who is exempt',
    cuts: [{ module: 'config/evaluate', guard: 'exemption.verdict !== undefined', by: 'false' }],
  },
  {
    invariant: 'I6',
    fault: 'a freeze is not looked for',
    shows: 'in a freeze',
    cuts: [
      {
        module: 'config/gate',
        guard: 'const freeze = freezeAt(config, now);',
        by: 'const freeze = undefined;',
      },
    ],
  },
  {
    invariant: 'I6',
    fault: 'new keys are made whatever the window says',
    shows: 'outside the window',
    cuts: [
      {
        module: GOVERNANCE,
        guard: "const notNow = closed.kind === 'open' ? undefined : heldBy(closed, 'rotate');",
        by: 'const notNow = undefined;',
      },
    ],
  },
  {
    invariant: 'I6',
    fault: 'old keys end whatever the window says',
    shows: 'Inactive outside the window',
    cuts: [
      {
        module: GOVERNANCE,
        guard: "heldBack: () => retiring.kind === 'open'",
        by: 'heldBack: () => true',
      },
    ],
  },
  {
    invariant: 'I6',
    fault: 'clean-up goes on outside the window of old keys',
    shows: 'deletes',
    cuts: [
      {
        module: GOVERNANCE,
        guard: "cleanUpDays: retiring.kind === 'open' ? settings.holdDays.value : undefined,",
        by: 'cleanUpDays: settings.holdDays.value,',
      },
    ],
  },
  {
    invariant: 'I6',
    fault: 'nobody counts the rotations of a run',
    shows: 'keys, over the limit',
    cuts: [{ module: LIMITS, guard: "max !== 'none' && this.#rotating.size >= max", by: 'false' }],
  },
  {
    invariant: 'I6',
    fault: 'nobody counts the old keys that a run ends',
    shows: 'old keys Inactive, over the limit',
    cuts: [
      { module: LIMITS, guard: "max !== 'none' && this.#deactivating.size >= max", by: 'false' },
    ],
  },
];
