// The referee of a competition: hears every step, plays IAM, and reads the table. It knows who has a user by
// the table itself, at the very moment at which a change is carried out: whoever tells of it waits meanwhile.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AwsTables, TableItem, TablePage, TableRead } from '../../../src/base/aws-tables.ts';
import { ACCOUNT } from '../support.ts';
import { COMPETITION, type Told } from './terms.ts';

/** What the table says against the competitors. */
export interface Audit {
  /** Confirmed records that are not there. */
  readonly lost: number;
  /** Records of somebody who had been taken over. */
  readonly late: number;
  readonly records: number;
}

export class Referee {
  readonly #tables: AwsTables;
  #server: Server | undefined;
  /** The sections that are under way, with what was told of them last. */
  readonly inside = new Map<string, Told>();
  readonly #epochs = new Map<string, string>();
  readonly confirmed: Told[] = [];
  readonly failures: string[] = [];
  sections = 0;
  takenOver = 0;
  refused = 0;
  /** Changes that IAM would not take any more. */
  expired = 0;
  /** Changes carried out for somebody who had been taken over. */
  lateChanges = 0;
  isOver = false;

  constructor(tables: AwsTables) {
    this.#tables = tables;
  }

  async open(): Promise<string> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', async () => {
        await this.#hear(JSON.parse(Buffer.concat(chunks).toString()) as Told).catch(
          (thrown: unknown) => this.failures.push(`the referee: ${String(thrown)}`),
        );
        response.writeHead(this.isOver ? 410 : 200).end();
      });
    });
    // Longer than anybody sleeps.
    server.keepAliveTimeout = 60_000;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.#server = server;
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  close(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }

  async #hear(told: Told): Promise<void> {
    const { what, section, user } = told;
    if (what === 'enter') {
      for (const [other, its] of this.inside) {
        if (its.user !== user) continue;
        this.takenOver += 1;
        this.inside.delete(other);
      }
      this.inside.set(section, told);
      this.#epochs.set(section, await this.holderOf(user));
    }
    if (this.inside.has(section)) this.inside.set(section, told);
    if (what === 'recorded') this.confirmed.push(told);
    if (what === 'change') await this.#judge(told);
    if (what === 'leave' && this.inside.delete(section)) this.sections += 1;
    if (what === 'refused') this.refused += 1;
    if (what === 'failed') this.failures.push(told.why ?? '');
  }

  /** As IAM does: what is signed too long ago is not looked at. */
  async #judge({ section, user, signedAt = 0 }: Told): Promise<void> {
    const isExpired = Date.now() - signedAt > COMPETITION.signatureLifeMs;
    if (isExpired) this.expired += 1;
    else if ((await this.holderOf(user)) !== this.#epochs.get(section)) this.lateChanges += 1;
  }

  /** Names the claim that a user is under now. */
  async holderOf(user: string): Promise<string> {
    const { table } = COMPETITION;
    const head = await this.#tables.get(table, { pk: `A#${ACCOUNT}`, sk: `H#${user}` });
    return String(answered(head)?.nonce ?? '');
  }

  async #recordsOf(user: string): Promise<readonly TableItem[]> {
    const found: TableItem[] = [];
    let after: TablePage['next'];
    do {
      const query = { table: COMPETITION.table, pk: `U#${ACCOUNT}#${user}`, after };
      const page = answered(await this.#tables.query(query));
      found.push(...page.items);
      after = page.next;
    } while (after !== undefined);
    return found;
  }

  async audit(): Promise<Audit> {
    // What is confirmed while the table is read may be in none of the pages.
    const confirmed = [...this.confirmed];
    let [late, records] = [0, 0];
    const found = new Set<string>();
    for (let number = 0; number < COMPETITION.users; number += 1) {
      let epoch = 0;
      for (const { rec, epoch: its } of await this.#recordsOf(`user-${number}`)) {
        records += 1;
        const { rotation, step } = JSON.parse(String(rec));
        found.add(`${rotation} ${step.type}`);
        const own = Number(its);
        if (own < epoch) late += 1;
        epoch = Math.max(epoch, own);
      }
    }
    const lost = confirmed.filter(({ section, step }) => !found.has(`${section} ${step}`));
    return { lost: lost.length, late, records };
  }
}

function answered<T>(answer: TableRead<T>): T {
  if (answer.kind === 'done') return answer.value;
  throw answer.error;
}
