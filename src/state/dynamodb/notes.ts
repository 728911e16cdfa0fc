// What the parts of a run said when they were over: one item a part, which the next run writes over.

import type { TableItem } from '../../base/aws-tables.ts';
import { demandPart } from '../note-part.ts';
import type { Note, Notes } from '../state-store.ts';
import { NOTES, noteKey, partitionOf } from './keys.ts';
import type { Doing, Table } from './table.ts';

export interface NotesParts {
  readonly table: Table;
  readonly account: string;
  readonly run: string;
  /** Throws where the account was opened for reading only. */
  readonly demandWritable: () => void;
}

export function tableNotes({ table, account, run, demandWritable }: NotesParts): Notes {
  const doing = (what: 'read' | 'written'): Doing => ({
    code: 'state-dir',
    what: `the notes of account ${account} cannot be ${what}`,
  });
  return {
    leave: async (part, text) => {
      demandWritable();
      const item: TableItem = { ...noteKey(account, demandPart(part)), run, text };
      await table.write([{ kind: 'put', table: table.name, item }], doing('written'));
    },
    of: async (asked) => {
      const items = await table.query(
        {
          ...{ table: table.name, pk: partitionOf(account), prefix: NOTES },
          ...{ filter: '#run = :run', values: { run: asked } },
        },
        doing('read'),
      );
      return items.map(toNote);
    },
  };
}

function toNote({ sk, text }: TableItem): Note {
  return { part: String(sk).slice(NOTES.length), text: String(text) };
}
