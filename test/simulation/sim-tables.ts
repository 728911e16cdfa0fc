// State in tables: DynamoDB as the machines of a seed share it, over a network that throttles, loses, delays and
// repeats. What it does with a request is the sandbox's affair; what a process hears of it is decided here.

import { createDecipheriv } from 'node:crypto';
import type {
  AwsDataKeys,
  AwsTables,
  TableWrite,
  TableWritten,
  Unsure,
} from '../../src/base/aws-tables.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import type { JournalRecord } from '../../src/lifecycle/record.ts';
import { textOf } from '../../src/sandbox/dynamodb/table.ts';
import type { Item } from '../../src/sandbox/dynamodb/value.ts';
import { clientOf, newTableServer, type TableServer } from '../state/in-tables.ts';
import { plainTextOf } from '../state/table-texts.ts';
import type { Dice } from './dice.ts';
import type { FaultKind } from './faults.ts';
import { JournalView, recordIn } from './journal-view.ts';
import { never, type SimProcess } from './machine.ts';
import type { Medium } from './medium.ts';
import type { Schedule } from './schedule.ts';
import { SimKms, type Way } from './sim-kms.ts';
import { MINUTE_MS, type Stage, TOLERATED_SKEW_MS } from './stage.ts';
import { ACCOUNT, type SimKey } from './world.ts';

export const TABLE_NAMES = { table: 'keyturn', custodyTable: 'keyturn-custody' } as const;
export const STATE_KEY = 'alias/keyturn';

/** After this long without an answer a request is given up. */
const TIMEOUT_MS = 5_000;
/** The service does not take a request whose signature is older. */
const LATE_MS_MAX = 14 * MINUTE_MS;

const FATES = ['table-throttled', 'table-error', 'table-request-lost', 'table-reply-lost'] as const;
const FATES_OF_WRITES = [...FATES, 'table-lands-late', 'table-lands-twice'] as const;

type Fate = (typeof FATES_OF_WRITES)[number] | 'answered';

export class SimTables {
  readonly medium: Medium;
  readonly dice: Dice;
  /** Whether the clock that nobody sets stands still while a machine sleeps. */
  readonly steadySleeps: boolean;
  readonly #kms = new SimKms();
  readonly #server: TableServer;
  readonly #client: AwsTables;
  readonly #schedule: Schedule;
  /** In the order in which they were carried out. */
  readonly #records: JournalRecord[] = [];

  constructor(dice: Dice, schedule: Schedule) {
    this.dice = dice;
    this.#schedule = schedule;
    this.steadySleeps = dice.chance(0.5);
    this.#server = newTableServer(Object.values(TABLE_NAMES), () => this.#dated());
    this.#client = clientOf(this.#server);
    this.medium = this.#mediumOf();
  }

