// Workloads that are started anew, and accounts that may not do everything.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { openDestination } from '../../src/destinations/kinds.ts';
import { NEW, OLD } from '../destinations/contract.ts';
import { failsWith, ground, pairTexts } from './ground.ts';
import { ask, done, makeSecret, type TestCluster, textsIn } from './test-cluster.ts';

const path = (namespace: string) => `/apis/apps/v1/namespaces/${namespace}/deployments`;
async function make(cluster: TestCluster, namespace: string, spec: object = {}) {
  const labels = { app: 'api' };
  const containers = [{ name: 'api', image: 'registry.example.com/api:1' }];
  const template = { metadata: { labels }, spec: { containers } };
  const metadata = { name: 'api' };
  const whole = { selector: { matchLabels: labels }, template, ...spec };
  await done(ask(cluster, `POST ${path(namespace)}`, { metadata, spec: whole }));
}
async function restartedAt(cluster: TestCluster, namespace: string) {
  const body = await done(ask(cluster, `GET ${path(namespace)}/api`));
  const { metadata, spec } = body as {
    metadata: { generation: number };
    spec: { template: { metadata: { annotations?: Record<string, string> } } };
  };
  const at = spec.template.metadata.annotations?.['kubectl.kubernetes.io/restartedAt'];
  return { at, generation: metadata.generation };
}

/** What the controller of deployments would do, which no test has. */
async function rollOut(cluster: TestCluster, namespace: string) {
  const { generation } = await restartedAt(cluster, namespace);
  const counts = { replicas: 1, updatedReplicas: 1, availableReplicas: 1, readyReplicas: 1 };
  const status = { observedGeneration: generation, ...counts };
  const order = `PATCH ${path(namespace)}/api/status`;
  await done(ask(cluster, order, { status }, 'application/merge-patch+json'));
}

export function restarts(cluster: () => TestCluster): void {
  it('a workload is restarted once the Secret has the pair, and once only', async (test) => {
    const { namespace, open } = await ground(test, cluster(), (name) => rollOut(cluster(), name));
    await makeSecret(cluster(), `${namespace}/aws-key`, { texts: pairTexts(OLD) });
    await make(cluster(), namespace);
    const destination = await open(`${namespace}/aws-key?restart=deployment/api`);
    await destination.prepare?.();
    assert.equal((await restartedAt(cluster(), namespace)).at, undefined);
    await destination.deliver(NEW);
    const first = await restartedAt(cluster(), namespace);
    assert.match(first.at ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    await destination.deliver(NEW);
    assert.deepEqual(await restartedAt(cluster(), namespace), first);
  });

  for (const [why, spec, message] of [
    ['is not there', undefined, /^there is no deployment\/api in /],
    ['is paused', { paused: true }, /would start nothing: it is paused/],
  ] as const) {
    it(`a workload that ${why} is refused before a key is made`, async (test) => {
      const { namespace, open } = await ground(test, cluster());
      await makeSecret(cluster(), `${namespace}/aws-key`, { texts: pairTexts(OLD) });
      if (spec !== undefined) await make(cluster(), namespace, spec);
      const destination = await open(`${namespace}/aws-key?restart=deployment/api`);
      await assert.rejects(
        async () => destination.prepare?.(),
        failsWith('not-deliverable', message),
      );
    });
  }

  it('a workload that cannot be restarted loses no key, and is restarted by the next attempt', async (test) => {
    let isThere = false;
    const { namespace, open } = await ground(test, cluster(), async (name) => {
      if (isThere) await rollOut(cluster(), name);
    });
    const place = `${namespace}/aws-key`;
    await makeSecret(cluster(), place, { texts: pairTexts(OLD) });
    const destination = await open(`${place}?restart=deployment/api`);
    await assert.rejects(
      destination.deliver(NEW),
      failsWith(
        'delivery-failed',
        /has the new pair, and the restart of what reads it has not come to its end/,
      ),
    );
    assert.deepEqual(await textsIn(cluster(), place), pairTexts(NEW));
    await make(cluster(), namespace);
    // Its pods never come up.
    await assert.rejects(
      destination.deliver(NEW),
      failsWith(
        'delivery-failed',
        /the rollout of deployment\/api in .* is not at its end/,
        /kubectl --context keyturn .* rollout status/,
      ),
    );
    isThere = true;
    const { at } = await restartedAt(cluster(), namespace);
    await destination.deliver(NEW);
    assert.equal((await restartedAt(cluster(), namespace)).at, at);
    assert.ok((await restartedAt(cluster(), namespace)).at !== undefined);
  });
}

export function rights(cluster: () => TestCluster): void {
  const cases: readonly (readonly [who: string, message: RegExp, hint: RegExp])[] = [
    ['reader', /^the account of reader may not patch the Secret/, /Role with patch on secrets/],
    ['stranger', /refuses GET .*: HTTP 401/, /does not know the token/],
    ['nowhere', /^there is no context "nowhere" in /, /kubectl config get-contexts/],
  ];
  for (const [who, message, hint] of cases) {
    it(`${who} is refused before a key is made`, async (test) => {
      const { namespace, open } = await ground(test, cluster());
      await makeSecret(cluster(), `${namespace}/aws-key`, { texts: pairTexts(OLD) });
      await assert.rejects(
        async () => await (await open(`${who}/${namespace}/aws-key`)).prepare?.(),
        failsWith('not-deliverable', message, hint),
      );
    });
  }

  it('a Secret that the Role does not name is refused in the words of the cluster', async (test) => {
    const { namespace, open } = await ground(test, cluster());
    await makeSecret(cluster(), `${namespace}/another`, { texts: pairTexts(OLD) });
    await assert.rejects(
      async () => await (await open(`${namespace}/another`)).prepare?.(),
      failsWith(
        'not-deliverable',
        /HTTP 403, secrets "another" is forbidden/,
        /give the account a Role/,
      ),
    );
  });

  it('what a record names leads back to the cluster, whatever context is current', async (test) => {
    const { namespace, opening, open } = await ground(test, cluster());
    await makeSecret(cluster(), `${namespace}/aws-key`, { texts: pairTexts(OLD) });
    const { place } = await open(`${namespace}/aws-key`);
    assert.match(place, new RegExp(`^keyturn/${namespace}/aws-key\\?cluster=`));
    const moved = place.replace(/\?cluster=.*/, '?cluster=elsewhere.example.com:6443');
    const destination = await openDestination({ kind: 'kubernetes', place: moved }, opening);
    await assert.rejects(
      async () => await destination?.deliver(NEW),
      failsWith('delivery-failed', /^the context "keyturn" leads to .* here, and /, /KUBECONFIG/),
    );
  });
}
