// Use case of `keyturn history`: what the journal tells of a user or a key. No AWS call.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { isSameUser } from '../base/user-name.ts';
import type { UserHistory } from '../lifecycle/history.ts';
import { type ToldRecord, tellHistory } from '../lifecycle/record-words.ts';
import type { HistoryReport } from '../reports/history-report.ts';
import type { StateStore } from '../state/state-store.ts';

export interface HistoryOptions {
  /** Only what is about this user, or this key and the rotations that replaced or made it. */
  readonly about: { readonly user: string } | { readonly keyId: AccessKeyId } | undefined;
  readonly account: string | undefined;
  readonly since: Date | undefined;
}

type Entry = HistoryReport['entries'][number];

/** Throws `state-dir`, `journal-damaged`, `journal-newer`. */
export async function readHistory(
  options: HistoryOptions,
  store: StateStore,
): Promise<HistoryReport> {
  const entries: Entry[] = [];
  for (const account of await store.accounts()) {
    if (options.account !== undefined && account !== options.account) continue;
    const state = await store.open(account, 'read');
    for (const user of await state.users()) {
      if (!isAskedFor(user, options)) continue;
      // One user after the other: all of them may be too much for the memory.
      const told = aboutKey(await state.history(user), options);
      entries.push(...told.map((one) => entryOf(account, one)));
    }
  }
  return {
    state_dir: store.where,
    entries: entries.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)),
  };
}

function isAskedFor(name: string, { about }: HistoryOptions): boolean {
  return about === undefined || !('user' in about) || isSameUser(name, about.user);
}

function aboutKey(history: UserHistory, { about, since }: HistoryOptions): ToldRecord[] {
  if (about !== undefined && 'keyId' in about && !history.hasNamed(about.keyId)) return [];
  return tellHistory(history).filter(({ record, keyId }) => {
    if (since !== undefined && record.at < since) return false;
    if (about === undefined || 'user' in about) return true;
    if (keyId === about.keyId) return true;
    const rotation = record.rotation === null ? undefined : history.rotation(record.rotation);
    const made = rotation !== undefined && 'newKeyId' in rotation ? rotation.newKeyId : undefined;
    return rotation?.oldKeyId === about.keyId || made === about.keyId;
  });
}

function entryOf(account: string, { record, keyId, text, why, ...one }: ToldRecord): Entry {
  return {
    at: record.at.toISOString(),
    account_id: account,
    username: record.user,
    access_key_id: keyId ?? null,
    rotation: record.rotation,
    run: record.run,
    step: record.step.type,
    text,
    why: why ?? null,
    intent: one.isIntent,
    settled: one.isSettled,
  };
}
