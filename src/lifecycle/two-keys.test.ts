import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accessKeyId } from '../base/access-key-id.ts';
import { hintText } from '../base/hint.ts';
import { UserHistory } from './history.ts';
import type { KeyDetails, LastUse } from './keys.ts';
import type { JournalRecord, RotationStep } from './record.ts';
import { keyToStop, stopLeakedAdvice, type TwoKeysFacts, twoKeysAdvice } from './two-keys.ts';
import { NEVER_LOOKED } from './use-history.ts';

const NOW = new Date('2026-06-30T12:00:00Z');
const DAY = 86_400_000;
const daysAgo = (days: number) => new Date(NOW.getTime() - days * DAY);
const id = (name: string) => accessKeyId(`AKIAEXAMPLE${name.padStart(9, '0')}`);
const [OLD, NEW, BEFORE] = [id('OLD'), id('NEW'), id('BEFORE')] as const;
const used = (days: number): LastUse => ({ used: 'at', at: daysAgo(days), service: 's3' });
const never: LastUse = { used: 'never' };

const key = (keyId: KeyDetails['id'], age: number, lastUse: KeyDetails['lastUse']): KeyDetails => ({
  id: keyId,
  status: 'Active',
  createdAt: daysAgo(age),
  lastUse,
});
const pair = (old: KeyDetails['lastUse'], made: KeyDetails['lastUse']) => [
  key(NEW, 50, made),
  key(OLD, 200, old),
];

/** A rotation from one key to another that has come to these steps after its delivery. */
function rotated(oldKeyId: KeyDetails['id'], newKeyId: KeyDetails['id'], ...ends: object[]) {
  const target = { kind: 'secrets-manager', place: 'app/ada' };
  const steps: readonly object[] = [
    { type: 'intended', oldKeyId, knownKeyIds: [oldKeyId], oldKeyFate: 'keep', target },
    { type: 'created', newKeyId },
    { type: 'proved', checks: 3 },
    { type: 'delivered', receipts: [] },
    ...ends,
  ];
  return new UserHistory(
    steps.map((step, index) => {
      const at = new Date(daysAgo(50).getTime() + index * 1_000);
      const envelope = { v: 4, run: 'r', account: '123456789012', user: 'ada' } as const;
      return { ...envelope, at, rotation: 'r1', step: step as RotationStep } as JournalRecord;
    }),
  );
}

const completed = { type: 'completed' };
const undone = [
  { type: 'undoing', toKeyId: OLD, fromKeyId: NEW, fromKeyFate: 'deactivate' },
  { type: 'undone', notPutBack: [] },
];

const neverLooked: TwoKeysFacts['usesOf'] = () => NEVER_LOOKED;

function chosen(
  keys: readonly KeyDetails[],
  history = new UserHistory(),
  { now = NOW, usesOf = neverLooked }: Partial<TwoKeysFacts> = {},
) {
  const found = keyToStop(keys, { history, now, usesOf });
  return found && [found.stop.id, found.why];
}

describe('which of two Active keys a person should stop', () => {
  it('the silence of a key that was Inactive until yesterday says nothing', () => {
    const usesOf: TwoKeysFacts['usesOf'] = (each) =>
      each.id === OLD ? { ...NEVER_LOOKED, activeSince: daysAgo(1) } : NEVER_LOOKED;
    const keys = pair(used(80), used(45));
    assert.deepEqual(chosen(keys), [OLD, 'older']);
    assert.deepEqual(chosen(keys, new UserHistory(), { usesOf }), [NEW, 'unused']);
    const advice = twoKeysAdvice(pair(used(80), used(1)), {
      ...{ history: new UserHistory(), now: NOW, usesOf },
    });
    assert.match(hintText(advice), new RegExp(`^both are in use: move .* the older one, ${OLD}`));
  });

  const none = new UserHistory();
  const table: readonly (readonly [string, KeyDetails[], UserHistory, unknown])[] = [
    ['both are busy: the older one', pair(used(0), used(0)), none, [OLD, 'older']],
    ['neither is: the older one', pair(used(80), used(40)), none, [OLD, 'older']],
    ['neither was ever used', pair(never, never), none, [OLD, 'older']],
    ['nobody can tell', pair('unreadable', 'unreadable'), none, [OLD, 'older']],
    ['the older one is out of use', pair(used(80), used(1)), none, [OLD, 'unused']],
    ['the newer one is out of use', pair(used(1), used(45)), none, [NEW, 'unused']],
    ['what nobody can tell is in use', pair('unreadable', used(45)), none, [NEW, 'unused']],
    [
      'the newer one is too young to have been used',
      [key(OLD, 200, used(1)), key(NEW, 2, never)],
      none,
      [OLD, 'older'],
    ],
    [
      'one took over from the other',
      pair(used(0), used(45)),
      rotated(OLD, NEW, completed),
      [OLD, 'replaced'],
    ],
    [
      'an undo went back',
      pair(used(0), used(0)),
      rotated(OLD, NEW, completed, ...undone),
      [NEW, 'undone'],
    ],
    [
      'a rotation delivered the older one',
      pair(used(45), used(0)),
      rotated(BEFORE, OLD, completed),
      [NEW, 'delivered'],
    ],
    [
      'a rotation delivered the newer one',
      pair(used(0), used(45)),
      rotated(BEFORE, NEW, completed),
      [OLD, 'delivered'],
    ],
    ['one key', [key(OLD, 200, used(0))], none, undefined],
  ];
  for (const [name, keys, history, expected] of table) {
    it(name, () => {
      assert.deepEqual(chosen(keys, history), expected);
      assert.deepEqual(chosen(keys.toReversed(), history), expected);
    });
  }

  it('does not change from one minute to the next, whichever key was used last', () => {
    for (let minutes = 0; minutes < 60; minutes += 1) {
      const now = new Date(NOW.getTime() + minutes * 60_000);
      const ago = (at: number): LastUse => ({
        used: 'at',
        at: new Date(now.getTime() - at * 60_000),
      });
      const keys = pair(ago(minutes % 7), ago(minutes % 5));
      assert.deepEqual(chosen(keys, none, { now }), [OLD, 'older']);
    }
  });
});

describe('the advice about two Active keys', () => {
  it('stops the key, and deletes it later', () => {
    const advice = hintText(
      twoKeysAdvice(pair(used(0), used(45)), {
        history: new UserHistory(),
        now: NOW,
        usesOf: neverLooked,
      }),
    );
    assert.equal(
      advice,
      [
        `${OLD} is in use, ${NEW} seems not to be: make ${NEW} Inactive:`,
        `  keyturn keys deactivate ${NEW}`,
        'when nothing has missed it for 30 days, delete it, and run again:',
        `  keyturn keys delete ${NEW}`,
      ].join('\n'),
    );
  });

  it('after a leak stops the one that leaked, or leaves it to the person which that is', () => {
    const keys = pair(used(0), used(0));
    assert.equal(
      hintText(stopLeakedAdvice(keys, OLD)),
      `stop the leaked one, and give its readers ${NEW}:\n  keyturn keys deactivate ${OLD} --although-in-use`,
    );
    const reach = { flags: ['--profile', 'ops'] };
    const either = hintText(stopLeakedAdvice(keys, undefined, reach));
    for (const each of [OLD, NEW]) {
      assert.match(
        either,
        new RegExp(`keyturn keys deactivate ${each} --although-in-use --profile ops`),
      );
    }
  });
});
