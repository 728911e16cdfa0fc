// All three commands in the same surroundings, and what they say when something stands in the way.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Finished, Program } from '../cli/process.ts';
import { type Certificates, makeCertificates } from './certificates.ts';
import { ENVIRONMENT_PAIR, IDS, pair } from './keys.ts';
import { type Recorder, startRecorder } from './recorder.ts';
import { runOurs } from './tools.ts';

const HOMELESS = new URL('./homeless.js', import.meta.url).href;

/** A look at the keys of one user, by each of the commands. */
const LOOKS: readonly (readonly [Program, readonly string[]])[] = [
  ['rotate-iam-keys', ['--user', 'ann', '--dry-run', '--output-format', 'json']],
  ['keyctl', ['-k', 'dev', '--json']],
  ['keyturn', ['keys', '--user', 'ann', '--json']],
];

describe('all three commands', () => {
  let folder: string;
  let certificates: Certificates;
  let recorder: Recorder;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keyturn-faces-'));
    mkdirSync(join(folder, '.aws'));
    const credentials = `[default]\n${pair('listed')}[dev]\n${pair('listed')}`;
    writeFileSync(join(folder, '.aws', 'credentials'), credentials, { mode: 0o600 });
    certificates = makeCertificates(folder);
    recorder = await startRecorder(certificates);
  });
  after(async () => {
    await recorder.close();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    recorder.clear();
    recorder.refusal = undefined;
  });

  function look(
    [program, args]: (typeof LOOKS)[number],
    env: Record<string, string>,
    isTrusted = true,
  ): Promise<Finished> {
    return runOurs(program, args, {
      env: { HOME: folder, KEYTURN_STATE_DIR: join(folder, 'state'), ...env },
      ports: recorder.ports,
      trusted: isTrusted ? certificates.authority : undefined,
    });
  }

  const proxy = (user = '') => `http://${user}127.0.0.1:${recorder.ports.proxy}`;
  const [ROTATE] = LOOKS as [(typeof LOOKS)[number]];

  for (const each of LOOKS) {
    const [program] = each;
    it(`${program} goes through a proxy, and trusts AWS_CA_BUNDLE`, async () => {
      const env = { HTTPS_PROXY: proxy(), AWS_CA_BUNDLE: certificates.authority };
      const { code, stderr } = await look(each, env, false);
      assert.equal(code, 0, stderr);
      assert(recorder.requests.length > 1);
      assert(recorder.requests.every(({ via }) => via === 'proxy'));
    });

    it(`${program} names the settings when nobody trusts the certificate`, async () => {
      const { code, stderr } = await look(each, {}, false);
      assert.equal(code, 3);
      assert.match(stderr, /shows a certificate that nobody trusted here has signed: [A-Z_]+/);
      for (const name of ['AWS_CA_BUNDLE', 'ca_bundle', 'NODE_EXTRA_CA_CERTS']) {
        assert(stderr.includes(name), name);
      }
    });

    it(`${program} works for a user whom the system does not know`, async () => {
      const env = {
        NODE_OPTIONS: `--import=${HOMELESS}`,
        AWS_SHARED_CREDENTIALS_FILE: join(folder, '.aws', 'credentials'),
        AWS_CONFIG_FILE: join(folder, '.aws', 'config'),
      };
      const { code, stderr } = await look(each, env);
      assert.equal(code, 0, stderr);
    });
  }

  it('a user without a home needs no files where the environment has the credentials', async () => {
    const env = { NODE_OPTIONS: `--import=${HOMELESS}`, ...ENVIRONMENT_PAIR };
    const { code, stderr } = await look(ROTATE, env);
    assert.equal(code, 0, stderr);
    assert.equal(recorder.requests[0]?.keyId, IDS.environment);
  });

  it('a proxy that wants a password is named, and so is where to write one', async () => {
    recorder.refusal = '407 Proxy Authentication Required';
    const { code, stderr } = await look(ROTATE, { HTTPS_PROXY: proxy() });
    assert.equal(code, 3);
    assert.match(
      stderr,
      /the proxy http:\/\/127\.0\.0\.1:\d+ \(HTTPS_PROXY\) wants a user and a password/,
    );
    assert.deepEqual(recorder.requests, []);
  });

  it('a password that a proxy refuses is never shown, with DEBUG neither', async () => {
    recorder.refusal = '407 Proxy Authentication Required';
    const env = { HTTPS_PROXY: proxy('ann:hush%40hush@'), DEBUG: '*' };
    const log = join(folder, 'run.log');
    const [program, args] = ROTATE;
    const asked = [program, [...args, '--log-level', 'debug', '--log-file', log]] as const;
    const { stdout, stderr } = await look(asked, env);
    assert.match(stderr, /does not accept the user and password that it was shown/);
    assert.equal(recorder.tunnels[0]?.credentials, 'ann:hush@hush');
    assert.doesNotMatch(stdout + stderr + readFileSync(log, 'utf8'), /hush/);
  });

  it('a proxy that forbids the host is told from one that is not there', async () => {
    recorder.refusal = '403 Forbidden';
    const { stderr } = await look(ROTATE, { https_proxy: proxy() });
    assert.match(stderr, /\(https_proxy\) refuses to connect to aws's endpoint: HTTP 403/);
    const gone = await look(ROTATE, { HTTPS_PROXY: 'http://127.0.0.1:1' });
    assert.match(gone.stderr, /the proxy http:\/\/127\.0\.0\.1:1 .* does not answer: ECONNREFUSED/);
    assert.match(gone.stderr, /NO_PROXY/);
  });

  it('a proxy that hangs up is named', async () => {
    const rude = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => rude.listen(0, '127.0.0.1', resolve));
    const { port } = rude.address() as { port: number };
    const { code, stderr } = await look(ROTATE, { HTTPS_PROXY: `http://127.0.0.1:${port}` });
    rude.close();
    assert.equal(code, 3);
    assert.match(stderr, /the proxy http:\/\/127\.0\.0\.1:\d+ \(HTTPS_PROXY\) does not answer/);
  });

  it('a proxy that never answers is given up, and named', async () => {
    const deaf = createServer(() => {});
    await new Promise<void>((resolve) => deaf.listen(0, '127.0.0.1', resolve));
    const { port } = deaf.address() as { port: number };
    const { code, stderr } = await look(ROTATE, { HTTPS_PROXY: `http://127.0.0.1:${port}` });
    deaf.close();
    assert.equal(code, 3);
    assert.match(stderr, /through the proxy http:\/\/127\.0\.0\.1:\d+ \(HTTPS_PROXY\)/);
  });

  it('what goes past the proxy is said where it fails', async () => {
    const env = {
      HTTPS_PROXY: proxy(),
      NO_PROXY: '.corp.test',
      AWS_ENDPOINT_URL: 'https://iam.corp.test:1',
    };
    const { stderr } = await look(ROTATE, env);
    assert.match(stderr, /the call went past the proxy, because NO_PROXY names \.corp\.test/);
  });

  it('a proxy that cannot be used is bad input, and nobody is asked', async () => {
    const { code, stderr } = await look(ROTATE, { HTTPS_PROXY: 'socks5://ann:hush@127.0.0.1:1' });
    assert.equal(code, 2);
    assert.match(stderr, /HTTPS_PROXY names a proxy of the kind socks5:/);
    assert.doesNotMatch(stderr, /hush/);
  });

  it('a file of authorities that holds none is bad input', async () => {
    const empty = join(folder, 'empty.pem');
    writeFileSync(empty, '');
    const broken = join(folder, 'broken.pem');
    const line = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    writeFileSync(broken, line);
    for (const [file, why] of [
      [empty, /holds no certificate in PEM form/],
      [broken, /holds a certificate that cannot be read/],
      [folder, /holds no certificate in PEM form/],
    ] as const) {
      const { code, stderr } = await look(ROTATE, { AWS_CA_BUNDLE: file });
      assert.equal(code, 2);
      assert.match(stderr, why);
    }
    assert.deepEqual(recorder.requests, []);
  });

  it('which credentials were chosen is in the log, the page and the document', async () => {
    const env = { AWS_PROFILE: 'dev', ...ENVIRONMENT_PAIR };
    const said = 'the environment (AWS_ACCESS_KEY_ID), which goes before AWS_PROFILE="dev"';
    const { stdout, stderr } = await look(ROTATE, env);
    assert.match(
      stderr,
      /credentials chosen signed_by="the environment \(AWS_ACCESS_KEY_ID\), which/,
    );
    assert.equal(JSON.parse(stdout).signed_by, said);
    const page = await look(['rotate-iam-keys', ['--user', 'ann', '--dry-run']], env);
    assert(page.stdout.replaceAll(/\s+/g, ' ').includes(`signed by ${said}`), page.stdout);
    const named = await look(['keyturn', ['keys', '--user', 'ann']], { AWS_PROFILE: 'dev' });
    assert.match(named.stdout, /Signed by profile dev \(AWS_PROFILE\)\./);
  });

  it('the keys of the environment sign a list of all keys', async () => {
    const list = ['keyctl', ['--list-all-keys']] as const;
    const { code, stdout, stderr } = await look(list, { ...ENVIRONMENT_PAIR });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /signed by the environment \(AWS_ACCESS_KEY_ID\)/);
    assert(recorder.requests.every(({ keyId }) => keyId === IDS.environment));
    recorder.clear();
    const own = await look(list, {});
    assert.match(own.stdout, /signed by profile default/);
    const gone = await look(list, { AWS_PROFILE: 'gone' });
    assert.match(gone.stderr, /profile "gone" is in neither/);
  });

  it('a FIPS endpoint that a region lacks is put down to the setting', async () => {
    const env = { AWS_USE_FIPS_ENDPOINT: 'true', AWS_ENDPOINT_URL: 'https://iam.corp.test' };
    const { code, stderr } = await look(ROTATE, env);
    assert.equal(code, 2);
    assert.match(
      stderr,
      /AWS_USE_FIPS_ENDPOINT asks for FIPS endpoints, and AWS_ENDPOINT_URL names/,
    );
    assert.match(stderr, /unset one of the two/);
  });

  for (const each of LOOKS) {
    const [program, args] = each;
    it(`${program} keeps its log out of what goes to stdout`, async () => {
      for (const file of ['/dev/stdout', '/dev/fd/1', '/proc/self/fd/1']) {
        const { code, stdout, stderr } = await look([program, [...args, '--log-file', file]], {});
        assert.notEqual(code, 0);
        assert.match(stderr, /is where the result goes/);
        if (stdout !== '') JSON.parse(stdout);
      }
      const { code } = await look([program, [...args, '--log-file', '/dev/null']], {});
      assert.equal(code, 0);
    });
  }
});
