// The part of the contract that is about a medium that fails: each operation is played with a fault at
// the first thing that it asks of the medium, at the second, and so on. It throws an error with a code,
// or it has happened; and whoever comes next finds the old state or the new one, never a half.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { inspect } from 'node:util';
import { KeyturnError } from '../../src/base/errors.ts';
import type { AccountState, StateStore } from '../../src/state/state-store.ts';
import { assertCoded, errorOf } from './coded-errors.ts';
import {
  CREATED,
  INTENDED,
  issued,
  type Medium,
  ROTATED,
  recorded,
  SECRET,
  type Subject,
  stepsOf,
} from './subject.ts';
import { ACCOUNT, NEW_KEY, OLD_KEY } from './support.ts';

const OPERATIONS_MAX = 300;

interface Scenario {
  readonly name: string;
  /** The codes of the errors that it may end with. */
  readonly codes: readonly string[];
  /** The old state. */
  readonly prepare?: (state: AccountState) => Promise<unknown>;
  /** By the process whose medium fails. */
  readonly act: (state: AccountState, store: StateStore) => Promise<unknown>;
  /** By the next process, which is told whether act() resolved. */
  readonly check: (state: AccountState, resolved: boolean, store: StateStore) => Promise<unknown>;
}

const HANDED_OFF: readonly Scenario[] = [
  ...[undefined, 'old secret'].map((old) => ({
    name: `I3: ${old === undefined ? 'a secret is' : 'a replaced secret is the old one or'} whole`,
    codes: ['handoff-failed'],
    prepare: async ({ custody }: AccountState) => old && (await custody.put(issued(old))),
    act: ({ custody }: AccountState) => custody.put(issued()),
    check: async ({ custody }: AccountState, resolved: boolean) => {
      const found = (await custody.get(NEW_KEY))?.secret.reveal();
      assert.ok((resolved ? [SECRET] : [SECRET, old]).includes(found));
    },
  })),
  {
    name: 'I3: a removed secret is whole or gone, and removing it again works',
    codes: ['handoff-failed'],
    prepare: ({ custody }) => custody.put(issued()),
    act: ({ custody }) => custody.remove(NEW_KEY, 'Alice'),
    check: async ({ custody }, resolved) => {
      const found = await custody.get(NEW_KEY);
      assert.ok(found === undefined || (!resolved && found.secret.reveal() === SECRET));
      await custody.remove(NEW_KEY, 'Alice');
      assert.equal(await custody.get(NEW_KEY), undefined);
    },
  },
  {
    name: 'I3: an encrypted secret is whole',
    codes: ['handoff-failed'],
    prepare: ({ custody }) => custody.sealed.put(NEW_KEY, Buffer.from('old')),
    act: ({ custody }) => custody.sealed.put(NEW_KEY, Buffer.from('the new one')),
    check: async ({ custody }, resolved) => {
      const found = String(await custody.sealed.get(NEW_KEY));
      assert.ok((resolved ? ['the new one'] : ['old', 'the new one']).includes(found));
    },
  },
  {
    name: 'I11: a secret that cannot be read is not a missing one',
    codes: ['state-dir'],
    prepare: async ({ custody }) => {
      await custody.put(issued());
      await custody.sealed.put(NEW_KEY, Buffer.from('sealed'));
    },
    act: async ({ custody }) => {
      assert.equal((await custody.get(NEW_KEY))?.secret.reveal(), SECRET);
      assert.equal(String(await custody.sealed.get(NEW_KEY)), 'sealed');
    },
    check: async () => undefined,
  },
  {
    name: 'a list of secrets is whole, or empty when it cannot be read',
    codes: ['state-dir'],
    prepare: ({ custody }) => custody.put(issued()),
    act: async ({ custody }) => {
      const keyIds = (await custody.list()).map(({ keyId }) => keyId);
      assert.ok(keyIds.length === 0 || keyIds[0] === NEW_KEY);
    },
    check: async ({ custody }) => assert.equal((await custody.list()).length, 1),
  },
];

