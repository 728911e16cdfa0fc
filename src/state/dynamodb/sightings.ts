// What is remembered of keys, packed into a few items of an account. Each item is joined with what it holds
// before it is replaced, on the condition that nobody replaced it meanwhile; so a time never moves back.

import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { TableItem } from '../../base/aws-tables.ts';
import type { Clock } from '../../base/clock.ts';
import { KeyturnError } from '../../base/errors.ts';
import { newId } from '../../base/new-id.ts';
import { KnownSightings, type Sights, sightingsOver } from '../known-sightings.ts';
import { decodeSights, encodeSights, type RecordedSightings } from '../sightings-codec.ts';
import type { Access, Sightings } from '../state-store.ts';
import { refuseNewer } from './head.ts';
import { partitionOf, SHARDS, TABLE_FORMAT } from './keys.ts';
import type { Doing, Table } from './table.ts';

/** Some forty kilobytes packed: a few of them are written when something is new. */
const ENTRIES_PER_SHARD = 2_000;
const SHARD_BYTES_MAX = 300_000;
const SHARDS_MAX = 4_096;
/** Each refusal means that somebody else was faster, so somebody gets on. */
const ROUNDS_MAX = 100;

const READING: Doing = { code: 'state-dir', what: 'the sightings of keys cannot be read' };
const WRITING: Doing = { code: 'state-dir', what: 'the sightings of keys cannot be written' };

export interface TableSightingsOptions {
  readonly table: Table;
  readonly account: string;
  readonly clock: Clock;
  readonly access: Access;
}

/** Throws `state-dir` when they are there and cannot be read or understood (I11). */
export async function openTableSightings(options: TableSightingsOptions): Promise<Sightings> {
  const known = new KnownSightings();
  let hasNews = false;
  let saving: Promise<void> = Promise.resolve();
  const refresh = async (): Promise<void> => void (await readShards(options, known));
  const save = async (): Promise<void> => {
    if (!hasNews) return;
    hasNews = false;
    try {
      await saveShards(options, known);
    } catch (thrown) {
      hasNews = true;
      throw thrown;
    }
  };
  await refresh();
  return sightingsOver(known, {
    refresh,
    remember: async (seen) => {
      hasNews = known.learn(seen) || hasNews;
      if (options.access !== 'write') return;
      const turn = saving.then(save);
      saving = turn.catch(() => undefined);
      await turn;
    },
  });
}

/** All that is remembered in the tables. */
export async function readAllSights(table: Table, account: string): Promise<Sights> {
  const known = new KnownSightings();
  await readShards({ table, account }, known);
  return known;
}

/** Joins what another store remembered. */
export async function mergeSights(table: Table, account: string, sights: Sights): Promise<void> {
  const known = new KnownSightings();
  known.merge(sights);
  // What is old there is not forgotten here: whoever saves next judges that by its own time.
  await saveShards({ table, account, clock: { now: () => new Date(0) } }, known);
}

/** What an item holds, and what names it. */
interface Shard {
  readonly text: string;
  readonly v: string;
}

async function readShards(
  { table, account }: Pick<TableSightingsOptions, 'table' | 'account'>,
  known: KnownSightings,
): Promise<ReadonlyMap<number, Shard>> {
  const items = await table.query(
    { table: table.name, pk: partitionOf(account), prefix: SHARDS },
    READING,
  );
  const shards = new Map<number, Shard>();
  const read: Sights[] = [];
  for (const item of items) {
    const text = textIn(item, table.name);
    const sights = decodeSights(jsonIn(text));
    if (sights === undefined) throw unreadable(item, table.name);
    read.push(sights);
    shards.set(numberOf(item), { text, v: String(item.v) });
  }
  // What was Active first, of all items: a sight of Inactive is judged by it.
  for (const sights of read) known.merge({ ...sights, inactive: NOTHING.inactive });
  for (const { inactive } of read) known.merge({ ...NOTHING, inactive });
  return shards;
}

const NOTHING: Sights = {
  active: new Map(),
  inactive: new Map(),
  activeAgain: new Map(),
  uses: new Map(),
};

