// I12: what a run refuses because a newer version wrote it, a dry run and a look refuse too.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { clientOf, newDataKeys, newTableServer } from '../../../test/state/in-tables.ts';
import { INTENDED } from '../../../test/state/subject.ts';
import { ACCOUNT, NEW_KEY, settableClock } from '../../../test/state/support.ts';
import type { ItemKey } from '../../base/aws-tables.ts';
import { kmsBox } from '../../custody/kms-box.ts';
import type { Access } from '../state-store.ts';
import { DynamoDbStore } from './dynamodb-store.ts';
import { accountKey, headKey, partitionOf, trailHeadKey } from './keys.ts';

const NAMES = { table: 'keyturn', custodyTable: 'keyturn-custody' };

const ITEMS: readonly (readonly [what: string, key: ItemKey])[] = [
  ['the account', accountKey(ACCOUNT)],
  ['the head of a user', headKey(ACCOUNT, 'alice')],
  ['the audit trail', trailHeadKey(ACCOUNT)],
  ['sightings', { pk: partitionOf(ACCOUNT), sk: 'S#0000' }],
];

for (const [what, key] of ITEMS) {
  it(`${what} of a newer format is refused, whatever is to be done`, async () => {
    const clock = settableClock();
    const tables = clientOf(newTableServer(Object.values(NAMES), () => clock.now()));
    const box = kmsBox({
      ...{ dataKeys: newDataKeys(), keyId: 'alias/keyturn', place: NAMES.custodyTable },
    });
    const store = new DynamoDbStore({ ...NAMES, tables, box, clock, run: 'run', steady: () => 0 });
    const account = await store.open(ACCOUNT, 'write');
    await account.exclusively('alice', async (log) => {
      await log.record('r1', INTENDED);
    });
    await account.sightings.remember([{ at: clock.now(), keyIds: [NEW_KEY] }]);
    const update = 'SET #fmt = :fmt';
    await tables.write(
      [{ kind: 'update', table: NAMES.table, key, update, values: { fmt: 99 } }],
      'w',
    );
    for (const access of ['read', 'foretell', 'write'] satisfies readonly Access[]) {
      const look = async () => {
        const opened = await store.open(ACCOUNT, access);
        await opened.openUsers();
        if (access === 'write')
          await opened.exclusively('bob', (log) => log.record('r2', INTENDED));
      };
      // Who only looks at users needs no trail.
      if (access === 'read' && key.pk.startsWith('T#')) continue;
      await assert.rejects(look(), { code: 'journal-newer' }, access);
    }
  });
}
