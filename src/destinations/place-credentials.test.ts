import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { credentialReference, holdsToken } from './place-credentials.ts';

describe('a reference to a credential', () => {
  it('names a variable, a file or a command', () => {
    assert.deepEqual(credentialReference(`\${env:GITHUB_TOKEN}`), {
      kind: 'env',
      name: 'GITHUB_TOKEN',
    });
    assert.deepEqual(credentialReference(`\${file:/run/secrets/token}`), {
      kind: 'file',
      path: '/run/secrets/token',
    });
    assert.deepEqual(credentialReference(`\${command:gh auth token --hostname "a b"}`), {
      kind: 'command',
      line: 'gh auth token --hostname "a b"',
    });
  });

  it('is nothing else', () => {
    for (const text of ['', '$TOKEN', `\${TOKEN}`, `\${env:}`, `\${env:A B}`, `x\${env:A}`]) {
      assert.equal(credentialReference(text), undefined, text);
    }
  });
});

describe('a token in clear', () => {
  const long = 'aB3'.repeat(14);
  const tokens = [
    `ghp_${long}`,
    `github_pat_${long}`,
    `glpat-${long}`,
    `hvs.${long}`,
    `s.${'aB3'.repeat(8)}`,
    `CCIPAT_${long}`,
    `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x`,
    `wJalrXUtnFEMIbK7MDENGbPxRfiCYEXAMPLEKEY1`,
  ];
  for (const token of tokens) {
    it(`is known by its form: ${token.slice(0, 4)}`, () => {
      assert(holdsToken(`vault=secret/app?token=${token}`));
    });
  }

  it('is not seen in the names of places', () => {
    const names = [
      'secrets-manager=app/{user}/aws-key#id=access_key_id,secret=secret_access_key',
      'ssm=/a/very/long/path/of/a/Parameter/Number/1/that/goes/on/{user}',
      'github=octo-org/octo-repo:production',
      `vault=secret/app?token=\${file:/run/secrets/token}`,
      'dotenv=/srv/app/releases/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b/.env',
    ];
    for (const name of names) assert.equal(holdsToken(name), false, name);
  });
});
