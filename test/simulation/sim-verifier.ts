// STS as one process reaches it: whether AWS accepts a key by now.

import type { KeyVerifier } from '../../src/aws/gateway.ts';
import type { SimProcess } from './machine.ts';
import type { Read } from './sim-reports.ts';
import type { Stage } from './stage.ts';
import { ACCOUNT } from './world.ts';

export function simVerifier(
  { world, dice, faults, schedule, referee }: Stage,
  process: SimProcess,
  read: Read,
): KeyVerifier {
  return {
    async whoSigns({ id, secret }) {
      try {
        return await read('GetCallerIdentity', () => {
          const key = world.key(id);
          const lags = key?.status === 'Inactive' && faults.hit('dead-key-alive');
          const isOn = key !== undefined && !key.isDeleted && (key.status === 'Active' || lags);
          // While the news of a key spreads, some of AWS's machines know it and some do not.
          const isKnown = isOn && (schedule.nowMs >= key.acceptedFromMs || dice.chance(0.2));
          const isRight = isKnown && key.secret === secret.reveal();
          process.note(`signs with ${id}: ${isRight ? 'accepted' : 'refused'}`);
          if (!isRight) {
            referee.signed(process, id, false);
            const wrong = { kind: 'unclear', reason: 'wrong secret', isWrongSecret: true } as const;
            return isKnown ? wrong : ({ kind: 'not-yet' } as const);
          }
          referee.signed(process, id, true);
          const arn = `arn:aws:iam::${ACCOUNT}:user/${key.user}`;
          return { kind: 'accepted', account: ACCOUNT, arn } as const;
        });
      } catch {
        return { kind: 'unclear', reason: 'no answer' };
      }
    },
  };
}
