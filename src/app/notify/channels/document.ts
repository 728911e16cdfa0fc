// A message for programs: what webhooks, event buses and programs get.

import { fitted, type Item, type Message } from '../message.ts';

/** Receivers of Standard Webhooks take at least so much. */
const BYTES_MAX = 20_000;

export interface MessageDocument {
  readonly type: 'keyturn.notification';
  /** ISO 8601 UTC: when it was written. */
  readonly timestamp: string;
  readonly data: MessageData;
}

export interface MessageData {
  readonly message_id: string;
  readonly subject: string;
  readonly run_id: string | null;
  readonly dry_run: boolean;
  readonly keyturn_version: string;
  /** The owner whom it is for; null where it is for everybody whom the channel reaches. */
  readonly owner: string | null;
  readonly items: readonly ItemData[];
  /** How many were left out, so that it is not too long. */
  readonly more: number;
}

export interface ItemData {
  readonly kind: string;
  readonly why: string | null;
  readonly account_id: string | null;
  readonly username: string | null;
  readonly access_key_id: string | null;
  readonly text: string;
  readonly hint: string | null;
  readonly due_at: string | null;
}

export function documentOf(message: Message): MessageDocument {
  return fitted(message, written, (document) => {
    return Buffer.byteLength(JSON.stringify(document)) <= BYTES_MAX;
  });
}

function written(message: Message, more: number): MessageDocument {
  const { id, to, subject, run, sections } = message;
  return {
    type: 'keyturn.notification',
    timestamp: run.at.toISOString(),
    data: {
      ...{ message_id: id, subject, run_id: run.id, dry_run: run.isDryRun },
      ...{ keyturn_version: run.version, owner: to },
      items: sections.flatMap(({ items }) => items.map(itemData)),
      more,
    },
  };
}

export function itemData(item: Item): ItemData {
  const { kind, why, account, user, keyId, text, hint, dueAt } = item;
  return {
    ...{ kind, why, account_id: account, username: user, access_key_id: keyId },
    ...{ text, hint, due_at: dueAt },
  };
}
