// State in files, as the disk has it.

import { CONDEMNED } from '../../src/state/files/custody.ts';
import type { Disk } from './disk.ts';
import { JournalView, linesOf } from './journal-view.ts';
import type { Medium } from './medium.ts';
import { STATE_DIR } from './stage.ts';
import { ACCOUNT } from './world.ts';

const FOLDER = `${STATE_DIR}/${ACCOUNT}`;
const HANDOFFS = `${FOLDER}/handoff`;
const handoffOf = (keyId: string) => `${HANDOFFS}/${keyId}.json`;

export function onDisk(disk: Disk): Medium {
  const path = `${FOLDER}/journal.jsonl`;
  const durable = new JournalView(linesOf(() => disk.durableContent(path)));
  const seen = new JournalView(linesOf(() => disk.find(path)?.content()));
  return {
    durable,
    seen,
    keeps: ({ id, secret }) => disk.durableContent(handoffOf(id))?.includes(secret) ?? false,
    shows: ({ id, secret }) => disk.find(handoffOf(id))?.content().includes(secret) ?? false,
    remove: ({ id }) => {
      disk.remove(handoffOf(id));
      disk.syncDirectory(HANDOFFS);
    },
    isCondemned: (keyId) => disk.durableContent(`${HANDOFFS}/${keyId}${CONDEMNED}`) !== undefined,
    get hasSightings() {
      return disk.find(`${FOLDER}/sightings.json`) !== undefined;
    },
    trail: () => disk.find(`${FOLDER}/trail.jsonl`)?.content().toString() ?? '',
    forget: () => {
      for (const journal of [durable, seen]) journal.forget();
    },
    *texts(): Generator<readonly [string, Buffer]> {
      for (const [place, inode] of disk.files()) {
        if (!place.includes('/handoff/')) yield [place, inode.content()];
      }
    },
  };
}
