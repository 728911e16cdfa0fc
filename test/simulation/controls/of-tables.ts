// Controls of state in tables: who has a user, and what somebody who was taken over can still do: I9.

import type { Fence } from '../../../src/aws/gateway.ts';
import { unfenced } from '../../state/in-tables.ts';
import { type FaultCounts, noFaultOf } from '../faults.ts';
import type { Control } from './control.ts';

/** Many sleep, and nothing else keeps them from waking up to a user who was taken over. */
const SLEEPY: Partial<FaultCounts> = {
  ...noFaultOf('operator-', 'table-', 'clock-beyond', 'killed', 'power-cut', 'kms-'),
  ...{ 'sleeps-at-record': 0.05, 'sleeps-at-change': 0.2 },
};

export const OF_TABLES: readonly Control[] = [
  {
    invariant: 'I9',
    fault: 'a record in a table is written without its look at the claim',
    shows: 'after it was taken over',
    sabotage: { tables: unfenced },
    forced: SLEEPY,
  },
  {
    invariant: 'I9',
    fault: 'a secret in a table is taken out without a look at the claim',
    shows: 'says that a secret is',
    cuts: [
      {
        module: 'state/dynamodb/custody',
        guard: 'claim === undefined ? [write] : [write, claim.check]',
        by: '[write]',
      },
    ],
    forced: {
      ...{ ...SLEEPY, throttled: 0, 'server-error': 0, 'request-lost': 0 },
      // Keys whose answers were lost are condemned.
      ...{ 'reply-lost': 0.5, 'sleeps-at-record': 0.12, 'sleeps-at-change': 0.05 },
    },
  },
  {
    invariant: 'I9',
    fault: 'the claim is looked at before a change, and not before each of its attempts',
    shows: 'which was taken over',
    sabotage: {
      gateway: (gateway) => ({
        ...gateway,
        writer: {
          ...gateway.writer,
          fenced: (fence) => gateway.writer.fenced(lookingOnce(fence)),
        },
      }),
    },
    forced: {
      ...{ ...SLEEPY, throttled: 0, 'server-error': 0, 'request-lost': 0, 'stale-list': 0 },
      ...{ 'reply-lost': 0.3, 'sleeps-at-change': 0.5 },
    },
  },
  {
    invariant: 'I9',
    fault: 'nobody looks at the claim before a change',
    shows: 'which was taken over',
    sabotage: {
      gateway: (gateway) => ({
        ...gateway,
        writer: { ...gateway.writer, fenced: () => gateway.writer },
      }),
    },
    forced: { ...SLEEPY, 'sleeps-at-record': 0.02, 'sleeps-at-change': 0.5 },
  },
  {
    invariant: 'I1',
    fault: 'a record in a table that was refused is taken for one’s own',
    shows: 'on disk stands',
    cuts: [{ module: 'state/dynamodb/journal', guard: 'head?.w !== w', by: 'false' }],
    forced: { ...SLEEPY, 'sleeps-at-record': 0.2 },
  },
  {
    invariant: 'I9',
    fault: 'claims in a table never refuse',
    shows: 'before the lease of another one is over',
    cuts: [{ module: 'state/dynamodb/claim', guard: 'isHeld(head.claim, table)', by: 'false' }],
  },
];

/** Whoever looked once looks no more. */
function lookingOnce(fence: Fence): Fence {
  let hasLooked = false;
  return async (signedAt) => {
    if (!hasLooked) await fence(signedAt);
    hasLooked = true;
  };
}
