import assert from 'node:assert/strict';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { settableClock, temporaryDirectory } from '../../../test/state/support.ts';
import { nodePrograms } from '../../app/node-programs.ts';
import { KeyturnError } from '../../base/errors.ts';
import { Secret } from '../../base/secret.ts';
import type { Cluster } from './cluster.ts';
import type { UserSettings } from './kubeconfig.ts';
import { SignIn } from './sign-in.ts';

const PEM = Buffer.from('PEM').toString('base64');

async function signInOf(
  test: TestContext,
  settings: UserSettings,
  { cluster = {}, clock = settableClock() } = {},
) {
  const folder = await temporaryDirectory(test);
  const file = join(folder, 'config');
  const entry = { settings, file };
  const parts = {
    clock,
    programs: nodePrograms({
      PATH: `${folder}:${process.env.PATH}`,
      OWN: 'passed on',
      HOME: folder,
    }),
    readFile: async (path: string) => {
      try {
        return readFileSync(path, 'utf8');
      } catch {
        return undefined;
      }
    },
  };
  const at: Cluster = {
    ...{ context: 'prod', identity: 'api.example.com', server: 'https://api.example.com' },
    ...{ ca: undefined, caSetting: '', serverName: undefined, proxy: undefined },
    user: { kind: 'settings', entry, cluster },
  };
  return { folder, signIn: new SignIn(at, parts) };
}

async function headersOf(signIn: SignIn): Promise<Record<string, unknown>> {
  const { headers } = await signIn.current();
  const shown = Object.entries(headers).map(([name, value]) => [
    name,
    value instanceof Secret ? value.reveal() : value,
  ]);
  return Object.fromEntries(shown.filter(([, value]) => value !== undefined));
}

/** A plugin that prints the text and counts its runs; `$N` is the count, `$OWN` a variable of keyturn's. */
function writePlugin(folder: string, name: string, printed: string): string {
  const path = join(folder, name);
  const script = `#!/bin/sh
N=$(($(cat '${path}.count' 2>/dev/null || echo 0) + 1)); echo $N > '${path}.count'
printf '%s' "$KUBERNETES_EXEC_INFO" > '${path}.info'
cat <<TEXT
${printed}
TEXT
`;
  writeFileSync(path, script);
  chmodSync(path, 0o700);
  return path;
}

const VERSION = 'client.authentication.k8s.io/v1';
const credential = (status: string) =>
  `{"kind":"ExecCredential","apiVersion":"${VERSION}","status":${status}}`;
const plugin = (more: object = {}) => ({
  exec: { apiVersion: VERSION, command: 'give-token', interactiveMode: 'Never', ...more },
});

describe('a user of a kubeconfig', () => {
  it('shows a token, from a file each time where one is named', async (test) => {
    const { signIn } = await signInOf(test, { token: 'one' });
    assert.deepEqual(await headersOf(signIn), { authorization: 'Bearer one' });
    const { folder, signIn: byFile } = await signInOf(test, { token: 'one', tokenFile: 'token' });
    for (const text of ['two', 'three\n']) {
      writeFileSync(join(folder, 'token'), text);
      assert.deepEqual(await headersOf(byFile), { authorization: `Bearer ${text.trim()}` });
    }
    writeFileSync(join(folder, 'token'), '\n');
    await assert.rejects(byFile.current(), /token is empty/);
  });

  it('shows a certificate, from data or from files beside the kubeconfig', async (test) => {
    const data = { 'client-certificate-data': PEM, 'client-key-data': PEM };
    const { signIn } = await signInOf(test, data);
    const { certificate } = await signIn.current();
    assert.deepEqual([certificate?.cert, certificate?.key.reveal()], ['PEM', 'PEM']);
    const named = { 'client-certificate': 'c.pem', 'client-key': 'k.pem' };
    const { folder, signIn: byFiles } = await signInOf(test, named);
    await assert.rejects(
      byFiles.current(),
      /client-certificate names .*c\.pem, which does not exist/,
    );
    writeFileSync(join(folder, 'c.pem'), 'C');
    writeFileSync(join(folder, 'k.pem'), 'K');
    assert.equal((await byFiles.current()).certificate?.key.reveal(), 'K');
    const { signIn: half } = await signInOf(test, { 'client-key-data': PEM });
    await assert.rejects(half.current(), /half of client-certificate and client-key/);
  });

  it('acts as somebody else where the kubeconfig says so', async (test) => {
    const { signIn } = await signInOf(test, {
      username: 'ann',
      password: 'pass',
      as: 'bob',
      'as-groups': ['a', 'b'],
      'as-user-extra': { 'example.com/Scope': ['x'] },
    });
    assert.deepEqual(await headersOf(signIn), {
      authorization: `Basic ${Buffer.from('ann:pass').toString('base64')}`,
      'impersonate-user': 'bob',
      'impersonate-group': ['a', 'b'],
      'impersonate-extra-example.com%2Fscope': ['x'],
    });
  });

  it('is refused with an auth-provider, which clients know no more', async (test) => {
    const { signIn } = await signInOf(test, { 'auth-provider': { name: 'gcp' } });
    await assert.rejects(signIn.current(), /auth-provider gcp, which Kubernetes has taken out/);
  });
});

