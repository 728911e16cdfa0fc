// Scenes whose state is in tables of the practice AWS, for a runner that has no disk. They are set as those in
// files are, and moved; what is looked at afterwards is a copy of the tables in files.

import { existsSync, rmSync } from 'node:fs';
import { openingOf } from '../../src/app/open-state.ts';
import { openAwsState } from '../../src/aws/open-aws-state.ts';
import type { AwsDataKeys } from '../../src/base/aws-tables.ts';
import { systemClock } from '../../src/base/clock.ts';
import { kmsBox } from '../../src/custody/kms-box.ts';
import { textOf } from '../../src/sandbox/dynamodb/table.ts';
import { DEFAULT_ACCOUNT_ID, type Sandbox } from '../../src/sandbox/index.ts';
import { DynamoDbStore } from '../../src/state/dynamodb/dynamodb-store.ts';
import { FileStore } from '../../src/state/files/file-store.ts';
import type { StateStore } from '../../src/state/state-store.ts';
import { makeState } from '../../src/state/stores.ts';
import { transferAccount } from '../../src/state/transfer.ts';
import { clientOf } from '../state/in-tables.ts';
import { plainTextOf } from '../state/table-texts.ts';
import type { Arena } from './arena.ts';
import type { Scene } from './scene.ts';

const TABLE = 'keyturn';
const PLACE = `dynamodb:${TABLE}`;
/** Claims of whoever died are over by then. */
const LEASE_HOURS = 1;

export function inTables(scene: Scene): Scene {
  return {
    ...scene,
    name: `${scene.name}, in tables`,
    prepare: async (arena) => {
      await scene.prepare(arena);
      await moveIn(arena);
    },
    faults: async (arena) => {
      await arena.copyState();
      return await scene.faults(arena);
    },
  };
}

async function moveIn(arena: Arena): Promise<void> {
  const { sandbox } = arena;
  const env = { ...process.env, ...sandbox.endpointEnv(), AWS_EC2_METADATA_DISABLED: 'true' };
  await makeState(PLACE, openingOf({ clock: systemClock, env }));
  const store = await storeOf(sandbox);
  if (existsSync(arena.accountFolder)) {
    await transferAccount(DEFAULT_ACCOUNT_ID, {
      from: filesOf(arena),
      to: store,
      clock: systemClock,
    });
    rmSync(arena.stateDir, { recursive: true });
  }
  arena.keepStateIn({
    place: PLACE,
    settle: () => arena.passHours(LEASE_HOURS),
    copy: async () => {
      rmSync(arena.stateDir, { recursive: true, force: true });
      await transferAccount(DEFAULT_ACCOUNT_ID, {
        from: store,
        to: filesOf(arena),
        clock: systemClock,
      });
    },
    texts: () => textsOf(sandbox),
  });
  sandbox.requests.clear();
}

function filesOf({ stateDir }: Arena): StateStore {
  return new FileStore({ directory: stateDir, clock: systemClock, run: 'earlier' });
}

/** Without a wire, whose signatures would be of this machine's time. */
async function storeOf(sandbox: Sandbox): Promise<StateStore> {
  const { world, clock } = sandbox;
  const tables = world.account(DEFAULT_ACCOUNT_ID).tables.get('us-east-1');
  if (tables === undefined) throw new RangeError('there are no tables');
  const env = { ...process.env, ...sandbox.endpointEnv() };
  const { dataKeys } = await openAwsState({ clock: systemClock, env });
  const custodyTable = `${TABLE}-custody`;
  return new DynamoDbStore({
    ...{ table: TABLE, custodyTable, clock: systemClock, run: 'earlier', steady: () => 0 },
    tables: clientOf({ tables, now: () => new Date(clock.signatureNowMs()) }),
    box: kmsBox({
      dataKeys: inOurTime(dataKeys, sandbox),
      keyId: `alias/${TABLE}`,
      place: custodyTable,
    }),
  });
}

/** This process lives on this machine's time, whatever time the scene has come to. */
function inOurTime(dataKeys: AwsDataKeys, { clock }: Sandbox): AwsDataKeys {
  const now = async <T>(ask: () => Promise<T>): Promise<T> => {
    const skewMs = clock.signatureSkewMs;
    clock.signatureSkewMs = 0;
    try {
      return await ask();
    } finally {
      clock.signatureSkewMs = skewMs;
    }
  };
  return {
    generate: (keyId, context) => now(() => dataKeys.generate(keyId, context)),
    unwrap: (keyId, wrapped, context) => now(() => dataKeys.unwrap(keyId, wrapped, context)),
  };
}

function textsOf({ world }: Sandbox): ReadonlyMap<string, string> {
  const tables = world.account(DEFAULT_ACCOUNT_ID).tables.get('us-east-1')?.all ?? [];
  return new Map(
    tables.flatMap((table) =>
      table.items.map((item) => [
        `table ${table.shape.name} ${textOf(item.pk)} ${textOf(item.sk)}`,
        plainTextOf(item),
      ]),
    ),
  );
}
