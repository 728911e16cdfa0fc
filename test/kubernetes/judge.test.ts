// The tests of kubernetes/suite.ts against a real kube-apiserver, and what that one answers to what keyturn
// relies on. Run by scripts/test-kubernetes.ts; without a server there is nothing to ask.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { nodePrograms } from '../../src/app/node-programs.ts';
import { placeCredentials } from '../../src/app/place-credentials.ts';
import { openDestination } from '../../src/destinations/kinds.ts';
import { NEW, OLD, passesContract } from '../destinations/contract.ts';
import { temporaryDirectory } from '../state/support.ts';
import { yamlOf } from '../support/structured-files.ts';
import { contractPlace, ground, pairTexts } from './ground.ts';
import { startProxy } from './proxy.ts';
import { secretsOfACluster } from './suite.ts';
import { ask, base64, makeSecret, newNamespace, type TestCluster, TOKENS } from './test-cluster.ts';

const { KEYTURN_TEST_KUBERNETES: server, KEYTURN_TEST_KUBERNETES_CA: caFile } = process.env;

if (server === undefined || caFile === undefined) {
  it('a real kube-apiserver', { skip: 'npm run test:kubernetes starts one' });
} else {
  const cluster = { server, ca: readFileSync(caFile, 'utf8') };
  passesContract({ kind: 'kubernetes', open: (test) => contractPlace(test, cluster) });
  secretsOfACluster('kube-apiserver', () => cluster);
  answers(cluster);
  signsIn(cluster, join(dirname(caFile), '..'));
  takesExamples(cluster);
}

function signsIn(cluster: TestCluster, folder: string): void {
  it('a certificate, a plugin and a proxy are taken as kubectl takes them', async (test) => {
    const { namespace, opening } = await ground(test, cluster);
    await makeSecret(cluster, `${namespace}/aws-key`, { texts: pairTexts(OLD) });
    const own = await temporaryDirectory(test);
    const printed = {
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: TOKENS.keyturn },
    };
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: 'sh',
      args: ['-c', `printf '%s' '${JSON.stringify(printed)}'`],
      interactiveMode: 'IfAvailable',
    };
    const certificate = {
      'client-certificate': join(folder, 'client.pem'),
      'client-key': join(folder, 'client.key'),
    };
    const proxy = await startProxy();
    test.after(() => proxy.close());
    const ways = [
      kubeconfigOf(cluster, certificate),
      kubeconfigOf(cluster, { exec }),
      kubeconfigOf(cluster, certificate, `http://ann:p%40ss@127.0.0.1:${proxy.port}`),
    ];
    for (const [index, text] of ways.entries()) {
      const path = join(own, `${index}`);
      writeFileSync(path, text, { mode: 0o600 });
      const env = { ...process.env, KUBECONFIG: path };
      const programs = nodePrograms(env);
      const destination = await openDestination(
        { kind: 'kubernetes', place: `${namespace}/aws-key` },
        { ...opening, programs, credentials: placeCredentials(env, programs) },
      );
      assert.ok(destination !== undefined);
      await destination.prepare?.();
    }
    // The calls of the last one, and of no other.
    const authorization = `Basic ${base64('ann:p@ss')}`;
    const target = new URL(cluster.server).host;
    assert.ok(proxy.asked.length > 0);
    assert.ok(proxy.asked.every((each) => each.target === target));
    assert.ok(proxy.asked.every((each) => each.authorization === authorization));
  });
}

function kubeconfigOf({ server, ca = '' }: TestCluster, user: object, proxy?: string): string {
  const data = {
    'certificate-authority-data': base64(ca),
    'tls-server-name': 'kubernetes.default.svc',
    ...(proxy !== undefined && { 'proxy-url': proxy }),
  };
  return JSON.stringify({
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server, ...data } }],
    users: [{ name: 'u', user }],
  });
}

