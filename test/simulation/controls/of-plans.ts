// Controls of plans: I18, and I12 where a plan names what is not done.

import type { Control } from './control.ts';

export const OF_PLANS: readonly Control[] = [
  {
    invariant: 'I18',
    fault: 'a plan is not held against the user before it is applied',
    shows: 'although its rotation was moved',
    forced: { 'old-plan': 1, killed: 0.5 },
    cuts: [{ module: 'app/plan/planned-user', guard: 'what.length > 0', by: 'false' }],
  },
  {
    invariant: 'I18',
    fault: 'what the plan does not name is done too',
    shows: 'which the plan does not name',
    forced: { 'old-plan': 1 },
    cuts: [
      {
        module: 'engine/user-work',
        guard: 'planned === undefined || this.isGoingBack || planned.permit.allows(step)',
        by: 'true',
      },
      {
        module: 'lifecycle/within-plan',
        guard: 'if (isWhole)',
        by: 'if (true)',
      },
      { module: 'lifecycle/within-plan', guard: 'if (permit.allows(step))', by: 'if (true)' },
    ],
  },
  {
    invariant: 'I12',
    fault: 'a plan does not name the end of old keys',
    shows: 'planned ',
    cuts: [
      {
        module: 'lifecycle/planned-steps',
        guard: "{ do: 'deactivate', ...key },",
        by: '',
      },
    ],
  },
];
