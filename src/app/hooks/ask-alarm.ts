// A CloudWatch alarm as a watch.

import type { AccountGateway } from '../../aws/gateway.ts';
import { assert, toKeyturnError } from '../../base/errors.ts';
import type { RawAnswer } from '../../lifecycle/hook-answer.ts';

export interface AlarmAsked {
  readonly name: string;
  /** Undefined for that of the run. */
  readonly region: string | undefined;
}

export async function askAlarm(
  { name, region }: AlarmAsked,
  { services }: AccountGateway,
): Promise<RawAnswer> {
  try {
    const alarms = services.alarms?.(region ?? services.region);
    assert(alarms !== undefined, 'a gateway of a run reads alarms');
    const { state, reason } = await alarms.read(name);
    return { kind: 'alarm', state, words: reason };
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    if (error.isStop) throw error;
    return { kind: 'none', isSent: false, words: error.message };
  }
}
