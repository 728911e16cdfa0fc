// What of a Secret is written, and what is not.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Opening } from '../../src/destinations/kind.ts';
import { openDestination } from '../../src/destinations/kinds.ts';
import { FOREIGN, NEW, OLD, STRANGE } from '../destinations/contract.ts';
import { ground, pairTexts } from './ground.ts';
import { ask, done, makeSecret, putTexts, type TestCluster, textsIn } from './test-cluster.ts';

export function writes(cluster: () => TestCluster): void {
  writesOnly(cluster);
  writesSafely(cluster);
}

function writesOnly(cluster: () => TestCluster): void {
  it('only the two keys are written: labels, annotations and type stay, and again nothing is', async (test) => {
    const { namespace, open } = await ground(test, cluster());
    const place = `${namespace}/aws-key`;
    const metadata = { labels: { app: 'api' }, annotations: { note: 'kept' } };
    const object = { type: 'example.com/key', metadata };
    await makeSecret(cluster(), place, { texts: pairTexts(OLD), object });
    const destination = await open(place);
    await destination.deliver(NEW);
    const after = await secretIn(cluster(), place);
    assert.deepEqual(
      [after.type, after.metadata.labels, after.metadata.annotations],
      ['example.com/key', metadata.labels, metadata.annotations],
    );
    await destination.deliver(NEW);
    const again = await secretIn(cluster(), place);
    assert.equal(again.metadata.resourceVersion, after.metadata.resourceVersion);
  });

  it('two users have their keys in one Secret, and neither takes those of the other away', async (test) => {
    const { namespace, open } = await ground(test, cluster());
    const place = `${namespace}/aws-key`;
    await makeSecret(cluster(), place);
    await (await open(`${place}#A_ID,A_SECRET`)).deliver(NEW);
    const other = { ...NEW, keyId: STRANGE.keyId, secret: STRANGE.secret };
    const { opening } = await ground(test, cluster());
    const whoseKey: Opening['whoseKey'] = async () => ({ kind: 'user', user: 'bob' });
    const forBob = { ...opening, user: 'bob', oldKeyId: FOREIGN.keyId, whoseKey };
    const target = { kind: 'kubernetes', place: `${place}#B_ID,B_SECRET` };
    // What alice has there is no trace of bob's.
    const bobs = await openDestination(target, {
      ...forBob,
      whoseKey: async (id) => ({ kind: 'user', user: id === NEW.keyId ? 'alice' : 'bob' }),
    });
    await bobs?.deliver(other);
    assert.deepEqual(await textsIn(cluster(), place), {
      A_ID: NEW.keyId,
      A_SECRET: NEW.secret.reveal(),
      B_ID: other.keyId,
      B_SECRET: other.secret.reveal(),
    });
  });
}

function writesSafely(cluster: () => TestCluster): void {
  it('is made where the operator asks for it, with tags as annotations, and never twice', async (test) => {
    const { namespace, opening } = await ground(test, cluster());
    const place = `creator/${namespace}/aws-key`;
    const making = { ...opening, newPlaces: { tags: { team: 'payments' } } };
    const destination = await openDestination({ kind: 'kubernetes', place }, making);
    assert.ok(destination?.making !== undefined);
    await destination.prepare?.();
    assert.deepEqual(await destination.making.missing(), [destination.place]);
    await destination.making.make();
    assert.deepEqual(await destination.making.missing(), []);
    await destination.making.make();
    await destination.deliver(NEW);
    const { metadata } = await secretIn(cluster(), `${namespace}/aws-key`);
    assert.deepEqual(metadata.annotations, { team: 'payments' });
    assert.deepEqual(await textsIn(cluster(), `${namespace}/aws-key`), pairTexts(NEW));
  });

  it('a change of somebody else between reading and writing stays, and is written beside', async (test) => {
    const { namespace, open, opening } = await ground(test, cluster());
    const place = `${namespace}/aws-key`;
    await makeSecret(cluster(), place, { texts: pairTexts(OLD) });
    let isChanged = false;
    const whoseKey = opening.whoseKey;
    const meddling: Opening = {
      ...opening,
      oldKeyId: NEW.keyId,
      whoseKey: async (id) => {
        // Between the reading and the writing, whose key is there is asked.
        if (!isChanged) await putTexts(cluster(), place, { texts: { other: 'new' } });
        isChanged = true;
        return await whoseKey(id);
      },
    };
    await (await open(place)).prepare?.();
    const destination = await openDestination({ kind: 'kubernetes', place }, meddling);
    await destination?.deliver(NEW);
    assert.ok(isChanged);
    assert.deepEqual(await textsIn(cluster(), place), { ...pairTexts(NEW), other: 'new' });
  });
}

async function secretIn(cluster: TestCluster, place: string) {
  const [namespace, name] = place.split('/');
  return (await done(ask(cluster, `GET /api/v1/namespaces/${namespace}/secrets/${name}`))) as {
    type: string;
    metadata: { resourceVersion: string; labels?: object; annotations?: object };
  };
}