const PATHS: Readonly<Record<string, string>> = {
  ServiceAccount: 'api/v1/namespaces/NAMESPACE/serviceaccounts',
  PersistentVolumeClaim: 'api/v1/namespaces/NAMESPACE/persistentvolumeclaims',
  Role: 'apis/rbac.authorization.k8s.io/v1/namespaces/NAMESPACE/roles',
  RoleBinding: 'apis/rbac.authorization.k8s.io/v1/namespaces/NAMESPACE/rolebindings',
  CronJob: 'apis/batch/v1/namespaces/NAMESPACE/cronjobs',
  Namespace: 'api/v1/namespaces',
};

/** Every field by its name and type, as `kubectl apply --dry-run=server --validate=strict` asks. */
function takesExamples(cluster: TestCluster): void {
  for (const file of ['cronjob.yml', 'deliver-to-secrets.yml']) {
    it(`examples/kubernetes/${file} is what the server takes`, async () => {
      for (const object of yamlOf(`examples/kubernetes/${file}`)) {
        const { kind, metadata } = object as {
          kind: string;
          metadata: { name: string; namespace?: string };
        };
        const { name, namespace = 'default' } = metadata;
        await ask(cluster, 'POST /api/v1/namespaces', { metadata: { name: namespace } });
        const path = PATHS[kind]?.replace('NAMESPACE', namespace);
        const order = `PATCH /${path}/${name}?fieldManager=test&fieldValidation=Strict&dryRun=All`;
        const { status, body } = await ask(cluster, order, object, 'application/apply-patch+yaml');
        assert.ok(status < 300, `${kind}: ${JSON.stringify(body)}`);
      }
    });
  }
}

/** The facts that docs/destinations/kubernetes.md tells, and that fake-api.ts copies. */
function answers(cluster: TestCluster): void {
  const place = async (more: Parameters<typeof makeSecret>[2] = {}) => {
    const namespace = await newNamespace(cluster);
    await makeSecret(cluster, `${namespace}/aws-key`, { texts: pairTexts(OLD), ...more });
    const path = `/api/v1/namespaces/${namespace}/secrets/aws-key`;
    const { body } = await ask(cluster, `GET ${path}`);
    return { path, metadata: body.metadata as { uid: string; resourceVersion: string } };
  };
  const apply = async (
    path: string,
    { metadata = {}, force = false }: { metadata?: object; force?: boolean },
  ) => {
    const data = { AWS_ACCESS_KEY_ID: base64(NEW.keyId) };
    const body = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'aws-key', ...metadata },
      data,
    };
    const order = `PATCH ${path}?fieldManager=keyturn&force=${force}`;
    return await ask(cluster, order, body, 'application/apply-patch+yaml');
  };

  describe('kube-apiserver', () => {
    it('answers 409 with a cause for a key of another manager, and 200 with force', async () => {
      const { path } = await place();
      const { status, body } = await apply(path, {});
      assert.equal(status, 409);
      const { details } = body as { details: { causes: { reason: string }[] } };
      assert.equal(details.causes[0]?.reason, 'FieldManagerConflict');
      assert.equal((await apply(path, { force: true })).status, 200);
    });

    it('answers 409 for a resourceVersion that is over, with force too', async () => {
      const { path, metadata } = await place();
      const { resourceVersion } = metadata;
      await apply(path, { force: true });
      const late = {
        force: true,
        metadata: { resourceVersion: String(Number(resourceVersion) - 1) },
      };
      assert.equal((await apply(path, late)).status, 409);
    });

    it('never makes a Secret that is named by its uid', async () => {
      const { path, metadata } = await place();
      await ask(cluster, `DELETE ${path}`);
      const { uid, resourceVersion } = metadata;
      assert.equal((await apply(path, { metadata: { uid, resourceVersion } })).status, 409);
      assert.equal((await ask(cluster, `GET ${path}`)).status, 404);
    });

    it('answers 422 for the data of an immutable Secret', async () => {
      const { path } = await place({ object: { immutable: true } });
      assert.equal((await apply(path, { force: true })).status, 422);
    });
  });
}
