// A secret with copies in other regions: held is what the readers of each copy have.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Replica, SecretStore } from '../../src/base/aws-stores.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import { requireReplicas } from '../../src/destinations/secrets-manager/replicas.ts';
import { settableClock } from '../state/support.ts';

const AT = { region: 'us-east-1', name: 'app/alice' };
const NEW = 'version-new';

function arranged(replicas: readonly Replica[], read: (count: number) => string | KeyturnError) {
  let count = 0;
  const asked: string[] = [];
  const store = (region: string): SecretStore => ({
    read: async (name) => {
      asked.push(`${region} ${name}`);
      const versionId = read(count++);
      if (typeof versionId !== 'string') throw versionId;
      return { versionId, text: undefined };
    },
    stage: async () => {},
    promote: async () => true,
    replicas: async () => replicas,
  });
  return { asked, parts: { store: store(AT.region), storeIn: store, clock: settableClock() } };
}

const copy = (status: Replica['status'], why?: string): Replica => ({
  ...{ region: 'eu-west-1', status, why },
});

describe('copies of a secret', () => {
  it('of one without any nothing is asked', async () => {
    const { parts, asked } = arranged([], () => NEW);
    await requireReplicas(AT, NEW, parts);
    assert.deepEqual(asked, []);
  });

  it('one that follows late is waited for, whatever its status says', async () => {
    const { parts, asked } = arranged([copy('InSync')], (count) => (count < 2 ? 'old' : NEW));
    await requireReplicas(AT, NEW, parts);
    assert.deepEqual(asked, Array(3).fill('eu-west-1 app/alice'));
  });

  it('one that does not follow keeps the old key', async () => {
    const { parts } = arranged([copy('InProgress')], () => 'old');
    await assert.rejects(requireReplicas(AT, NEW, parts), {
      code: 'delivery-failed',
      message: /copy of secret app\/alice .* in eu-west-1 does not have the new version yet/,
    });
  });

  it('one that has failed is told with its reason', async () => {
    const { parts } = arranged([copy('Failed', 'no such key')], () => NEW);
    await assert.rejects(requireReplicas(AT, NEW, parts), {
      message: /cannot follow: no such key/,
    });
  });

  it('one that may not be read is believed by its status', async () => {
    const denied = new KeyturnError('access-denied', 'not allowed');
    const { parts } = arranged([copy('InSync')], () => denied);
    await requireReplicas(AT, NEW, parts);
    const late = arranged([copy('InProgress')], () => denied);
    await assert.rejects(requireReplicas(AT, NEW, late.parts), { code: 'delivery-failed' });
  });

  it('a secret that is named by its ARN has its copies under that ARN in their regions', async () => {
    const { parts, asked } = arranged([copy('InSync')], () => NEW);
    const name = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:app/alice-AbCdEf';
    await requireReplicas({ ...AT, name }, NEW, parts);
    assert.deepEqual(asked, [`eu-west-1 ${name.replace('us-east-1', 'eu-west-1')}`]);
  });
});
