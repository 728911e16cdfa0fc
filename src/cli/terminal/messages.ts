// The wording of every event, in one table. A message never varies: what varies is in the fields,
// so that logs can be grouped and searched.

import type { EngineEvent, EventCode } from '../../base/events.ts';
import { printable } from '../../base/printable.ts';

export const MESSAGES: Readonly<Record<EventCode, string>> = {
  'run-started': 'run started',
  signing: 'credentials chosen',
  'report-progress': 'waiting for the credential report',
  'report-read': 'credential report read',
  'report-not-compared': 'credential report not compared with the number of users',
  'report-unusable': 'credential report not used; all users are read one by one',
  'details-unusable': 'account details not used; users are listed by ListUsers',
  'details-not-compared': 'account details not compared with the number of users',
  'root-key-active': 'the root user has an Active key; delete it by hand',
  'accounts-started': 'run over several accounts started',
  'account-started': 'account entered',
  'account-read': 'users and keys of the account read',
  'account-done': 'account done',
  'account-failed': 'account failed',
  'account-spared': 'account not entered',
  'account-not-judged': 'account not entered: it is not known whether it is meant',
  'account-skipped': 'account skipped: nobody can work in it',
  'accounts-left': 'accounts left for the next run',
  'inventory-progress': 'reading users',
  'inventory-done': 'users and keys read',
  'user-unreadable': 'keys of the user cannot be read',
  'rotation-started': 'rotation started',
  'rotation-resumed': 'rotation of an earlier run resumed',
  'key-created': 'key created',
  'place-made': 'place made, with nothing in it yet',
  'place-foretold': 'place would be made',
  'place-remarked': 'about a place',
  'secret-stored': 'secret stored',
  'secret-delivered': 'secret delivered',
  'places-read': 'places of users read',
  'places-listed': 'places read',
  'place-wrong': 'place is not as its rotation left it',
  'place-healed': 'place was given its key again',
  'backup-made': 'file rewritten, with a backup beside it',
  'journal-compacted': 'journal compacted',
  'trail-behind': 'audit trail not written to its end; the next run goes on with it',
  'trail-stopped':
    'audit trail is damaged, and no run goes on with it; look with keyturn audit verify',
  'handoff-kept': 'hand-off file not removed yet',
  'handoff-removed': 'hand-off file removed; its places have the secret',
  'waiting-for-key': 'waiting until AWS accepts the key',
  'key-verified': 'AWS accepts the key',
  'key-deactivated': 'key made Inactive',
  'key-reactivated': 'key made Active again',
  'key-left-active': 'key left Active by an undo',
  'key-deleted': 'key deleted',
  'change-found': 'key found changed; the answer that said so was lost',
  'deletion-foretold': 'key would be deleted',
  'reactivation-foretold': 'key would be made Active again',
  'finding-foretold':
    'key found changed; the answer that said so was lost, and the run would tell it',
  'orphan-found': 'key found whose secret was lost',
  'orphan-named': 'the operator says that nobody made this key by hand',
  'key-unexplained': 'key may come from a lost request, and is left',
  'rotation-done': 'rotation done',
  'hook-done': 'hook done',
  'hook-not-done': 'hook not done',
  'watch-begun': 'old key is Inactive, and what comes of it is watched',
  'old-key-waits': 'old key stays Active until nobody uses it',
  'old-key-in-use': 'old key is still in use, and stays Active',
  'rotation-blocked': 'key cannot be rotated now',
  'undo-started': 'undo of several rotations started',
  'undo-progress': 'undo done',
  'undo-failed': 'rotation cannot be undone',
  'undos-left': 'rotations left as they are',
  'rotation-undone': 'rotation undone',
  'rotation-closed': 'open rotation closed',
  'rotation-failed': 'rotation failed',
  'user-done': 'user done',
  progress: 'still at work',
  'call-throttled': 'call throttled',
  'call-sent': 'call sent',
  'metrics-written': 'metrics written',
  'metrics-not-written': 'metrics could not be written',
  'metrics-remarked': 'metrics were not taken as they are',
  notified: 'notification sent',
  'notification-failed': 'notification could not be sent',
  'notification-foretold': 'notification that would be sent',
  'notices-unreadable': 'notifications are left for the next run',
  'run-stopping': 'run stopping',
  'run-failed': 'run failed',
  'users-left': 'users left for the next run',
  'users-read-singly': 'users are asked about one by one',
  'users-not-described': 'the configuration asks what AWS does not tell of users',
  'user-governed': 'rule of the configuration for a user',
  'exemption-ended': 'an exemption has ended beside one that holds',
  'user-held-back': 'not now',
  'plan-done': 'dry run done',
  'run-done': 'run done',
};

/** The payload of an event under its names on the outside: `newKeyId` is `new_key_id`. */
export function fieldsOf(event: EngineEvent): Readonly<Record<string, unknown>> {
  const fields: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(event)) {
    if (name !== 'code') fields[snakeCase(name)] = value;
  }
  return fields;
}

/** There are some hundred names, and thousands of lines. */
const outside = new Map<string, string>();

function snakeCase(name: string): string {
  let made = outside.get(name);
  if (made === undefined) {
    made = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    outside.set(name, made);
  }
  return made;
}

/** `user=svc-a new_key_id=AKIA…`: values that are not one plain word are quoted. */
export function fieldsText(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${plainOrQuoted(value)}`)
    .join(' ');
}

function plainOrQuoted(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null');
  return /^[\w+,.@:/%*-]+$/.test(text) ? text : printable(JSON.stringify(text));
}
