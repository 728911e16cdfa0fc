// Ten runners that are started at once on one account, with nothing in common but the tables: each due user
// is rotated once. And what is in the tables then, in what they printed and logged: no secret.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { textOf } from '../../../src/sandbox/dynamodb/table.ts';
import type { Item } from '../../../src/sandbox/dynamodb/value.ts';
import { ACCOUNT } from '../support.ts';
import { plainTextOf } from '../table-texts.ts';
import { Field } from './field.ts';

const DUE = 6;
const RUNNERS = 10;

function textsIn({ sandbox }: Field): ReadonlyMap<string, string> {
  const tables = sandbox.world.account(ACCOUNT).tables.get('us-east-1')?.all ?? [];
  return new Map(
    tables.flatMap((table) =>
      table.items.map((item) => [`${textOf(item.pk)} ${textOf(item.sk)}`, plainTextOf(item)]),
    ),
  );
}

it('I8, I9: of ten runners started at once each due user is rotated once, and no secret is anywhere', async (test) => {
  const field = await Field.open(test, { due: DUE });
  const runs = await Promise.all(Array.from({ length: RUNNERS }, () => field.start().ended));
  assert.deepEqual(field.faults, [], runs.map(({ stderr }) => stderr.slice(-500)).join('\n'));
  assert.equal(field.done('CreateAccessKey').length, DUE);
  // Whoever came too late was told so, or found nothing to do.
  for (const { code } of runs) assert.ok(code === 0 || code === 1, `exit ${code}`);

  const texts = textsIn(field);
  assert.ok(texts.size > DUE * 5);
  assert.deepEqual(field.leaksIn(texts), [], 'in the tables');
  assert.deepEqual(field.leaksIn(field.saidBy(runs)), [], 'in what was said');
  // Control: where one is, it is found.
  const bytes = Buffer.from(field.secrets[0] ?? '').toString('base64');
  const planted: Item = { pk: { S: 'x' }, sk: { S: 'y' }, ct: { B: bytes } };
  const leaks = new Map([
    ['plain', plainTextOf(planted)],
    ['in base64', JSON.stringify(planted)],
  ]);
  assert.deepEqual(field.leaksIn(leaks), ['plain', 'in base64']);
});
