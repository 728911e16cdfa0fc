// What goes wrong between keyturn and the API, and what comes of it.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { NEW, OLD } from '../../../test/destinations/contract.ts';
import { testOpening } from '../../../test/destinations/opening.ts';
import {
  type Asked,
  type FakeCluster,
  type Fault,
  startFakeCluster,
} from '../../../test/kubernetes/fake-api.ts';
import type { Reply } from '../../../test/kubernetes/fake-reply.ts';
import { failsWith, ground, pairTexts } from '../../../test/kubernetes/ground.ts';
import { makeSecret, putTexts, TOKENS, textsIn } from '../../../test/kubernetes/test-cluster.ts';
import { nodePrograms } from '../../app/node-programs.ts';
import { placeCredentials } from '../../app/place-credentials.ts';
import { openDestination } from '../kinds.ts';

let cluster: FakeCluster;

before(async () => {
  cluster = await startFakeCluster();
});
after(async () => await cluster.close());

async function placed(test: TestContext) {
  const { namespace, open } = await ground(test, cluster);
  const place = `${namespace}/aws-key`;
  await makeSecret(cluster, place, { texts: { ...pairTexts(OLD), other: 'kept' } });
  test.after(() => {
    cluster.fault = () => undefined;
  });
  cluster.asked.length = 0;
  return { place, destination: await open(place) };
}

const isWrite = ({ method, who }: Asked) => method === 'PATCH' && who === 'keyturn';
const writes = () => cluster.asked.filter(isWrite).length;

/** The first `times` requests that fit meet the fault. */
function first(times: number, fits: (asked: Asked) => boolean, fault: ReturnType<Fault>): Fault {
  let left = times;
  return (asked) => {
    if (!fits(asked) || left === 0) return undefined;
    left -= 1;
    return fault;
  };
}

function status(code: number, message: string, headers: Record<string, string> = {}): Reply {
  const body = { kind: 'Status', status: 'Failure', message, code };
  return { status: code, body, headers };
}

const after429 = status(429, 'too many requests', { 'retry-after': '1' });

describe('the API of a cluster that fails for a moment', () => {
  const cases: readonly (readonly [why: string, times: number, fault: ReturnType<Fault>])[] = [
    ['does not answer a write that it never got', 1, 'lost'],
    ['does the write, and its answer is lost', 1, 'done-but-lost'],
    ['is overloaded and names a time', 2, after429],
    ['has a bad moment', 2, status(503, 'etcdserver: request timed out')],
    [
      'is changed by somebody each time but the last',
      3,
      status(409, 'the object has been modified'),
    ],
  ];
  for (const [why, times, fault] of cases) {
    it(`${why}: the pair is there in the end`, async (test) => {
      const { place, destination } = await placed(test);
      cluster.fault = first(times, isWrite, fault);
      await destination.deliver(NEW);
      assert.deepEqual(await textsIn(cluster, place), { ...pairTexts(NEW), other: 'kept' });
      assert.ok(writes() <= times + 1);
    });
  }

  it('many users of a run who share a Secret wait for each other', async (test) => {
    const { namespace, open } = await ground(test, cluster);
    const place = `${namespace}/aws-key`;
    const users = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const names = users.flatMap((user) => [`${user}_ID`, `${user}_KEY`]);
    await makeSecret(cluster, place, {
      texts: Object.fromEntries(names.map((name) => [name, ''])),
    });
    const opened = users.map((user) => open(`${place}#${user}_ID,${user}_KEY`));
    const destinations = await Promise.all(opened);
    cluster.asked.length = 0;
    await Promise.all(destinations.map((destination) => destination.deliver(NEW)));
    const texts = Object.values(await textsIn(cluster, place));
    assert.equal(texts.filter((text) => text === NEW.keyId).length, users.length);
    assert.equal(writes(), users.length);
  });

  it('a read that is lost is asked again', async (test) => {
    const { destination } = await placed(test);
    cluster.fault = first(2, ({ method, who }) => method === 'GET' && who === 'keyturn', 'lost');
    await destination.prepare?.();
  });
});

