import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KeyturnError } from '../../base/errors.ts';
import { type Cluster, findCluster } from './cluster.ts';

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

type Files = Readonly<Record<string, string | object>>;

/** YAML 1.2 takes JSON. */
function find(
  files: Files,
  {
    env = { KUBECONFIG: '/k/one' },
    context,
  }: { env?: Record<string, string>; context?: string } = {},
): Promise<Cluster> {
  return findCluster(context, {
    setting: (name) => env[name] || undefined,
    readFile: async (path) => {
      const file = files[path];
      return typeof file === 'object' ? JSON.stringify(file) : file;
    },
    pathSeparator: ':',
    serviceAccount: SERVICE_ACCOUNT,
  });
}

const cluster = (server: string, more: object = {}) => ({ server, ...more });
const config = (more: object = {}) => ({
  'current-context': 'prod',
  contexts: [{ name: 'prod', context: { cluster: 'c', user: 'u' } }],
  clusters: [{ name: 'c', cluster: cluster('https://api.example.com:6443/') }],
  users: [{ name: 'u', user: { token: 'a-token' } }],
  ...more,
});

async function refusal(found: Promise<Cluster>): Promise<string> {
  const error = await found.then(
    () => undefined,
    (thrown) => thrown,
  );
  assert.ok(error instanceof KeyturnError && error.code === 'not-deliverable', String(error));
  assert.ok(error.hint !== undefined);
  return `${error.message} | ${error.hint}`;
}

describe('the cluster of a kubeconfig', () => {
  it('is that of the current context, or of the one that is named', async () => {
    const two = config({
      contexts: [
        { name: 'prod', context: { cluster: 'c', user: 'u' } },
        { name: 'test', context: { cluster: 'd' } },
      ],
      clusters: [
        { name: 'c', cluster: cluster('https://api.example.com:6443/') },
        { name: 'd', cluster: cluster('https://rancher.example.com/k8s/clusters/c-1') },
      ],
    });
    const prod = await find({ '/k/one': two });
    assert.deepEqual(
      [prod.context, prod.server, prod.identity],
      ['prod', 'https://api.example.com:6443', 'api.example.com:6443'],
    );
    const named = await find({ '/k/one': two }, { context: 'test' });
    assert.equal(named.identity, 'rancher.example.com/k8s/clusters/c-1');
    assert.deepEqual(named.user, { kind: 'nobody' });
  });

  it('is put together from several files, of which the first that names something counts', async () => {
    const files = {
      '/k/one': { contexts: config().contexts },
      '/k/two': config({ 'current-context': 'prod', clusters: [] }),
      '/k/three': config({
        'current-context': 'other',
        clusters: [
          { name: 'c', cluster: cluster('https://three', { 'certificate-authority': 'ca.pem' }) },
        ],
      }),
      '/k/ca.pem': 'PEM',
    };
    const env = { KUBECONFIG: '/k/one:/k/missing::/k/two:/k/three' };
    const found = await find(files, { env });
    // A path begins in the folder of its file.
    assert.deepEqual([found.context, found.server, found.ca], ['prod', 'https://three', 'PEM']);
  });

  it('is that of ~/.kube/config where nothing is named', async () => {
    const env = { HOME: '/home/ann' };
    assert.equal((await find({ '/home/ann/.kube/config': config() }, { env })).context, 'prod');
  });

  it('is read as YAML, as people write it', async () => {
    const yaml = `apiVersion: v1
current-context: prod   # the one
contexts:
- {name: prod, context: {cluster: c, user: u}}
clusters:
- name: c
  cluster:
    server: https://api.example.com
    certificate-authority-data: UEVN
    tls-server-name: kube.internal
    proxy-url: http://ann:secret@proxy.example.com:3128
users:
- name: u
  user: {token: "123"}
`;
    const found = await find({ '/k/one': yaml });
    assert.deepEqual([found.ca, found.serverName], ['PEM', 'kube.internal']);
    assert.equal(found.proxy?.reveal(), 'http://ann:secret@proxy.example.com:3128');
  });

  const refused: readonly (readonly [why: string, file: string | object, message: RegExp])[] = [
    [
      'skips the check of certificates',
      config({
        clusters: [
          { name: 'c', cluster: cluster('https://a', { 'insecure-skip-tls-verify': true }) },
        ],
      }),
      /insecure-skip-tls-verify of the cluster "c", so anybody .* \| name its authority/,
    ],
    [
      'is asked without TLS',
      config({ clusters: [{ name: 'c', cluster: cluster('http://api.example.com') }] }),
      /without TLS, and not on this machine/,
    ],
    [
      'has no address',
      config({ clusters: [{ name: 'c', cluster: {} }] }),
      /the server of a cluster is no URL/,
    ],
    ['is not there', config({ clusters: null }), /names no cluster that is there/],
    ['has a user who is not there', config({ users: [] }), /names a user who is not there/],
    ['has no context', config({ contexts: [] }), /there is no context "prod" in \/k\/one/],
    [
      'has no current context',
      config({ 'current-context': '' }),
      /no context is current in \/k\/one \| .*it has prod/,
    ],
    [
      'has a file without the authority',
      config({
        clusters: [{ name: 'c', cluster: cluster('https://a', { 'certificate-authority': 'x' }) }],
      }),
      /names \/k\/x, which does not exist/,
    ],
    [
      'stands there twice',
      config({ users: [{ name: 'u' }, { name: 'u' }] }),
      /the user "u" stands there twice/,
    ],
    ['is no YAML', 'contexts:\n- {name: "a-secret', /\/k\/one cannot be used: line 2 is no YAML/],
    [
      'has a token that is no text',
      'users: [{name: u, user: {token: 12345}}]',
      /users\.0\.user\.token is not of the right type/,
    ],
    ['is a list', '[1, 2]', /it is no kubeconfig/],
  ];
  for (const [why, file, message] of refused) {
    it(`is refused where it ${why}`, async () => {
      const told = await refusal(find({ '/k/one': file }));
      assert.match(told, message);
      assert.ok(!/a-secret|12345|a-token/.test(told), told);
    });
  }

  it('is that of this machine over http, as behind kubectl proxy', async () => {
    const local = config({ clusters: [{ name: 'c', cluster: cluster('http://127.0.0.1:8001') }] });
    assert.equal((await find({ '/k/one': local })).identity, 'http://127.0.0.1:8001');
  });
});

