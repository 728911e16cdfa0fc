// How far a rotation is, in words.

import type { PhaseName } from './rotation.ts';

const WORDS: Readonly<Record<PhaseName, string>> = {
  intended: 'a new key is to be made',
  'create-unknown': 'the answer to the request for a key was lost',
  'orphan-found': 'a key that nobody holds may have to go',
  created: 'the new key is made, and not proved yet',
  proved: 'the new key is proved, and not delivered yet',
  delivered: 'the new key is delivered',
  'delivered-unproved': 'the new key is delivered, and not proved yet',
  'in-grace': 'the new key is delivered, and the old one stays Active until nothing uses it',
  deactivating: 'the old key is being made Inactive',
  discarding: 'the new key is being taken back',
  deactivated: 'done, the old key is Inactive',
  completed: 'done, the old key stays Active',
  undoing: 'it is being undone',
  undone: 'undone',
  closed: 'closed without a new key',
};

export function phaseWords(phase: PhaseName): string {
  return WORDS[phase];
}
