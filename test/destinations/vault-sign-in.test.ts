// Signing in to Vault by its methods: Kubernetes at a real OpenBao, whose reviewer of tokens is ours; AWS,
// which OpenBao does not have, at a server that takes what Vault takes.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import type { TLSSocket } from 'node:tls';
import type { SignedCall } from '../../src/base/aws-stores.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import type { Opening } from '../../src/destinations/kind.ts';
import { openDestination } from '../../src/destinations/kinds.ts';
import { makeCertificates } from '../environment/certificates.ts';
import { scriptedServer } from '../http/scripted-server.ts';
import { startBao } from '../openbao/bao-server.ts';
import { temporaryDirectory } from '../state/support.ts';
import { NEW, OLD } from './contract.ts';
import { testOpening } from './opening.ts';

async function opened(
  test: TestContext,
  place: string,
  env: Record<string, string>,
  more: Partial<Opening> = {},
) {
  const { opening } = await testOpening(test, env);
  const destination = await openDestination({ kind: 'vault', place }, { ...opening, ...more });
  assert(destination !== undefined);
  return destination;
}

const base64url = (value: unknown): string =>
  Buffer.from(JSON.stringify(value)).toString('base64url');

it('a service account of Kubernetes signs in with the token that the kubelet gave it', async (test) => {
  const bao = await startBao();
  test.after(() => bao.close());
  const folder = await temporaryDirectory(test);
  const { authorityText } = makeCertificates(folder);
  const account = { name: 'rotator', uid: '8d2c' };
  const jwt = [
    base64url({ alg: 'RS256', typ: 'JWT' }),
    base64url({
      iss: 'https://127.0.0.1',
      iat: 1_700_000_000,
      nbf: 1_700_000_000,
      exp: 4_000_000_000,
      sub: `system:serviceaccount:ops:${account.name}`,
      'kubernetes.io': { namespace: 'ops', serviceaccount: account },
    }),
    base64url({ a: 'signature' }),
  ].join('.');
  const cluster = await scriptedServer(test, ({ body }) => {
    const isKnown = (JSON.parse(body) as { spec: { token: string } }).spec.token === jwt;
    const user = { username: `system:serviceaccount:ops:${account.name}`, uid: account.uid };
    const kind = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview' };
    return { status: 201, body: { ...kind, status: { authenticated: isKnown, user } } };
  });
  await bao.must('POST', 'sys/auth/cluster-a', { body: { type: 'kubernetes' } });
  await bao.must('POST', 'auth/cluster-a/config', {
    body: {
      kubernetes_host: cluster.url,
      kubernetes_ca_cert: authorityText,
      disable_local_ca_jwt: true,
      token_reviewer_jwt: jwt,
    },
  });
  const policy = 'path "secret/data/app" { capabilities = ["read", "patch"] }';
  await bao.must('PUT', 'sys/policies/acl/app', { body: { policy } });
  await bao.must('POST', 'auth/cluster-a/role/rotator', {
    body: {
      bound_service_account_names: [account.name],
      bound_service_account_namespaces: ['ops'],
      token_policies: ['app'],
    },
  });
  const pair = { AccessKeyId: OLD.keyId, SecretAccessKey: OLD.secret.reveal() };
  await bao.must('POST', 'secret/data/app', { body: { data: pair } });
  const file = join(folder, 'token');
  writeFileSync(file, `${jwt}\n`);
  const options = `auth=kubernetes&auth-mount=cluster-a&role=rotator&jwt=\${file:${file}}`;
  const env = { VAULT_ADDR: bao.url };
  const destination = await opened(test, `secret/app?${options}`, env);
  await destination.prepare?.();
  await destination.deliver(NEW);
  assert.equal((await bao.must('GET', 'secret/data/app')).data.data.AccessKeyId, NEW.keyId);
  const wrong = await opened(
    test,
    `secret/app?${options.replace('role=rotator', 'role=other')}`,
    env,
  );
  await assert.rejects(
    wrong.prepare?.() ?? Promise.resolve(),
    /refuses POST v1\/auth\/cluster-a\/login: HTTP 400, invalid role name/,
  );
  const nobody = await opened(test, 'secret/app?auth=kubernetes', env);
  await assert.rejects(nobody.prepare?.() ?? Promise.resolve(), /nothing says the role/);
});

