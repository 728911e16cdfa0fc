// All that is kept of an account in memory, and the same from another store.

import { KnownSightings } from '../known-sightings.ts';
import { readRecord } from '../record-codec.ts';
import type { AccountDump } from '../state-store.ts';
import { notEmpty } from '../transfer.ts';
import type { AccountMemory } from './memory.ts';

export function dumpMemory({
  lines,
  secrets,
  condemned,
  sealed,
  seen,
  trail,
}: AccountMemory): AccountDump {
  const sights = new KnownSightings();
  sights.merge(seen);
  return {
    records: [...lines],
    secrets: [...secrets.values()],
    condemned: [...condemned],
    sealed: [...sealed].map(([keyId, bytes]) => ({ keyId, bytes })),
    sights,
    trail: [...trail],
  };
}

export function loadMemory(dump: AccountDump, memory: AccountMemory, account: string): void {
  const isEmpty = memory.users.names.length === 0 && memory.secrets.size === 0;
  if (!isEmpty) throw notEmpty(account, 'the memory of this process');
  for (const text of dump.records) memory.users.add(readRecord(text), text);
  memory.lines = [...dump.records];
  memory.trail = [...dump.trail];
  for (const entry of dump.secrets) memory.secrets.set(entry.keyId, entry);
  for (const keyId of dump.condemned) memory.condemned.add(keyId);
  for (const { keyId, bytes } of dump.sealed) memory.sealed.set(keyId, bytes);
  memory.seen.merge(dump.sights);
}