  tablesFor(process: SimProcess, stage: Stage): AwsTables {
    const asked = async <T extends object>(
      operation: string,
      serve: () => Promise<T>,
      kinds: readonly (typeof FATES_OF_WRITES)[number][] = FATES,
    ): Promise<T | Unsure> => await this.#asked({ process, stage, operation, kinds }, serve);
    return {
      region: 'us-east-1',
      get: (table, key) => asked(`GetItem ${key.sk}`, () => this.#client.get(table, key)),
      query: (query) => asked(`Query ${query.pk}`, () => this.#client.query(query)),
      write: async (writes, token) => {
        if (stage.faults.hit('sleeps-at-record')) await this.sleep(process);
        const serve = () => this.#carryOut(writes, token, { process, stage });
        return await asked(wordOf(writes), serve, FATES_OF_WRITES);
      },
    };
  }

  keysFor(process: SimProcess, { faults }: Stage): AwsDataKeys {
    const way: Way = async (operation, serve) => {
      if (process.dies()) return await never();
      await process.wait(this.dice.between(5, 60));
      if (process.dies()) return await never();
      if (isSkewed(process)) throw skewed(operation);
      if (faults.hit('kms-fails')) throw new KeyturnError('aws-error', `no answer to ${operation}`);
      return serve();
    };
    return this.#kms.reachedBy(way);
  }

  /** Its machine sleeps, for less than a lease or for much longer. */
  async sleep(process: SimProcess): Promise<void> {
    const durationMs = this.dice.between(MINUTE_MS, this.dice.pick([20, 60, 180]) * MINUTE_MS);
    process.note(`falls asleep for ${Math.round(durationMs / MINUTE_MS)} minutes`);
    process.suspend(durationMs);
    await process.wait(0);
  }

  async #asked<T extends object>(
    { process, stage, operation, kinds }: Asked,
    serve: () => Promise<T>,
  ): Promise<T | Unsure> {
    const { faults, schedule } = stage;
    if (process.dies()) return await never();
    if (isSkewed(process)) throw skewed(operation);
    const fate: Fate = kinds.find((kind) => faults.hit(kind)) ?? 'answered';
    const travelMs = this.dice.between(2, 40);
    process.note(`${operation}${fate === 'answered' ? '' : ` (${fate})`}`);
    const heard: { answer?: Promise<T> } = {};
    const carryOut = () => {
      heard.answer = serve();
    };
    const isCarriedOut =
      fate === 'answered' ||
      fate === 'table-reply-lost' ||
      fate === 'table-lands-twice' ||
      (fate === 'table-error' && this.dice.chance(0.5));
    if (isCarriedOut) schedule.after(travelMs, carryOut);
    if (fate === 'table-lands-late' || fate === 'table-lands-twice') {
      // Whoever gave it up hears nothing of it any more.
      schedule.after(this.dice.between(TIMEOUT_MS, LATE_MS_MAX), () => void serve());
    }
    const isLost = ['table-request-lost', 'table-reply-lost', 'table-lands-late'].includes(fate);
    await process.wait(isLost ? TIMEOUT_MS : travelMs + this.dice.between(2, 40));
    if (process.dies()) return await never();
    const isHeard = fate === 'answered' || fate === 'table-lands-twice';
    return isHeard && heard.answer !== undefined ? await heard.answer : unsure(fate);
  }

  /** Tells the referee which items the writes have changed. */
  #carryOut(
    writes: readonly TableWrite[],
    token: string,
    by: { readonly process: SimProcess; readonly stage: Stage },
  ): Promise<TableWritten> {
    const places = writes.map((write) => placeOf(write));
    const find = ({ table, pk, sk }: Place) => this.#server.tables.named(table).get(pk, sk);
    const before = places.map(find);
    const answer = this.#client.write(writes, token);
    for (const [index, place] of places.entries()) {
      const after = find(place);
      if (after !== before[index]) this.#changed(place, { before: before[index], after }, by);
    }
    return answer;
  }

