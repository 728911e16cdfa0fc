// I16 over a death: what AWS did for a process that could not say so any more is told by a later one, once.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KeyChanged } from '../../src/base/key-changes.ts';
import type { JournalRecord } from '../../src/lifecycle/record.ts';
import type { LoggedRequest } from '../../src/sandbox/index.ts';
import type { Arena, Execution } from './arena.ts';

/** "deleted AKIA…" */
type Change = string;

/** Of all that was done so far: what neither a document nor the journal tells. */
export function untoldSoFar(arena: Arena): readonly Change[] {
  const told = new Set([...arena.executions.flatMap(changesIn).map(wordOf), ...recorded(arena)]);
  const done = arena
    .requestsSince(0)
    .filter((entry) => entry.done)
    .flatMap(changeOf);
  const created = [...arena.sandbox.world.keys.keys()]
    .filter((id) => !arena.seeded.has(id))
    .map((id) => `created ${id}`);
  return [...new Set([...done, ...created])].filter((change) => !told.has(change));
}

/** What the executions from `first` on should have told of it and did not, or told more than once. */
export function toldFaults(arena: Arena, untold: readonly Change[], first: number): string[] {
  const told = arena.executions.slice(first).flatMap(changesIn);
  const words = new Set(told.map(wordOf));
  const missing = untold.filter((change) => !words.has(change));
  const found = told.filter(({ why }) => why.startsWith('found done')).map(wordOf);
  const repeated = found.filter((change, index) => found.indexOf(change) !== index);
  return [
    ...missing.map((change) => `nobody tells: ${change}`),
    ...repeated.map((change) => `told again: ${change}`),
  ];
}

/** None where it was killed, or nobody read it. */
function changesIn({ stdout }: Execution): readonly KeyChanged[] {
  try {
    return (JSON.parse(stdout) as { changes?: readonly KeyChanged[] }).changes ?? [];
  } catch {
    return [];
  }
}

function wordOf({ change, access_key_id: id }: KeyChanged): Change {
  return `${change} ${id}`;
}

function changeOf({ operation, params }: LoggedRequest): Change[] {
  const { AccessKeyId: id, Status: status } = params;
  if (operation === 'DeleteAccessKey') return [`deleted ${id}`];
  if (operation !== 'UpdateAccessKey') return [];
  return [`${status === 'Active' ? 'reactivated' : 'deactivated'} ${id}`];
}

/** Outcomes that a process of the scene has put on record: from then on it could say so in its log. */
function recorded({ accountFolder }: Arena): Change[] {
  const path = join(accountFolder, 'journal.jsonl');
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
  const records = lines.flatMap((line) => {
    try {
      return [JSON.parse(line) as JournalRecord];
    } catch {
      return [];
    }
  });
  const oldKeyOf = (rotation: string | null) => {
    const intent = records.find((each) => each.rotation === rotation && 'oldKeyId' in each.step);
    return intent !== undefined && 'oldKeyId' in intent.step ? intent.step.oldKeyId : '';
  };
  return records
    .filter(({ run }) => run !== 'earlier')
    .flatMap(({ rotation, step }) => {
      switch (step.type) {
        case 'created':
        case 'adopted':
          return [`created ${step.newKeyId}`];
        case 'orphan-found':
          return [`created ${step.keyId}`];
        case 'deleted':
        case 'discarded':
          return [`deleted ${step.keyId}`];
        case 'retired':
          return [`deactivated ${step.keyId}`];
        case 'reactivated':
          return [`reactivated ${step.keyId}`];
        case 'deactivated':
          return [`deactivated ${oldKeyOf(rotation)}`];
        default:
          return [];
      }
    });
}
