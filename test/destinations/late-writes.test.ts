// What can go wrong between reading a secret and promoting a version of it, at a store in memory whose
// calls a test lets fail, land late or meet somebody else's (I13).

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SecretStore, VersionStage } from '../../src/base/aws-stores.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import { Secret } from '../../src/base/secret.ts';
import { pairIn } from '../../src/destinations/key-fields.ts';
import { secretsManagerDestination } from '../../src/destinations/secrets-manager/destination.ts';
import { settableClock } from '../state/support.ts';
import { NEW, OLD } from './contract.ts';
import { nobodysKey } from './opening.ts';

const NAME = 'app/alice';
const PLACE = { region: 'us-east-1', name: NAME };

class MemoryStore implements SecretStore {
  readonly versions = new Map<string, string>();
  readonly stages = new Map<VersionStage, string>();
  /** Called before each call with its name; what it throws, the caller meets. */
  before: (operation: 'read' | 'stage' | 'promote', count: number) => void = () => {};
  readonly counts = { read: 0, stage: 0, promote: 0 };

  constructor(text: string | undefined) {
    if (text === undefined) return;
    this.versions.set('first', text);
    this.stages.set('AWSCURRENT', 'first');
  }

  get current(): string {
    return this.versions.get(this.stages.get('AWSCURRENT') ?? '') ?? '';
  }

  write(versionId: string, text: string): void {
    this.versions.set(versionId, text);
    this.moveTo(versionId);
  }

  moveTo(versionId: string): void {
    this.stages.set('AWSPREVIOUS', this.stages.get('AWSCURRENT') ?? '');
    this.stages.set('AWSCURRENT', versionId);
  }

  #enter(operation: 'read' | 'stage' | 'promote'): void {
    this.counts[operation] += 1;
    this.before(operation, this.counts[operation]);
  }

  async read(_name: string, stage: VersionStage) {
    this.#enter('read');
    const versionId = this.stages.get(stage);
    const text = this.versions.get(versionId ?? '');
    if (versionId === undefined || text === undefined) return undefined;
    return { versionId, text: new Secret(text) };
  }

  async stage(_name: string, versionId: string, text: Secret): Promise<void> {
    this.#enter('stage');
    assert.ok([undefined, text.reveal()].includes(this.versions.get(versionId)), 'immutable');
    this.versions.set(versionId, text.reveal());
  }

  async promote(_name: string, to: string, from: string | undefined): Promise<boolean> {
    this.#enter('promote');
    if (this.stages.get('AWSCURRENT') !== from) return false;
    this.moveTo(to);
    return true;
  }
}

const UNDO = { toKeyId: OLD.keyId, fromKeyId: NEW.keyId };
const HELD = `{"AccessKeyId":"${OLD.keyId}","SecretAccessKey":"${OLD.secret.reveal()}","n":1}`;

function arranged(text: string | undefined = HELD) {
  const store = new MemoryStore(text);
  const replaced = { user: OLD.user, oldKeyId: OLD.keyId, whoseKey: nobodysKey };
  const clock = settableClock();
  const destination = secretsManagerDestination(PLACE, {
    ...{ store, clock, replaced },
    remark: () => {},
    storeIn: () => store,
  });
  return { store, destination };
}

function lost(): never {
  throw new KeyturnError('endpoint-unreachable', 'no answer within the time limit');
}

describe('a secret that is written while others write', () => {
  it('keeps what somebody else changed between the reading and the promotion', async () => {
    const { store, destination } = arranged();
    store.before = (operation, count) => {
      if (operation === 'promote' && count === 1) store.write('theirs', HELD.replace('1}', '2}'));
    };
    await destination.deliver(NEW);
    assert.equal(pairIn(store.current)?.id, NEW.keyId);
    assert.ok(store.current.endsWith('"n":2}'), 'their change stays');
    assert.equal(store.counts.promote, 2);
  });

  it('gives up when somebody writes all the time, and nothing is promoted', async () => {
    const { store, destination } = arranged();
    store.before = (operation, count) => {
      if (operation === 'promote') store.write(`theirs-${count}`, HELD.replace('1}', `${count}0}`));
    };
    await assert.rejects(destination.deliver(NEW), { code: 'delivery-failed', message: /changes/ });
    assert.equal(pairIn(store.current)?.id, OLD.keyId);
  });

  it('a promotion that lands late finds the stage elsewhere and changes nothing', async () => {
    const { store, destination } = arranged();
    let late: (() => Promise<boolean>) | undefined;
    store.before = (operation) => {
      if (operation !== 'promote' || late !== undefined) return;
      const staged = [...store.versions.keys()].at(-1) ?? '';
      late = () => store.promote(NAME, staged, 'first');
      lost();
    };
    await assert.rejects(destination.deliver(NEW), { code: 'delivery-failed' });
    const newer = { ...NEW, keyId: OLD.keyId, secret: new Secret('newer') };
    store.write('newer', HELD.replace('"n":1', '"n":3'));
    assert.equal(await late?.(), false);
    assert.equal(pairIn(store.current)?.id, newer.keyId);
    assert.ok(store.current.includes('"n":3'));
  });

  for (const operation of ['stage', 'promote'] as const) {
    it(`an answer to ${operation} that is lost costs nothing: the next delivery finds it done`, async () => {
      const { store, destination } = arranged();
      const original = store[operation].bind(store) as (...args: never[]) => Promise<never>;
      let isLost = false;
      Object.assign(store, {
        [operation]: async (...args: never[]) => {
          const result = await original(...args);
          if (isLost) return result;
          isLost = true;
          return lost();
        },
      });
      await assert.rejects(destination.deliver(NEW), { code: 'delivery-failed' });
      const receipt = await destination.deliver(NEW);
      assert.equal(store.versions.size, 2, 'the first one and ours, once');
      assert.ok(await destination.holds(NEW.keyId, receipt));
    });
  }

  it('a secret without any version gets its first', async () => {
    const { store, destination } = arranged('');
    store.versions.clear();
    store.stages.clear();
    await destination.prepare?.();
    await destination.deliver(NEW);
    assert.deepEqual(JSON.parse(store.current), {
      AccessKeyId: NEW.keyId,
      SecretAccessKey: NEW.secret.reveal(),
    });
  });

  it('a key ID with another secret beside it does not count as delivered', async () => {
    const { store, destination } = arranged(HELD.replace(OLD.keyId, NEW.keyId));
    await destination.deliver(NEW);
    assert.equal(pairIn(store.current)?.secret.reveal(), NEW.secret.reveal());
  });

  it('is not put back over a version that somebody wrote since', async () => {
    const { store, destination } = arranged();
    await destination.deliver(NEW);
    store.write('theirs', store.current.replace('1}', '5}'));
    assert.equal(await destination.wayBack?.putBack(UNDO), false);
    assert.ok(store.current.endsWith('"n":5}'));
  });

  it('is put back only from the version that was read', async () => {
    const { store, destination } = arranged();
    await destination.deliver(NEW);
    store.before = (operation) => {
      if (operation === 'promote') store.write('theirs', store.current.replace('1}', '5}'));
    };
    await assert.rejects(async () => destination.wayBack?.putBack(UNDO), {
      code: 'delivery-failed',
      message: /was changed while/,
    });
  });

  it('a run that is stopped ends as stopped, not as a fault of the destination', async () => {
    const { store, destination } = arranged();
    store.before = () => {
      throw new KeyturnError('interrupted', 'interrupted');
    };
    await assert.rejects(destination.deliver(NEW), { code: 'interrupted' });
  });
});
