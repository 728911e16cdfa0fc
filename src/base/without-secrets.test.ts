import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withoutCredentials, withoutWordsLikeSecrets } from './without-secrets.ts';

const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

describe('what a program says', () => {
  for (const [said, told] of [
    ['password=hunter22', 'password=[secret]'],
    ['{"token":"abcdef123456"}', '{"token":"[secret]"}'],
    ['Authorization: Bearer abc.def-ghi123', 'Authorization: Bearer [secret]'],
    [`AWS_SECRET_ACCESS_KEY=${SECRET}`, 'AWS_SECRET_ACCESS_KEY=[secret]'],
    [`it was ${SECRET}, it said`, 'it was [secret], it said'],
    ['got ghp_0123456789abcdefghij', 'got [secret]'],
    ['k8s-aws-v1.aHR0cHM6Ly9zdHMuYW1hem9uYXdz here', '[secret] here'],
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcDEF-_123 is it', '[secret] is it'],
    ['session 0a1b2c3d4e5f60718293a4b5c6d7e8f9', 'session [secret]'],
  ] as const) {
    it(`${said.slice(0, 24)}… is masked`, () => {
      assert.equal(withoutWordsLikeSecrets(said), told);
    });
  }

  for (const said of [
    'token: expired',
    'The security token included in the request is expired',
    'no such file /usr/local/lib/python3.11/site-packages/awscli/customizations/eks/get_token.py',
    'access_key: AKIAIOSFODNN7EXAMPLE',
    'no cluster my-production-cluster-eu-west-1-2024',
    'error: global-accelerator is down',
  ]) {
    it(`${said} stays`, () => {
      assert.equal(withoutWordsLikeSecrets(said), said);
    });
  }

  it('is masked in one pass, whatever it is made of', () => {
    for (const part of [
      'secret-',
      'token=',
      'a',
      '-',
      'token ',
      '"secret":"',
      'a1',
      'eyJ',
      'Bearer ',
    ]) {
      const text = part.repeat(Math.ceil(65_536 / part.length));
      const begun = process.cpuUsage().user;
      withoutWordsLikeSecrets(text);
      // Microseconds of a processor; what backtracks takes minutes.
      assert.ok(process.cpuUsage().user - begun < 5_000_000, part);
    }
  });
});

it('a reason of a service keeps its words', () => {
  const said = 'secret/app/ada: 1 error occurred: * permission denied (global-accelerator)';
  assert.equal(withoutCredentials(said), said);
});