type Saving = Pick<TableSightingsOptions, 'table' | 'account'> & {
  readonly clock: Pick<Clock, 'now'>;
};

async function saveShards(options: Saving, known: KnownSightings): Promise<void> {
  const { table, account, clock } = options;
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const before = await readShards(options, known);
    const after = packed(encodeSights(known, clock.now()), before.size);
    let isRefused = false;
    for (const [number, text] of after.entries()) {
      const shard = before.get(number);
      if (shard?.text === text) continue;
      isRefused = !(await putShard({ table, account, number }, text, shard)) || isRefused;
    }
    if (!isRefused) return;
  }
  throw new KeyturnError('state-dir', `${WRITING.what}: others write them all the time`, {
    hint: 'run again',
  });
}

interface ShardPlace {
  readonly table: Table;
  readonly account: string;
  readonly number: number;
}

/** False where somebody replaced it meanwhile. */
async function putShard(
  { table, account, number }: ShardPlace,
  text: string,
  before: Shard | undefined,
): Promise<boolean> {
  const v = newId();
  const sk = `${SHARDS}${String(number).padStart(4, '0')}`;
  const item = {
    ...{ pk: partitionOf(account), sk, v, fmt: TABLE_FORMAT },
    data: deflateRawSync(text),
  };
  const written = await table.write(
    [
      {
        kind: 'put',
        table: table.name,
        item,
        ...(before === undefined
          ? { condition: 'attribute_not_exists(#pk)' }
          : { condition: '#v = :seen', values: { seen: before.v } }),
      },
    ],
    WRITING,
  );
  return written.kind === 'done' || written.failed[0]?.found?.v === v;
}

/** The texts of the shards: twice as many until each fits, and never fewer than there are. */
function packed(recorded: RecordedSightings, countMin: number): readonly string[] {
  const kinds = Object.entries(recorded).filter(([, entries]) => typeof entries === 'object');
  const size = kinds.reduce((sum, [, entries]) => sum + Object.keys(entries).length, 0);
  let count = 1;
  while (count < countMin || size / count > ENTRIES_PER_SHARD) count *= 2;
  for (; ; count *= 2) {
    const texts = split(recorded, kinds, count);
    const fits = texts.every((text) => deflateRawSync(text).length <= SHARD_BYTES_MAX);
    if (fits || count >= SHARDS_MAX) return texts;
  }
}

function split(
  { format_version, last_seen_active: _ }: RecordedSightings,
  kinds: readonly (readonly [kind: string, entries: unknown])[],
  count: number,
): readonly string[] {
  type Kinds = Record<string, Record<string, unknown>>;
  const shards = Array.from({ length: count }, (): Kinds => ({ last_seen_active: {} }));
  for (const [kind, entries] of kinds) {
    for (const [name, value] of Object.entries(entries as Record<string, unknown>)) {
      const shard = shards[count === 1 ? 0 : hashOf(name) % count] as Kinds;
      const ofKind = shard[kind] ?? {};
      shard[kind] = ofKind;
      ofKind[name] = value;
    }
  }
  return shards.map((shard) => JSON.stringify({ format_version, ...shard }));
}

function hashOf(name: string): number {
  return createHash('sha256').update(name).digest().readUInt32BE(0);
}

function numberOf({ sk }: TableItem): number {
  return Number(String(sk).slice(SHARDS.length));
}

function textIn(item: TableItem, where: string): string {
  refuseNewer(item.fmt, where);
  const { data } = item;
  try {
    if (data instanceof Uint8Array) return inflateRawSync(data).toString('utf8');
  } catch {
    // Told below.
  }
  throw unreadable(item, where);
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unreadable({ pk, sk }: TableItem, where: string): KeyturnError {
  return new KeyturnError(
    'state-dir',
    `sightings ${String(pk)} ${String(sk)} in ${where} cannot be read`,
    {
      hint: 'restore that item from a backup; without it, clean-up could delete keys too early',
    },
  );
}
