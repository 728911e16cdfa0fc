// Guards around the hooks of a rotation.

import type { Control } from './control.ts';

export const OF_HOOKS: readonly Control[] = [
  {
    invariant: 'I15',
    fault: 'an old key goes before the readers of the new one were told',
    shows: 'its readers were not told of the new key',
    cuts: [
      {
        module: 'lifecycle/next-step',
        guard: 'const isToTell = isUntold(rotation, known) && !isEndedByWord(rotation);',
        by: 'const isToTell = false;',
      },
      {
        module: 'engine/ask-before-retire',
        guard: 'if (isUntold(rotation, hooks))',
        by: 'if (false)',
      },
    ],
  },
  {
    invariant: 'I15',
    fault: 'a hook that failed counts as done',
    shows: 'its readers were not told of the new key',
    cuts: [{ module: 'engine/tell-readers', guard: 'if (reason === undefined)', by: 'if (true)' }],
  },
  {
    invariant: 'I15',
    fault: 'nobody heeds a hook that says no',
    shows: 'whoever is asked has not said yes',
    cuts: [{ module: 'engine/perform', guard: 'if (veto === undefined)', by: 'if (true)' }],
  },
  {
    invariant: 'I15',
    fault: 'a run that has no configuration passes over who is to be asked',
    shows: 'whoever is asked has not said yes',
    cuts: [
      {
        module: 'lifecycle/decide-grace',
        guard: 'waitsForHooks(rotation, facts.hooks)',
        by: 'false',
      },
      {
        module: 'engine/ask-before-retire',
        guard: 'if (waitsForHooks(rotation, hooks))',
        by: 'if (false)',
      },
    ],
  },
  {
    invariant: 'I10',
    fault: 'what a watch sees leads to nothing',
    shows: 'though its watch was red',
    cuts: [
      { module: 'engine/watch-after-retire', guard: 'if (red === undefined) {', by: 'if (true) {' },
    ],
  },
  {
    invariant: 'I10',
    fault: 'nobody goes on with a watch whose run died',
    shows: 'though its watch was red',
    cuts: [
      {
        module: 'lifecycle/history',
        guard: 'pendingWatch(each) !== undefined',
        by: 'false',
      },
    ],
  },
  {
    invariant: 'I1',
    fault: 'a hook that may be done once is done again when its outcome was lost',
    shows: 'which may be done once',
    cuts: [
      {
        module: 'lifecycle/hooks',
        guard: "return isRepeatable ? 'run' : 'ask';",
        by: "return 'run';",
      },
    ],
  },
];