const JOURNALED: readonly Scenario[] = [
  {
    name: 'I1: a promised record is never lost, and the next one can be recorded',
    codes: ['journal-write', 'state-dir', 'trail-write'],
    prepare: (state) => recorded(state, { rotation: 'r1' }, [INTENDED]),
    act: (state) => recorded(state, { rotation: 'r2' }, [INTENDED]),
    check: async (state, resolved) => {
      await recorded(state, { rotation: 'r3' }, [INTENDED]);
      const { records } = await state.history('alice');
      const found = records.map(({ rotation }) => rotation).join(' ');
      assert.ok(found === 'r1 r2 r3' || (!resolved && found === 'r1 r3'), found);
    },
  },
  {
    name: 'I1: a record that failed may be kept all the same; what is recorded then goes with it',
    codes: ['journal-write', 'state-dir'],
    prepare: (state) => recorded(state, {}, [INTENDED]),
    act: (state) =>
      state.exclusively('alice', async (log) => {
        const failure = await errorOf(() => log.record('r1', CREATED));
        // Nobody decides like this, but it shows: after `created` it would damage the journal.
        if (failure !== undefined) await log.record('r1', { type: 'create-refused', code: 'x' });
      }),
    check: async (state) => {
      const { open, records } = await state.history('alice');
      assert.ok(records.length < 3);
      assert.equal(open === undefined, records.at(-1)?.step.type === 'create-refused');
    },
  },
  {
    name: 'I9: a user is held or refused in words; what is done once is never done twice',
    codes: ['state-dir', 'rotation-in-progress'],
    act: async (state) => {
      let worked = 0;
      await state.exclusively('alice', async () => {
        worked += 1;
        const second = state.exclusively('alice', async () => assert.fail('two at once'));
        await assert.rejects(second, (error) => error instanceof KeyturnError);
      });
      assert.equal(worked, 1);
    },
    check: (state) => state.exclusively('alice', async () => undefined),
  },
  {
    name: 'I11: what cannot be read is an error, never a shorter history',
    codes: ['state-dir'],
    prepare: (state) => recorded(state, {}, [INTENDED]),
    act: async (state) => {
      assert.deepEqual(await stepsOf(state), ['intended']);
      assert.equal((await state.openUsers()).length, 1);
    },
    check: async () => undefined,
  },
  {
    name: 'I11: all of an account is told, or that it cannot be',
    // What a run that died has left untold goes into the trail first.
    codes: ['state-dir', 'rotation-in-progress', 'trail-write', 'journal-write'],
    prepare: async (state) => {
      await recorded(state, {}, [INTENDED, CREATED]);
      await state.custody.put(issued());
      await state.custody.sealed.put(NEW_KEY, Buffer.from('sealed'));
      await state.custody.condemn(OLD_KEY, 'alice');
    },
    act: async (_, store) => {
      const { records, secrets, sealed, condemned } = await store.dump(ACCOUNT);
      const counts = [records, secrets, sealed, condemned].map(({ length }) => length);
      assert.deepEqual(counts, [2, 1, 1, 1]);
    },
    check: async () => undefined,
  },
  {
    name: 'compacting keeps all that a decision needs, whatever fails',
    codes: ['journal-write', 'state-dir', 'rotation-in-progress', 'trail-write'],
    prepare: async (state) => {
      await recorded(state, { user: 'bob' }, ROTATED);
      await recorded(state, {}, ROTATED);
      await state.exclusively('alice', (log) => log.recordKey({ type: 'deleted', keyId: OLD_KEY }));
      await recorded(state, { rotation: 'r2' }, [INTENDED]);
      // I8: while its secret is kept, the finished rotation is needed too.
      await state.custody.put(issued());
      await recorded(state, { user: 'carol' }, [INTENDED, { type: 'create-refused', code: 'x' }]);
      await recorded(state, { user: 'carol', rotation: 'r2' }, [INTENDED]);
    },
    act: (_, store) => store.compact(ACCOUNT),
    check: async (state, resolved, store) => {
      assert.equal((await stepsOf(state, 'bob')).length, 6);
      assert.equal((await stepsOf(state, 'alice')).length, 8);
      const ofCarol = (await stepsOf(state, 'carol')).length;
      assert.ok(ofCarol === 1 || (!resolved && ofCarol === 3), `${ofCarol} records`);
      assert.equal((await store.compact(ACCOUNT)).after, 15);
    },
  },
];

