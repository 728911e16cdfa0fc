// Use case of `keyturn status`: what the state directory says is open, and which secrets wait in
// hand-off files. No AWS call.

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { KeyturnError } from '../base/errors.ts';
import { newId } from '../executor/runtime.ts';
import { readAccountState } from '../journal/open-account-state.ts';
import { foldRotations, isOpen, type Rotation } from '../lifecycle/rotation.ts';
import type { StatusReport } from '../reports/status-report.ts';

type OpenRotation = StatusReport['open_rotations'][number];
type WaitingSecret = StatusReport['handoff_files'][number];

/** Throws `state-dir`, `journal-damaged`, `journal-newer`. */
export async function readStatus(options: {
  readonly stateDir: string;
  readonly clock: Clock;
}): Promise<StatusReport> {
  const { stateDir, clock } = options;
  const open: OpenRotation[] = [];
  const waiting: WaitingSecret[] = [];
  for (const account of await accountsIn(stateDir)) {
    const state = await readAccountState({ stateDir, account, clock, run: newId() });
    for (const user of await state.journal.users()) {
      const rotation = foldRotations(await state.journal.recordsOf(user)).find(isOpen);
      if (rotation !== undefined) open.push(describe(account, rotation));
    }
    waiting.push(...(await handoffFiles(stateDir, account)));
  }
  return { state_dir: stateDir, open_rotations: open, handoff_files: waiting };
}

function describe(account: string, rotation: Rotation): OpenRotation {
  return {
    account_id: account,
    username: rotation.user,
    rotation: rotation.id,
    phase: rotation.phase,
    old_key_id: rotation.oldKeyId,
    new_key_id: 'newKeyId' in rotation ? rotation.newKeyId : null,
    begun: rotation.intendedAt.toISOString(),
    destination: rotation.targets.map(({ kind, place }) => `${kind} ${place}`.trim()).join(', '),
    old_key_fate: rotation.oldKeyFate,
  };
}

export async function accountsIn(stateDir: string): Promise<string[]> {
  try {
    return (await readdir(stateDir)).filter((name) => /^\d{12}$/.test(name)).sort();
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return [];
    throw new KeyturnError('state-dir', `${stateDir} can not be read: ${code ?? 'unknown'}`, {
      hint: 'name the right directory with --state-dir, or repair its permissions (0700)',
    });
  }
}

async function handoffFiles(stateDir: string, account: string): Promise<WaitingSecret[]> {
  const folder = join(stateDir, account, 'handoff');
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => /^\w+\.json$/.test(name))
    .sort()
    .map((name) => ({
      account_id: account,
      access_key_id: name.slice(0, -'.json'.length),
      path: join(folder, name),
    }));
}
