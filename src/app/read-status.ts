// Use case of `keyturn status`: what is open, and which secrets wait in custody. No AWS call.

import { hasNewKey, type Rotation } from '../lifecycle/rotation.ts';
import type { StatusReport } from '../reports/status-report.ts';
import type { StateStore } from '../state/state-store.ts';

type OpenRotation = StatusReport['open_rotations'][number];
type WaitingSecret = StatusReport['handoff_files'][number];

/** Throws `state-dir`, `journal-damaged`, `journal-newer`. */
export async function readStatus(store: StateStore): Promise<StatusReport> {
  const open: OpenRotation[] = [];
  const waiting: WaitingSecret[] = [];
  for (const account of await store.accounts()) {
    const state = await store.open(account, 'read');
    for (const { history } of await state.openUsers()) {
      if (history.open !== undefined) open.push(describe(account, history.open));
    }
    for (const { keyId } of await state.custody.list()) {
      const path = state.custody.describe(keyId);
      waiting.push({ account_id: account, access_key_id: keyId, path });
    }
  }
  return { state_dir: store.where, open_rotations: open, handoff_files: waiting };
}

function describe(account: string, rotation: Rotation): OpenRotation {
  return {
    account_id: account,
    username: rotation.user,
    rotation: rotation.id,
    phase: rotation.phase,
    old_key_id: rotation.oldKeyId,
    new_key_id: hasNewKey(rotation) ? rotation.newKeyId : null,
    begun: rotation.intendedAt.toISOString(),
    destination: rotation.targets.map(({ kind, place }) => `${kind} ${place}`.trim()).join(', '),
    old_key_fate: rotation.oldKeyFate,
  };
}
