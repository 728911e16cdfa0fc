// State in two tables of Amazon DynamoDB: for runners whose disk does not last, and for several of them.
// Import this module lazily: it loads the schema library.

import { hostname } from 'node:os';
import type { AwsTables } from '../../base/aws-tables.ts';
import type { Clock } from '../../base/clock.ts';
import type { Box } from '../../custody/box.ts';
import { Boxes, type BoxOpeners } from '../../custody/boxes.ts';
import { demandAccountId, isAccountId } from '../account-id.ts';
import type {
  Access,
  AccountDump,
  AccountState,
  Compacted,
  Notices,
  StateStore,
} from '../state-store.ts';
import { tableAccount } from './account.ts';
import { compactAccount } from './compaction.ts';
import { refuseNewer } from './head.ts';
import { ACCOUNTS, accountKey, PROBES, TABLE_FORMAT, trailHeadKey } from './keys.ts';
import { tableNotices } from './notices.ts';
import { type Doing, inWordsOf, Table } from './table.ts';
import { TableTrail } from './trail.ts';

export interface DynamoDbStoreOptions {
  readonly tables: AwsTables;
  readonly table: string;
  readonly custodyTable: string;
  /** Seals new secrets. */
  readonly box: Box;
  /** The other ones, for what was sealed otherwise; none where nothing ever was. */
  readonly openers?: BoxOpeners | undefined;
  readonly clock: Clock;
  /** The random ID of the run, as in its journal records. */
  readonly run: string;
  /** Who works here, for people: this process, unless a simulation has others in its place. */
  readonly owner?: string;
  /** Spread repeats; a simulation puts its own in its place. */
  readonly random?: () => number;
  readonly steady?: () => number;
  /** For tests, which do not wait half an hour. */
  readonly leaseMs?: number;
  readonly signatureLifeMs?: number;
}

/** What proves that a table can be written; it says nothing. */
const PROBE = { pk: PROBES, sk: 'probe' } as const;

export class DynamoDbStore implements StateStore {
  readonly where: string;
  readonly run: string;
  readonly #options: DynamoDbStoreOptions;
  readonly #table: Table;
  readonly #owner: string;
  readonly #boxes: Boxes;
  readonly #proved = new Set<Access>();

  constructor(options: DynamoDbStoreOptions) {
    const { tables, table, custodyTable, run } = options;
    this.where = `dynamodb:${table}@${tables.region}`;
    this.run = run;
    this.#options = options;
    this.#table = new Table({ ...options, name: table, custodyName: custodyTable });
    this.#boxes = new Boxes(options.box, options.openers);
    this.#owner = options.owner ?? `process ${process.pid} on host ${hostname()}`;
  }

  get notices(): Notices {
    return tableNotices(this.#table);
  }

  async open(account: string, access: Access, who?: string): Promise<AccountState> {
    demandAccountId(account);
    if (access === 'foretell') await this.prepare(access);
    if (access === 'write') await this.#makeAccount(account);
    else await this.#refuseNewerAccount(account, access);
    const sealing = { box: this.#options.box, boxes: this.#boxes };
    return await tableAccount({ ...this.#partsOf(account, who), ...sealing }, access);
  }

  #partsOf(account: string, who?: string) {
    const { run, clock } = this.#options;
    const table = this.#table;
    const trail = new TableTrail({ table, account, clock });
    return { table, account, clock, owner: this.#owner, by: { run, who }, trail };
  }

  async accounts(): Promise<readonly string[]> {
    const { name } = this.#table;
    const items = await this.#table.query({ table: name, pk: ACCOUNTS }, this.#doing('read'));
    for (const { fmt } of items) refuseNewer(fmt, name);
    return items
      .map(({ sk }) => String(sk))
      .filter(isAccountId)
      .toSorted();
  }

  /** Once a run: what was proved stays so, and a run may open thousands of accounts. */
  async prepare(access: Access): Promise<void> {
    if (this.#proved.has(access)) return;
    const { name, custodyName } = this.#table;
    const doing = this.#doing(access === 'write' ? 'written' : 'read');
    for (const table of new Set([name, custodyName])) {
      await this.#table.get(table, PROBE, doing);
      if (access !== 'write') continue;
      await this.#table.write([{ kind: 'put', table, item: { ...PROBE, run: this.run } }], doing);
    }
    const { box } = this.#options;
    const proving: Doing = {
      code: 'state-dir',
      what: `secrets cannot be sealed for ${custodyName}`,
    };
    if (access !== 'read') await inWordsOf(proving, () => box.prove());
    this.#proved.add(access);
  }

  async compact(account: string): Promise<Compacted> {
    demandAccountId(account);
    return await compactAccount(this.#partsOf(account));
  }

  async dump(account: string): Promise<AccountDump> {
    const { custody } = await this.open(account, 'read');
    const { dumpTables } = await import('./transfer.ts');
    return await dumpTables({ ...this.#partsOf(account), custody });
  }

  async load(account: string, dump: AccountDump): Promise<void> {
    const { custody } = await this.open(account, 'write');
    const { loadTables } = await import('./transfer.ts');
    await loadTables(dump, { ...this.#partsOf(account), custody });
  }

  /** I12: who only reads refuses what a run would. */
  async #refuseNewerAccount(account: string, access: Access): Promise<void> {
    const { name } = this.#table;
    // No intent is recorded that cannot be told in the trail; who only looks needs none.
    const trail = access === 'foretell' ? [trailHeadKey(account)] : [];
    for (const key of [accountKey(account), ...trail]) {
      const item = await this.#table.get(name, key, this.#doing('read'));
      refuseNewer(item?.fmt, name);
    }
  }

  /** The proof that something can be kept, and the mark by which the account is known. */
  async #makeAccount(account: string): Promise<void> {
    await this.prepare('write');
    const table = this.#table.name;
    const doing = this.#doing('written');
    const written = await this.#table.write(
      [
        {
          kind: 'update',
          table,
          key: accountKey(account),
          update: 'SET #fmt = if_not_exists(#fmt, :fmt)',
          values: { fmt: TABLE_FORMAT },
        },
      ],
      doing,
    );
    if (written.kind === 'done') refuseNewer(written.item?.fmt, table);
  }

  #doing(what: 'read' | 'written'): Doing {
    return { code: 'state-dir', what: `table ${this.#table.name} cannot be ${what}` };
  }
}