describe('the cluster of this pod', () => {
  const files = { [`${SERVICE_ACCOUNT}/token`]: 't', [`${SERVICE_ACCOUNT}/ca.crt`]: 'PEM' };

  it('is taken where there is no kubeconfig, and where it is named', async () => {
    const env = { HOME: '/', KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' };
    const found = await find(files, { env });
    assert.deepEqual(
      [found.context, found.server, found.ca],
      ['in-cluster', 'https://10.96.0.1', 'PEM'],
    );
    assert.deepEqual(found.user, { kind: 'token-file', path: `${SERVICE_ACCOUNT}/token` });
    const both = { ...files, '/k/one': config() };
    const named = await find(both, {
      env: { ...env, KUBECONFIG: '/k/one' },
      context: 'in-cluster',
    });
    assert.equal(named.server, 'https://10.96.0.1');
    assert.equal((await find(both, { env: { ...env, KUBECONFIG: '/k/one' } })).context, 'prod');
  });

  it('may have an IPv6 address', async () => {
    const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' };
    assert.equal((await find(files, { env })).server, 'https://[fd00::1]:6443');
  });

  it('is refused where this is no pod, or one without a token', async () => {
    assert.match(
      await refusal(find({}, { env: {} })),
      /there is no kubeconfig .*, and this is no pod/,
    );
    assert.match(
      await refusal(find({}, { env: {}, context: 'in-cluster' })),
      /KUBERNETES_SERVICE_HOST is not set/,
    );
    const env = { KUBERNETES_SERVICE_HOST: '10.96.0.1' };
    assert.match(await refusal(find({}, { env })), /automountServiceAccountToken: true/);
  });
});