  #changed(
    { pk, sk }: Place,
    { before, after }: { readonly before: Item | undefined; readonly after: Item | undefined },
    { process, stage }: { readonly process: SimProcess; readonly stage: Stage },
  ): void {
    const { leases } = stage.referee;
    const [kind = '', name = ''] = sk.split('#');
    if (kind === 'H')
      leases.changed(process, name, { before: claimIn(before), after: claimIn(after) });
    const record = kind === 'R' ? recordIn(textOf(after?.rec) ?? '') : undefined;
    if (record !== undefined) {
      this.#records.push(record);
      leases.written(process, pk.split('#')[2] ?? '', `records "${record.step.type}"`);
    }
    const state = kind === 'K' ? textOf(after?.state) : undefined;
    if (state === 'removed' || state === 'condemned') {
      leases.written(process, stage.world.key(name)?.user ?? '', `says that a secret is ${state}`);
    }
  }

  #mediumOf(): Medium {
    let next = 0;
    const journal = new JournalView({
      added: () => {
        const added = this.#records.slice(next);
        next = this.#records.length;
        return added;
      },
      forget: () => {
        next = 0;
      },
    });
    const custody = () => this.#server.tables.named(TABLE_NAMES.custodyTable);
    const itemOf = (keyId: string) => custody().get(`A#${ACCOUNT}`, `K#${keyId}`);
    const opened = new WeakMap<Item, string | undefined>();
    const keeps = ({ id, secret }: SimKey): boolean => {
      const item = itemOf(id);
      if (item === undefined || textOf(item.state) !== 'held') return false;
      if (!opened.has(item)) opened.set(item, this.#secretIn(item, id));
      return opened.get(item) === secret;
    };
    const server = this.#server;
    return {
      durable: journal,
      seen: journal,
      keeps,
      shows: keeps,
      remove: ({ id }) => {
        const { ct: _ct, iv: _iv, dk: _dk, ...rest } = itemOf(id) ?? {};
        const key = { pk: { S: `A#${ACCOUNT}` }, sk: { S: `K#${id}` } };
        custody().put(key.pk.S, key.sk.S, { ...rest, ...key, state: { S: 'removed' } });
      },
      isCondemned: (keyId) => textOf(itemOf(keyId)?.state) === 'condemned',
      hasSightings: true,
      trail: () =>
        server.tables
          .named(TABLE_NAMES.table)
          .items.filter(
            ({ pk, sk }) => textOf(pk) === `T#${ACCOUNT}` && textOf(sk)?.startsWith('L#'),
          )
          .toSorted((one, other) => ((textOf(one.sk) ?? '') < (textOf(other.sk) ?? '') ? -1 : 1))
          .map(({ line }) => textOf(line))
          .join('\n'),
      forget: () => journal.forget(),
      *texts(): Generator<readonly [string, string]> {
        for (const table of server.tables.all) {
          for (const item of table.items) {
            yield [`${table.shape.name} ${textOf(item.pk)} ${textOf(item.sk)}`, plainTextOf(item)];
          }
        }
      },
    };
  }

  /** As anybody could who has the key of KMS, by the description of the format and not by its code. */
  #secretIn(item: Item, keyId: string): string | undefined {
    const [ct, iv, dk] = [bytesOf(item, 'ct'), bytesOf(item, 'iv'), bytesOf(item, 'dk')];
    const plain = this.#kms.plainOf(dk);
    if (plain === undefined) return undefined;
    const { custodyTable } = TABLE_NAMES;
    const [user, rotation] = [textOf(item.user), textOf(item.rotation)];
    const bound = ['keyturn/custody/1', custodyTable, ACCOUNT, user, keyId, rotation];
    try {
      const cipher = createDecipheriv('aes-256-gcm', plain, iv);
      cipher.setAAD(Buffer.from(JSON.stringify(bound)));
      cipher.setAuthTag(ct.subarray(-16));
      return `${cipher.update(ct.subarray(0, -16), undefined, 'utf8')}${cipher.final('utf8')}`;
    } catch {
      return undefined;
    }
  }

  /** In whole seconds, and by one of several machines of the service. */
  #dated(): Date {
    const { nowMs } = this.#schedule;
    return new Date(Math.floor(nowMs / 1000) * 1000 + this.dice.pick([-1000, 0, 0, 1000]));
  }
}

interface Asked {
  readonly process: SimProcess;
  readonly stage: Stage;
  readonly operation: string;
  readonly kinds: readonly (FaultKind & Fate)[];
}

interface Place {
  readonly table: string;
  readonly pk: string;
  readonly sk: string;
}

function placeOf(write: TableWrite): Place {
  const { pk, sk } = write.kind === 'put' ? write.item : write.key;
  return { table: write.table, pk: String(pk), sk: String(sk) };
}

function wordOf(writes: readonly TableWrite[]): string {
  return writes.map((write) => `${write.kind} ${placeOf(write).sk}`).join(', ');
}

function claimIn(item: Item | undefined) {
  const nonce = textOf(item?.nonce);
  const until = item?.until;
  if (nonce === undefined || until === undefined || !('N' in until)) return undefined;
  return { nonce, untilMs: Number(until.N) };
}

function bytesOf(item: Item, name: string): Buffer {
  const value = item[name];
  return Buffer.from(value !== undefined && 'B' in value ? value.B : '', 'base64');
}

function isSkewed(process: SimProcess): boolean {
  return Math.abs(process.machine.offsetMs) > TOLERATED_SKEW_MS;
}

function skewed(operation: string): KeyturnError {
  return new KeyturnError('clock-skew', `simulated failure of ${operation}`);
}

function unsure(fate: Fate): Unsure {
  const error = new KeyturnError('aws-error', `no answer of the table: ${fate}`);
  return { kind: 'unsure', isThrottled: fate === 'table-throttled', error, at: undefined };
}
