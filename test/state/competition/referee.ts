// The referee of a competition: hears every step, plays IAM, and reads the table. It knows who has a user by
// the table itself, at the very moment at which a change is carried out.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { textOf } from '../../../src/sandbox/dynamodb/table.ts';
import type { Sandbox } from '../../../src/sandbox/index.ts';
import { ACCOUNT } from '../support.ts';
import { COMPETITION, type Told } from './terms.ts';

export class Referee {
  readonly #sandbox: Sandbox;
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
  #heard: (told: Told) => void = () => {};

  constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox;
  }

  async open(): Promise<string> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.#hear(JSON.parse(Buffer.concat(chunks).toString()) as Told);
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

  /** Resolves with the next thing that is told and fits. */
  async next(fits: (told: Told) => boolean): Promise<Told> {
    return await new Promise((resolve) => {
      const before = this.#heard;
      this.#heard = (told) => {
        before(told);
        if (!fits(told)) return;
        this.#heard = before;
        resolve(told);
      };
    });
  }

  #hear(told: Told): void {
    const { what, section, user } = told;
    if (what === 'enter') {
      for (const [other, its] of this.inside) {
        if (its.user !== user) continue;
        this.takenOver += 1;
        this.inside.delete(other);
      }
      this.inside.set(section, told);
      this.#epochs.set(section, this.holderOf(user));
    }
    if (this.inside.has(section)) this.inside.set(section, told);
    if (what === 'recorded') this.confirmed.push(told);
    if (what === 'change') this.#judge(told);
    if (what === 'leave' && this.inside.delete(section)) this.sections += 1;
    if (what === 'refused') this.refused += 1;
    if (what === 'failed') this.failures.push(told.why ?? '');
    this.#heard(told);
  }

  /** As IAM does: what is signed too long ago is not looked at. */
  #judge({ section, user, signedAt = 0 }: Told): void {
    if (Date.now() - signedAt > COMPETITION.signatureLifeMs) this.expired += 1;
    else if (this.holderOf(user) !== this.#epochs.get(section)) this.lateChanges += 1;
  }

  /** Names the claim that a user is under now. */
  holderOf(user: string): string {
    const head = this.#table.get(`A#${ACCOUNT}`, `H#${user}`);
    return textOf(head?.nonce) ?? '';
  }

  get #table() {
    const tables = this.#sandbox.world.account(ACCOUNT).tables.get('us-east-1');
    if (tables === undefined) throw new RangeError('there are no tables');
    return tables.named(COMPETITION.table);
  }

  /** What the table says against the competitors: lost records, and records of somebody taken over. */
  audit(): { readonly lost: number; readonly late: number; readonly records: number } {
    let [late, records] = [0, 0];
    const found = new Set<string>();
    for (let number = 0; number < COMPETITION.users; number += 1) {
      let epoch = 0;
      for (const { rec, epoch: its } of this.#table.partition(`U#${ACCOUNT}#user-${number}`)) {
        records += 1;
        const { rotation, step } = JSON.parse(textOf(rec) ?? '{}');
        found.add(`${rotation} ${step.type}`);
        const own = its !== undefined && 'N' in its ? Number(its.N) : 0;
        if (own < epoch) late += 1;
        epoch = Math.max(epoch, own);
      }
    }
    const lost = this.confirmed.filter(({ section, step }) => !found.has(`${section} ${step}`));
    return { lost: lost.length, late, records };
  }
}
