// Kubeconfigs that lead nowhere, told by what a person can do about them.

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { testOpening } from '../../../test/destinations/opening.ts';
import { failsWith } from '../../../test/kubernetes/ground.ts';
import { nodePrograms } from '../../app/node-programs.ts';
import { placeCredentials } from '../../app/place-credentials.ts';
import { openDestination } from '../kinds.ts';

const config = (cluster: object, user: object = {}) =>
  JSON.stringify({
    'current-context': 'prod',
    contexts: [{ name: 'prod', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user }],
  });

const CASES: readonly (readonly [
  why: string,
  text: string | undefined,
  message: RegExp,
  hint: RegExp,
])[] = [
  ['a folder', undefined, /kubeconfig cannot be read: it is a directory/, /let keyturn read it/],
  [
    'an authority that is none',
    config({ server: 'https://127.0.0.1:9', 'certificate-authority-data': 'UEVN' }),
    /^certificate-authority of the cluster "c" in .*kubeconfig holds no certificate in PEM form/,
    /the server of the context "prod"/,
  ],
  [
    'aliases of aliases without end',
    `a: &a [x,x,x,x,x,x,x,x,x]\n${['ab', 'bc', 'cd', 'de', 'ef']
      .map(([from, to]) => `${to}: &${to} [${`*${from},`.repeat(9)}]\n`)
      .join('')}`,
    /kubeconfig cannot be used: an alias in it cannot be resolved/,
    /KUBECONFIG/,
  ],
  [
    'a server that is not there',
    config({ server: 'http://127.0.0.1:9' }),
    /^Kubernetes at http:\/\/127\.0\.0\.1:9 does not answer: ECONNREFUSED/,
    /the server of the context "prod"/,
  ],
  [
    'a certificate that is none',
    config(
      { server: 'https://127.0.0.1:9' },
      { 'client-certificate-data': 'UEVN', 'client-key-data': 'UEVN' },
    ),
    /the client certificate for Kubernetes cannot be used/,
    /both in PEM form/,
  ],
  [
    'a proxy of another kind',
    config({
      server: 'https://127.0.0.1:6443',
      'proxy-url': 'socks5://ann:hidden@proxy.example.com',
    }),
    /^proxy-url of the context "prod" names a proxy of the kind socks5:/,
    /HTTP proxy/,
  ],
];

for (const [why, text, message, hint] of CASES) {
  it(`a kubeconfig with ${why} is told before a key is made`, async (test) => {
    const { folder, opening } = await testOpening(test);
    const path = join(folder, 'kubeconfig');
    if (text === undefined) mkdirSync(path);
    else writeFileSync(path, text);
    chmodSync(path, 0o700);
    const env = { KUBECONFIG: path };
    const programs = nodePrograms(env);
    const around = { ...opening, programs, credentials: placeCredentials(env, programs) };
    const prepare = async () => {
      const target = { kind: 'kubernetes', place: 'payments/aws-key' };
      await (await openDestination(target, around))?.prepare?.();
    };
    await assert.rejects(prepare, (thrown) => {
      assert.ok(!String(thrown).includes('hidden'));
      return failsWith('not-deliverable', message, hint)(thrown);
    });
  });
}