describe('a credential plugin', () => {
  it('is asked once in the environment of keyturn, and again when its token is over', async (test) => {
    const clock = settableClock('2026-03-01T00:00:00.000Z');
    const settings = plugin({
      args: ['get'],
      env: [{ name: 'MORE', value: 'm' }],
      provideClusterInfo: true,
    });
    const cluster = { 'certificate-authority-data': PEM };
    const { folder, signIn } = await signInOf(test, settings, { clock, cluster });
    const path = writePlugin(
      folder,
      'give-token',
      credential(`{"token":"t-$N-$OWN-$MORE-$1","expirationTimestamp":"2026-03-01T01:00:00Z"}`),
    );
    const bearer = (count: number) => ({ authorization: `Bearer t-${count}-passed on-m-get` });
    assert.deepEqual(await headersOf(signIn), bearer(1));
    assert.deepEqual(await headersOf(signIn), bearer(1));
    assert.deepEqual(JSON.parse(readFileSync(`${path}.info`, 'utf8')), {
      apiVersion: VERSION,
      kind: 'ExecCredential',
      spec: {
        interactive: false,
        cluster: { server: 'https://api.example.com', 'certificate-authority-data': PEM },
      },
    });
    clock.set(new Date('2026-03-01T00:59:55.000Z'));
    assert.deepEqual(await headersOf(signIn), bearer(2));
    assert.equal(signIn.forget(), true);
    assert.deepEqual(await headersOf(signIn), bearer(3));
  });

  it('may stand beside the kubeconfig, and give a certificate', async (test) => {
    const { folder, signIn } = await signInOf(test, plugin({ command: './give' }));
    writePlugin(folder, 'give', credential('{"clientCertificateData":"C","clientKeyData":"K"}'));
    assert.equal((await signIn.current()).certificate?.key.reveal(), 'K');
  });

  const refused: readonly (readonly [why: string, more: object, printed: string, told: RegExp])[] =
    [
      [
        'is not there',
        { command: 'nowhere', installHint: 'install it' },
        '',
        /gave no credential: it cannot be run.*\(install it\)/s,
      ],
      [
        'speaks an old version',
        { apiVersion: 'client.authentication.k8s.io/v1alpha1' },
        '',
        /speaks client.authentication.k8s.io\/v1alpha1/,
      ],
      ['wants a person', { interactiveMode: 'Always' }, '', /wants to ask a person/],
      ['prints no JSON', {}, 'token: hidden-token', /printed no ExecCredential/],
      [
        'prints another version',
        {},
        '{"kind":"ExecCredential","apiVersion":"x","status":{"token":"hidden-token"}}',
        /printed no ExecCredential/,
      ],
      ['prints no credential', {}, credential('{}'), /printed no ExecCredential/],
    ];
  for (const [why, more, printed, told] of refused) {
    it(`that ${why} is told without what it printed`, async (test) => {
      const { folder, signIn } = await signInOf(test, plugin(more));
      writePlugin(folder, 'give-token', printed);
      await assert.rejects(signIn.current(), (thrown) => {
        assert.ok(thrown instanceof KeyturnError && thrown.code === 'not-deliverable');
        const words = `${thrown.message} ${thrown.hint}`;
        assert.match(words, told);
        assert.ok(!words.includes('hidden-token'));
        return true;
      });
    });
  }
});
