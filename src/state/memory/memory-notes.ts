// What the parts of runs said, kept in memory.

import { demandPart } from '../note-part.ts';
import type { Notes } from '../state-store.ts';
import type { AccountMemory, CodedTouch } from './memory.ts';

export interface MemoryNotesParts {
  readonly run: string;
  readonly touch: CodedTouch;
  readonly writable: () => AccountMemory;
  readonly readable: () => AccountMemory;
}

export function memoryNotes({ run, touch, writable, readable }: MemoryNotesParts): Notes {
  return {
    leave: (part, text) =>
      touch('state-dir', 'the memory cannot be written', () => {
        writable().notes.set(demandPart(part), { run, text });
      }),
    of: (asked) =>
      touch('state-dir', 'the memory cannot be read', () =>
        [...readable().notes]
          .filter(([, note]) => note.run === asked)
          .map(([part, { text }]) => ({ part, text }))
          .toSorted((a, b) => (a.part < b.part ? -1 : 1)),
      ),
  };
}