const [EARLIER, LATER] = [new Date('2026-01-01'), new Date('2026-02-01')] as const;

const REMEMBERED: readonly Scenario[] = [
  {
    name: 'I5: sightings are the old ones or the new ones',
    codes: ['state-dir'],
    prepare: ({ sightings }) => sightings.remember([{ at: EARLIER, keyIds: [OLD_KEY] }]),
    act: ({ sightings }) => sightings.remember([{ at: LATER, keyIds: [OLD_KEY, NEW_KEY] }]),
    check: async ({ sightings }, resolved) => {
      const found = [OLD_KEY, NEW_KEY].map((id) => {
        const key = { id, status: 'Inactive', createdAt: new Date(0) } as const;
        return sightings.lastActive('alice', key, [key]);
      });
      if (resolved || found[1] !== undefined) assert.deepEqual(found, [LATER, LATER]);
      else assert.deepEqual(found, [EARLIER, undefined]);
    },
  },
  {
    name: 'I11: sightings that cannot be read are an error, not the old ones',
    codes: ['state-dir'],
    prepare: ({ sightings }) => sightings.remember([{ at: LATER, keyIds: [OLD_KEY] }]),
    act: async (_, store) => {
      const { sightings } = await store.open(ACCOUNT, 'read');
      await sightings.refresh();
      const key = { id: OLD_KEY, status: 'Inactive', createdAt: new Date(0) } as const;
      assert.deepEqual(sightings.lastActive('alice', key, [key]), LATER);
    },
    check: async () => undefined,
  },
];

const OPENED: readonly Scenario[] = [
  {
    name: 'an account is opened or refused in words, and can be opened again',
    codes: ['state-dir'],
    act: (_, store) => store.open('210987654321', 'write'),
    check: async (_, resolved, store) => {
      const accounts = await store.accounts();
      assert.ok(!resolved || accounts.includes('210987654321'));
      const state = await store.open('210987654321', 'write');
      assert.deepEqual(await state.openUsers(), []);
    },
  },
  {
    name: 'accounts are told, or that they cannot be',
    codes: ['state-dir'],
    act: async (_, store) => {
      assert.deepEqual(await store.accounts(), [ACCOUNT]);
      await store.prepare('write');
    },
    check: async (_, __, store) => assert.deepEqual(await store.accounts(), [ACCOUNT]),
  },
];

export function keepsWholeUnderFaults(subject: Subject): void {
  keepsUnderFaults([...HANDED_OFF, ...JOURNALED, ...REMEMBERED, ...OPENED], subject);
}

export function keepsSecretsUnderFaults(subject: Subject): void {
  keepsUnderFaults(HANDED_OFF, subject);
}

function keepsUnderFaults(
  scenarios: readonly Scenario[],
  { quickMedium, faults }: Pick<Subject, 'quickMedium' | 'faults'>,
): void {
  for (const scenario of scenarios) {
    it(scenario.name, async (test) => {
      let reached = 0;
      for (const fault of faults) {
        for (let operation = 1; ; operation += 1) {
          assert.notEqual(operation, OPERATIONS_MAX, 'the scenario never ends');
          const at = `${fault} at operation ${operation}`;
          if (!(await playOnce(scenario, await quickMedium(test), { fault, operation, at }))) break;
          reached += 1;
        }
      }
      assert.ok(reached >= faults.length, 'the faults were reached');
    });
  }
}

/** Whether the fault was reached. */
async function playOnce(
  scenario: Scenario,
  { store, failing }: Medium,
  { fault, operation, at }: { fault: string; operation: number; at: string },
): Promise<boolean> {
  const healthy = await store('run-0').open(ACCOUNT, 'write');
  await scenario.prepare?.(healthy);
  const broken = failing(fault, operation);
  const state = await broken.store.open(ACCOUNT, 'write');
  broken.arm();
  const error = await errorOf(() => scenario.act(state, broken.store));
  if (error !== undefined) assertCoded(error, scenario.codes, at);
  const next = store('run-2');
  const check = async () => {
    await scenario.check(await next.open(ACCOUNT, 'write'), error === undefined, next);
  };
  await check().catch((cause: unknown) => {
    throw new assert.AssertionError({ message: `${at}: ${inspect(cause)}` });
  });
  return broken.wasReached();
}
