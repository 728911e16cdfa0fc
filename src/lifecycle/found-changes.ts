// Changes of keys that an earlier run made and could not tell any more (I16), as a recovery comes upon
// them. The run tells each of them with the step that puts it on record, the dry run foretells them.

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { KeyChangeWord } from '../base/events.ts';
import type { Recovery } from './decide-open.ts';
import type { RecoveryStep } from './decide-recovery.ts';
import type { PhaseName } from './rotation.ts';

export interface FoundChange {
  readonly change: KeyChangeWord;
  readonly keyId: AccessKeyId;
  /** What it was asked for, where that is on record. */
  readonly reason?: string | undefined;
}

/** All that the recovery comes upon, in its order. */
export function foundIn(recover: Recovery): readonly FoundChange[] {
  const found = recover.steps.flatMap((step) => foundBy(step, recover) ?? []);
  const { keyId } = recover;
  return recover.reopens && keyId !== undefined ? [{ change: 'created', keyId }, ...found] : found;
}

/** Until then no record names the key, and whoever writes the first one that does tells of it. */
const UNNAMED: ReadonlySet<PhaseName> = new Set(['intended', 'create-unknown']);

/** What the step puts on record that is no change of this run. */
export function foundBy(
  step: RecoveryStep,
  { rotation, keyId }: Recovery,
): FoundChange | undefined {
  switch (step.kind) {
    case 'declare-orphan':
    case 'adopt':
    case 'refill':
      return UNNAMED.has(rotation.phase) ? keyId && { change: 'created', keyId } : undefined;
    case 'close':
      return step.reason === 'discarded' && rotation.phase === 'discarding'
        ? { change: 'deleted', keyId: rotation.unwantedKeyId }
        : undefined;
    case 'discard':
    case 'finish':
    case 'resume':
      return undefined;
  }
}
