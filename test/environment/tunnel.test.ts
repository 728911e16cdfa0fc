// Connections through a proxy: how many there are, and what a failed one says about a new key.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { CreateAccessKeyCommand, IAMClient, ListAccessKeysCommand } from '@aws-sdk/client-iam';
import { classifyCreate } from '../../src/aws/classify.ts';
import { openWire, type Wire } from '../../src/aws/clients.ts';
import { DEFAULT_TIMEOUTS } from '../../src/aws/http-handler.ts';
import { loadTrust } from '../../src/aws/trust.ts';
import { routerOf } from '../../src/http/proxies.ts';
import { type Certificates, makeCertificates } from './certificates.ts';
import { IDS } from './keys.ts';
import { type Recorder, startRecorder } from './recorder.ts';

const PAIR = { accessKeyId: IDS.dev, secretAccessKey: 'not-a-secret' };

describe('the way through a proxy', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-tunnel-'));
  let certificates: Certificates;
  let recorder: Recorder;
  before(async () => {
    certificates = makeCertificates(folder);
    recorder = await startRecorder(certificates);
  });
  after(async () => {
    await recorder.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function wireOf(test: TestContext, refusal?: string): Wire {
    recorder.clear();
    recorder.refusal = refusal;
    const env = {
      HTTPS_PROXY: `http://127.0.0.1:${recorder.ports.proxy}`,
      AWS_CA_BUNDLE: certificates.authority,
    };
    const shared = {
      credentialsPath: '',
      configPath: '',
      profiles: new Map(),
      services: new Map(),
      ssoSessions: new Set<string>(),
      pairsInCredentials: new Set<string>(),
    };
    const trust = loadTrust({ env, shared, profile: undefined });
    const wire = openWire(4, DEFAULT_TIMEOUTS, { route: routerOf(env), trust });
    test.after(() => wire.close());
    return wire;
  }

  function clientOf(requestHandler: Wire['shared']): IAMClient {
    const endpoint = 'https://iam.corp.test';
    const common = { endpoint, region: 'us-east-1', credentials: PAIR, maxAttempts: 1 };
    return new IAMClient({ ...common, requestHandler });
  }

  it('is kept for further calls, and for the creation of a key made anew', async (test) => {
    const { shared, fresh } = wireOf(test);
    const client = clientOf(shared);
    for (const UserName of ['ann', 'bob', 'eve']) {
      await client.send(new ListAccessKeysCommand({ UserName }));
    }
    assert.deepEqual(recorder.tunnels.length, 1);
    const creator = clientOf(fresh);
    await creator.send(new ListAccessKeysCommand({ UserName: 'ann' }));
    await creator.send(new ListAccessKeysCommand({ UserName: 'ann' }));
    assert.deepEqual(
      recorder.tunnels.map(({ target }) => target),
      Array.from({ length: 3 }, () => 'iam.corp.test:443'),
    );
    assert(recorder.requests.every(({ via }) => via === 'proxy'));
  });

  it('proves that no key was made where it cannot be opened (I2)', async (test) => {
    const { fresh } = wireOf(test, '502 Bad Gateway');
    const call = clientOf(fresh).send(new CreateAccessKeyCommand({ UserName: 'ann' }));
    const thrown = await call.then(
      () => undefined,
      (error: unknown) => error,
    );
    assert.equal(classifyCreate(thrown).kind, 'refused');
    assert.deepEqual(recorder.requests, []);
  });
});
