import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accessKeyId } from '../base/access-key-id.ts';
import { KeyturnError } from '../base/errors.ts';
import type { DeliveryReceipt, JournalRecord, RotationStep } from '../lifecycle/record.ts';
import { asRecorded, decodeRecord, encodeRecord, readRecord } from './record-codec.ts';

const OLD = accessKeyId('AKIAIOSFODNN7EXAMPLE');
const NEW = accessKeyId('AKIAI44QH8DHBEXAMPLE');

function record(step: RotationStep, more: object = {}): JournalRecord {
  const at = new Date('2026-02-28T12:00:00.000Z');
  const about = { v: 6, at, run: 'r', account: '123456789012', user: 'ada' } as const;
  return { ...about, rotation: 'one', step, ...more };
}

const RECEIPT: DeliveryReceipt = {
  ...{ kind: 'secrets-manager', reference: 'arn', version: 'v1', form: 'f', mark: 'm' },
  settle: { minutes: 5 },
  proof: 'marker',
};

const INTENDED: RotationStep = {
  type: 'intended',
  ...{ oldKeyId: OLD, knownKeyIds: [OLD, NEW], oldKeyFate: 'when-quiet' },
  ...{ target: { kind: 'handoff', place: '' }, hooks: ['after-deliver'] },
};

describe('a record of the journal as a line', () => {
  it('is read back as it was', () => {
    const steps: RotationStep[] = [
      INTENDED,
      { type: 'delivered', receipts: [RECEIPT, { ...RECEIPT, settle: 'at-once' }] },
      { type: 'deactivating', reason: 'why', althoughInUse: false, watchMinutes: 0.5 },
      { type: 'in-grace', notBefore: '2028-02-29T00:00:00Z' },
      { type: 'told' },
    ];
    for (const step of steps) {
      const given = record(step, { who: 'arn', plan: 'p' });
      assert.deepEqual(readRecord(encodeRecord(given)), given);
    }
  });

  it('is what is handed on before it was written (I8)', () => {
    const step = { ...INTENDED, wasInactive: undefined, secret: 's' };
    const target = { ...INTENDED.target, since: undefined, secret: 's' };
    const given = record({ ...step, target }, { plan: undefined, secret: 's' });
    const { record: kept, line } = asRecorded(given);
    assert.equal(line.includes('secret'), false);
    assert.deepEqual(kept, readRecord(line));
    assert.equal(asRecorded(kept).line, line);
    assert.deepEqual(Object.keys(kept), Object.keys(JSON.parse(line)));
  });

  it('has its fields in one order', () => {
    const { step, rotation, user, account, run, at, v } = record({ type: 'told' });
    assert.equal(
      encodeRecord({ step, rotation, user, account, run, at, v } as JournalRecord),
      '{"v":6,"at":"2026-02-28T12:00:00.000Z","run":"r","account":"123456789012","user":"ada",' +
        '"rotation":"one","step":{"type":"told"}}',
    );
  });
});

describe('a line that is no record', () => {
  const good = JSON.parse(encodeRecord(record({ type: 'delivered', receipts: [RECEIPT] })));
  const withReceipt = (more: object) => ({
    ...good,
    step: { type: 'delivered', receipts: [RECEIPT, { ...RECEIPT, ...more }] },
  });
  const table: [string, unknown, problem: string][] = [
    ['a text', 'text', 'record is not valid'],
    ['a list', [], 'record is not valid'],
    ['a version from before the first', { ...good, v: 0 }, 'v is not valid'],
    ['a day that never was', { ...good, at: '2026-02-29T12:00:00Z' }, 'at is not valid'],
    ['a time of another zone', { ...good, at: '2026-02-28T12:00:00+01:00' }, 'at is not valid'],
    ['no user', { ...good, user: '' }, 'user is not valid'],
    ['no step', { ...good, step: undefined }, 'step is not valid'],
    ['a step without a type', { ...good, step: {} }, 'step.type is not valid'],
    ['a step that nobody knows', { ...good, step: { type: 'constructor' } }, 'step "constructor"'],
    ['a step of a key in a rotation', { ...good, step: { type: 'lapsed' } }, 'step "lapsed"'],
    ['a step of a later format', { ...good, v: 1, step: { type: 'told' } }, 'in format 1'],
    ['a field too few', withReceipt({ kind: undefined }), 'delivered: receipts.1.kind is not'],
    ['null for a field', withReceipt({ version: null }), 'receipts.1.version is not valid'],
    [
      'a time below nothing',
      withReceipt({ settle: { minutes: -1 } }),
      'receipts.1.settle.minutes is',
    ],
    ['a word for neither', withReceipt({ settle: 'soon' }), 'receipts.1.settle is not'],
    ['a word of no meaning', withReceipt({ proof: 'hope' }), 'receipts.1.proof is not valid'],
    [
      'a key ID that is none',
      { ...good, step: { type: 'created', newKeyId: 'AKIA' } },
      'created: newKeyId is not valid',
    ],
  ];
  for (const [name, line, problem] of table) {
    it(name, () => {
      assert.throws(
        () => decodeRecord(line, 'line 7'),
        (thrown: unknown) =>
          thrown instanceof KeyturnError &&
          thrown.code === 'journal-damaged' &&
          thrown.message.startsWith('line 7 cannot be read: ') &&
          thrown.message.includes(problem),
      );
    });
  }
});
