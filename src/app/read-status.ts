// Use case of `keyturn status`: what is open, and which secrets wait in custody. No AWS call.

import { looksAgainAt } from '../lifecycle/decide-recovery.ts';
import type { UserHistory } from '../lifecycle/history.ts';
import { hasNewKey, isOpen, isSettled, type Rotation } from '../lifecycle/rotation.ts';
import type { StatusReport } from '../reports/status-report.ts';
import type { HeldKey, StateStore } from '../state/state-store.ts';

type OpenRotation = StatusReport['open_rotations'][number];
type KeptSecret = StatusReport['handoff_files'][number];

/** Throws `state-dir`, `journal-damaged`, `journal-newer`. */
export async function readStatus(store: StateStore): Promise<StatusReport> {
  const open: OpenRotation[] = [];
  const kept: KeptSecret[] = [];
  for (const account of await store.accounts()) {
    const state = await store.open(account, 'read');
    for (const { history } of await state.openUsers()) {
      if (history.open !== undefined) open.push(describe(account, history.open, history));
    }
    for (const { keyId, user } of await state.custody.list()) {
      const path = state.custody.describe(keyId);
      const history = user === undefined ? undefined : await state.history(user);
      const about = { account_id: account, access_key_id: keyId, path };
      kept.push({ ...about, state: stateOf(keyId, history) });
    }
  }
  return { state_dir: store.where, open_rotations: open, handoff_files: kept };
}

function describe(account: string, rotation: Rotation, history: UserHistory): OpenRotation {
  return {
    account_id: account,
    username: rotation.user,
    rotation: rotation.id,
    phase: rotation.phase,
    old_key_id: rotation.oldKeyId,
    new_key_id: hasNewKey(rotation) ? rotation.newKeyId : null,
    ...orphanOf(rotation, history),
    begun: rotation.intendedAt.toISOString(),
    destination: rotation.targets.map(({ kind, place }) => `${kind} ${place}`.trim()).join(', '),
    old_key_fate: rotation.oldKeyFate,
  };
}

/** The key was made before it was found, so the time counts from then on at the latest. */
function orphanOf(
  rotation: Rotation,
  history: UserHistory,
): Pick<OpenRotation, 'orphan_key_id' | 'deletable_from'> {
  if (rotation.phase === 'discarding') {
    return { orphan_key_id: rotation.unwantedKeyId, deletable_from: null };
  }
  if (rotation.phase !== 'orphan-found') return { orphan_key_id: null, deletable_from: null };
  const records = history.recordsOf(rotation.id);
  const foundAt = records.findLast(({ step }) => step.type === 'orphan-found')?.at;
  const from = looksAgainAt({ createdAt: foundAt ?? rotation.intendedAt });
  return { orphan_key_id: rotation.orphanKeyId, deletable_from: from.toISOString() };
}

/** Whether anybody is to be given the secret; of a key that no journal knows nobody can tell. */
function stateOf(keyId: HeldKey['keyId'], history: UserHistory | undefined): KeptSecret['state'] {
  if (history === undefined) return 'waits';
  if (history.hasDeleted(keyId)) return 'deleted';
  const made = history.rotationThatMade(keyId);
  if (made !== undefined && isOpen(made) && !isSettled(made)) return 'needed';
  if (made?.phase === 'undone' && made.undo.fromKeyId === keyId) return 'undone';
  const successor = history.latest(({ oldKeyId }) => oldKeyId === keyId);
  const isReplaced =
    successor !== undefined && isSettled(successor) && successor.phase !== 'undone';
  return isReplaced ? 'replaced' : 'waits';
}