describe('the API of a cluster that keeps failing', () => {
  const cases: readonly (readonly [why: string, fault: ReturnType<Fault>, message: RegExp])[] = [
    ['accepts and forgets', 'forgotten', /was written, and does not have the new pair/],
    ['never answers a write', 'lost', /does not answer/],
    ['fails', status(500, 'Internal error occurred'), /HTTP 500, Internal error occurred/],
    [
      'refuses by a webhook',
      status(400, `denied: ${NEW.secret.reveal()}`),
      /HTTP 400, denied: \[secret\]/,
    ],
    [
      'refuses in base64',
      status(422, `data: ${Buffer.from(NEW.secret.reveal()).toString('base64')}`),
      /HTTP 422, data: \[secret\]/,
    ],
    ['takes the right away', status(403, 'secrets "aws-key" is forbidden'), /HTTP 403/],
    [
      'is changed all the time',
      status(409, 'the object has been modified'),
      /is changed by somebody all the time/,
    ],
    [
      'has lost the namespace',
      status(404, 'namespaces "t" not found'),
      /is changed by somebody all the time/,
    ],
    ['redirects', status(302, 'found', { location: 'http://127.0.0.1:9/' }), /HTTP 302/],
  ];
  for (const [why, fault, message] of cases) {
    it(`${why}: told without a secret, and the old pair stays`, async (test) => {
      const { place, destination } = await placed(test);
      cluster.fault = (asked) => (isWrite(asked) ? fault : undefined);
      await assert.rejects(destination.deliver(NEW), failsWith('delivery-failed', message));
      assert.deepEqual(await textsIn(cluster, place), { ...pairTexts(OLD), other: 'kept' });
      cluster.fault = () => undefined;
      await destination.deliver(NEW);
      assert.deepEqual(await textsIn(cluster, place), { ...pairTexts(NEW), other: 'kept' });
    });
  }

  for (const [why, body, message] of [
    ['another object', { kind: 'ConfigMap' }, /is no Secret/],
    ['a page', '<html>', /is no Secret/],
    [
      'a huge text',
      { kind: 'Secret', x: 'x'.repeat(5_000_000) },
      /answers with more than 4194304 bytes/,
    ],
  ] as const) {
    it(`answers with ${why}: refused before a key is made`, async (test) => {
      const { destination } = await placed(test);
      cluster.fault = ({ method, who }) =>
        method === 'GET' && who === 'keyturn' ? { status: 200, body } : undefined;
      await assert.rejects(
        async () => destination.prepare?.(),
        failsWith('not-deliverable', message),
      );
    });
  }

  it('does not tell what an account may: the write will show it', async (test) => {
    const { destination } = await placed(test);
    const isReview = ({ path }: Asked) => path.endsWith('selfsubjectaccessreviews');
    cluster.fault = (asked) => (isReview(asked) ? status(403, 'forbidden') : undefined);
    await destination.prepare?.();
  });
});

it('a token of a plugin that is over sooner than it said is asked for anew', async (test) => {
  const { place } = await placed(test);
  const { folder, opening } = await testOpening(test);
  const path = join(folder, 'kubeconfig');
  const apiVersion = 'client.authentication.k8s.io/v1';
  const printed = { apiVersion, kind: 'ExecCredential', status: { token: TOKENS.keyturn } };
  const count = join(folder, 'count');
  const args = ['-c', `echo >> '${count}'; printf '%s' '${JSON.stringify(printed)}'`];
  const config = {
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server: cluster.server } }],
    users: [{ name: 'u', user: { exec: { apiVersion, command: 'sh', args } } }],
  };
  writeFileSync(path, JSON.stringify(config));
  const env = { PATH: process.env.PATH, KUBECONFIG: path };
  const programs = nodePrograms(env);
  const around = { ...opening, programs, credentials: placeCredentials(env, programs) };
  const destination = await openDestination({ kind: 'kubernetes', place }, around);
  cluster.fault = first(1, ({ method }) => method === 'GET', status(401, 'Unauthorized'));
  await destination?.prepare?.();
  assert.equal(readFileSync(count, 'utf8'), '\n\n');
  // One that stays refused is told, and not asked for again and again.
  cluster.fault = ({ method }) => (method === 'GET' ? status(401, 'Unauthorized') : undefined);
  const prepare = async () => await destination?.prepare?.();
  await assert.rejects(prepare, failsWith('not-deliverable', /HTTP 401/, /sign in again/));
  assert.equal(readFileSync(count, 'utf8'), '\n\n\n');
});

it('a dry look sends nothing but reads and the question what it may', async (test) => {
  const { destination } = await placed(test);
  await destination.prepare?.();
  const orders = cluster.asked
    .filter(({ who }) => who === 'keyturn')
    .map(({ method, path }) => `${method} ${path.split('/').at(-1)}`);
  assert.deepEqual(orders, ['GET aws-key', 'POST selfsubjectaccessreviews']);
});

it('a write that comes late changes nothing any more', async (test) => {
  const { place, destination } = await placed(test);
  let late: Asked | undefined;
  cluster.fault = (asked) => {
    if (!isWrite(asked) || late !== undefined) return undefined;
    late = asked;
    return 'lost';
  };
  await destination.deliver(NEW);
  await putTexts(cluster, place, { texts: pairTexts(OLD) });
  assert.ok(late !== undefined);
  const { contentType, ...body } = late.body;
  const answer = await fetch(`${cluster.server}${late.path}?${late.query}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${TOKENS.keyturn}`, 'content-type': String(contentType) },
    body: JSON.stringify(body),
  });
  assert.equal(answer.status, 409);
  assert.deepEqual(await textsIn(cluster, place), { ...pairTexts(OLD), other: 'kept' });
});
