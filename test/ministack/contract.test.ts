// State in tables on ministack: the same contract over a real wire, with the SDK's client and KMS, against a
// DynamoDB that nobody here wrote. What goes wrong goes wrong between the client and the store.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openingOf } from '../../src/app/open-state.ts';
import { type OpenedAwsState, openAwsState } from '../../src/aws/open-aws-state.ts';
import type { AwsTables } from '../../src/base/aws-tables.ts';
import { systemClock } from '../../src/base/clock.ts';
import { newId } from '../../src/base/new-id.ts';
import { keptTextsBox } from '../../src/custody/kept-texts.ts';
import { kmsBox } from '../../src/custody/kms-box.ts';
import { DynamoDbStore } from '../../src/state/dynamodb/dynamodb-store.ts';
import { examineState, makeState } from '../../src/state/stores.ts';
import { passesContract, passesCustodyContract } from '../state/contract.ts';
import { hurt, hurtKeys, type Mishap } from '../state/in-tables.ts';
import { hurtTexts } from '../state/kept-texts.ts';
import type { Medium } from '../state/subject.ts';
import { ACCOUNT, settableClock } from '../state/support.ts';
import { type Ministack, skipsMinistack, startMinistack } from './ministack.ts';

const skip = skipsMinistack();

describe('state in tables on ministack', { skip }, () => {
  let server: Ministack;
  let aws: OpenedAwsState;
  before(async () => {
    server = await startMinistack();
    aws = await openAwsState({ clock: systemClock, env: server.env });
    await (await aws.maker()).makeKey('alias/keyturn');
  });
  after(() => server?.stop());

  it('is made and found to be as it should be', async () => {
    const opening = openingOf({ clock: systemClock, env: server.env });
    const made = await makeState('dynamodb:made@us-east-1', opening);
    assert.deepEqual(made, ['table made', 'table made-custody', 'KMS key alias/made']);
    assert.deepEqual(await makeState('dynamodb:made@us-east-1', opening), []);
    const findings = await examineState('dynamodb:made@us-east-1', opening);
    assert.deepEqual(
      findings.map(({ verdict }) => verdict),
      ['fine', 'fine', 'fine'],
    );
  });

  const medium = async (): Promise<Medium> => await onMinistack(aws);
  passesContract({
    kind: 'dynamodb on ministack',
    medium,
    quickMedium: medium,
    faults: ['after'],
  });
  const beside = async (): Promise<Medium> => await onMinistack(aws, 'secrets-manager');
  passesCustodyContract({
    kind: 'dynamodb and Secrets Manager on ministack',
    medium: beside,
    quickMedium: beside,
    faults: ['after'],
  });
});

const LEASE_MS = 10 * 60_000;

async function onMinistack(
  { tables, dataKeys, texts, maker }: OpenedAwsState,
  kind: 'kms' | 'secrets-manager' = 'kms',
): Promise<Medium> {
  const table = `t${newId()}`;
  const names = { table, custodyTable: `${table}-custody` };
  const making = await maker();
  for (const name of Object.values(names)) await making.makeTable(name, false);
  const clock = settableClock();
  // To whoever comes after a process that died, so much later that its claims are over.
  let laterMs = 0;
  let isSomebodyDead = false;
  const sealing = (mishap: () => Mishap | undefined) =>
    kmsBox({
      ...{ keyId: 'alias/keyturn', place: names.custodyTable },
      dataKeys: hurtKeys(dataKeys, mishap),
    });
  const keeping = (mishap: () => Mishap | undefined) =>
    keptTextsBox({
      ...{ prefix: table, region: tables.region, how: { tags: { team: 'platform' } } },
      texts: async (region) => hurtTexts(await texts(region), mishap),
    });
  const open = (run: string, mishap: () => Mishap | undefined = () => undefined) =>
    new DynamoDbStore({
      ...{ ...names, run, clock, leaseMs: LEASE_MS, random: () => 0.01 },
      tables: hurt(later(tables, laterMs), mishap),
      box: kind === 'kms' ? sealing(mishap) : keeping(mishap),
    });
  return {
    store: (run) => {
      if (isSomebodyDead) laterMs += 2 * LEASE_MS;
      return open(run);
    },
    contents: () => contentsOf(tables, Object.values(names)),
    failing: (fault, operation) => {
      let count = Number.NEGATIVE_INFINITY;
      const mishap = (): Mishap | undefined => {
        count += 1;
        return count === operation ? (fault as Mishap) : undefined;
      };
      return {
        store: open('run-1', mishap),
        arm: () => {
          count = 0;
          isSomebodyDead = true;
        },
        wasReached: () => count >= operation,
      };
    },
  };
}

/** The same tables, whose clock is ahead by so much. */
function later(tables: AwsTables, laterMs: number): AwsTables {
  const dated = async <T extends { readonly at: Date | undefined }>(
    answer: Promise<T>,
  ): Promise<T> => {
    const { at, ...rest } = await answer;
    return { ...rest, at: at && new Date(at.getTime() + laterMs) } as T;
  };
  return {
    region: tables.region,
    get: (table, key) => dated(tables.get(table, key)),
    query: (query) => dated(tables.query(query)),
    write: (writes, token) => dated(tables.write(writes, token)),
  };
}

const PARTITIONS = ['A', `A#${ACCOUNT}`, `U#${ACCOUNT}#alice`, 'P'];

async function contentsOf(tables: AwsTables, names: readonly string[]): Promise<unknown> {
  const asked = names.flatMap((table) => PARTITIONS.map((pk) => tables.query({ table, pk })));
  const answers = await Promise.all(asked);
  return answers.map((answer) => (answer.kind === 'done' ? answer.value : answer.kind));
}