it('a caller of AWS proves who it is by a call that Vault sends', async (test) => {
  const bodies: Record<string, string>[] = [];
  const server = await scriptedServer(test, ({ path, body, headers }) => {
    if (path === '/v1/auth/aws/login') {
      bodies.push(JSON.parse(body) as Record<string, string>);
      return { body: { auth: { client_token: 'token-for-a-caller' } } };
    }
    return headers['x-vault-token'] === 'token-for-a-caller'
      ? { status: 404, body: { errors: ['signed in'] } }
      : { status: 403, body: { errors: ['permission denied'] } };
  });
  const asked: unknown[] = [];
  const proof: SignedCall = {
    method: 'POST',
    url: 'https://sts.invalid/',
    headers: { authorization: 'AWS4-HMAC-SHA256 Credential=example' },
    body: 'Action=GetCallerIdentity&Version=2011-06-15',
  };
  const callerProof = async (options: unknown) => {
    asked.push(options);
    return proof;
  };
  const env = { VAULT_ADDR: server.url };
  const { opening } = await testOpening(test, env);
  const more = { aws: { ...opening.aws, callerProof } };
  const place = 'secret/app?auth=aws&role=ops&server-id=vault.corp.test&sts-region=eu-west-1';
  const destination = await opened(test, place, env, more);
  await assert.rejects(destination.prepare?.() ?? Promise.resolve(), /HTTP 404, signed in/);
  const text = (name: string) => Buffer.from(bodies[0]?.[name] ?? '', 'base64').toString('utf8');
  assert.deepEqual([bodies[0]?.role, bodies[0]?.iam_http_request_method], ['ops', 'POST']);
  assert.deepEqual([text('iam_request_url'), text('iam_request_body')], [proof.url, proof.body]);
  assert.deepEqual(JSON.parse(text('iam_request_headers')), proof.headers);
  const headers = { 'X-Vault-AWS-IAM-Server-ID': 'vault.corp.test' };
  assert.deepEqual(asked, [{ region: 'eu-west-1', headers }]);
});

it('what a method answers without a token is no way in', async (test) => {
  const server = await scriptedServer(test, [{ body: { auth: { mfa_requirement: {} } } }]);
  const env = { VAULT_ADDR: server.url, VAULT_ROLE_ID: 'r', VAULT_SECRET_ID: 's' };
  const destination = await opened(test, 'secret/app', env);
  const error = await destination.prepare?.().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert(error instanceof KeyturnError);
  assert.equal(error.message, 'Vault signs in by v1/auth/approle/login and gives no token');
});

it('the token of `vault login` is used, and the certificates of the environment both ways', async (test) => {
  const folder = await temporaryDirectory(test);
  const {
    authority,
    authorityText: ca,
    key,
    certificate: cert,
    stranger,
  } = makeCertificates(folder);
  writeFileSync(join(folder, '.vault-token'), 'token-of-a-login\n');
  const seen: string[] = [];
  const options = { key, cert, ca, requestCert: true, rejectUnauthorized: false };
  const server = createServer(options, (request, response) => {
    const { authorized } = request.socket as TLSSocket;
    seen.push(`${authorized} ${request.headers['x-vault-token']}`);
    response.writeHead(404, { 'content-type': 'application/json' }).end('{"errors":["reached"]}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  test.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const common = { HOME: folder, VAULT_ADDR: `https://127.0.0.1:${port}` };
  const told = async (env: Record<string, string>): Promise<string> => {
    const destination = await opened(test, 'secret/app', { ...common, ...env });
    return await (destination.prepare?.() ?? Promise.resolve()).then(
      () => 'nothing',
      (error: KeyturnError) => error.message,
    );
  };
  const mutual = {
    VAULT_CACERT: authority,
    VAULT_TLS_SERVER_NAME: 'vault.corp.test',
    VAULT_CLIENT_CERT: join(folder, 'host.pem'),
    VAULT_CLIENT_KEY: join(folder, 'host.key'),
  };
  assert.match(await told(mutual), /HTTP 404, reached$/);
  assert.match(await told({ BAO_CACERT_BYTES: ca }), /HTTP 404, reached$/);
  assert.deepEqual(seen, ['true token-of-a-login', 'false token-of-a-login']);
  assert.match(
    await told({ VAULT_CACERT: stranger }),
    /shows a certificate that nobody trusted here/,
  );
  assert.match(
    await told({ VAULT_CACERT: join(folder, 'none') }),
    /VAULT_CACERT names .*, which does not exist$/,
  );
  const other = { VAULT_CACERT: authority, VAULT_TLS_SERVER_NAME: 'vault.example.org' };
  assert.match(await told(other), /ERR_TLS_CERT_ALTNAME_INVALID$/);
  assert.equal(seen.length, 2);
});
