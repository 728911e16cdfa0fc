import assert from 'node:assert/strict';
import { request } from 'node:http';
import { it } from 'node:test';
import type { SignedCall } from '../base/aws-stores.ts';
import { startSandbox } from '../sandbox/index.ts';
import { signCallerProof } from './sdk-caller-proof.ts';

/** As Vault does it: to the STS that it knows, with the headers and the body that it was handed. */
function sent(url: string, { method, headers, body }: SignedCall): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request(url, { method, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => resolve(`${answer.statusCode} ${Buffer.concat(chunks)}`));
    });
    call.on('error', reject);
    call.end(body);
  });
}

it('a signed call tells whoever sends it who signed, and is good for nothing else', async (test) => {
  const sandbox = await startSandbox({ seed: 'proof', keyLagSeconds: 0 });
  test.after(() => sandbox.close());
  const { id, secret } = sandbox.world.administratorKey();
  const credentials = async () => ({ accessKeyId: id, secretAccessKey: secret });
  const headers = { 'X-Vault-AWS-IAM-Server-ID': 'vault.example.com' };
  const proof = await signCallerProof({ region: undefined, headers }, credentials);
  assert.equal(proof.url, `https://sts.${'amazonaws'}.com/`);
  const names = Object.keys(proof.headers).map((name) => name.toLowerCase());
  assert(names.includes('authorization'));
  assert.match(
    Object.entries(proof.headers).find(([name]) => name.toLowerCase() === 'authorization')?.[1] ??
      '',
    /SignedHeaders=[^,]*x-vault-aws-iam-server-id/,
  );
  const { url } = sandbox;
  assert.match(await sent(url, proof), /^200 .*sandbox-admin/s);
  const forged = { ...proof, headers: { ...proof.headers, 'X-Vault-AWS-IAM-Server-ID': 'other' } };
  assert.match(await sent(url, forged), /^403 /);
  const other = { ...proof, body: 'Action=ListUsersXXXXXXXX&Version=2010-05-08' };
  assert.match(await sent(url, other), /^403 /);
  const regional = await signCallerProof({ region: 'eu-west-1', headers: {} }, credentials);
  assert.equal(regional.url, `https://sts.eu-west-1.${'amazonaws'}.com/`);
  assert.match(await sent(url, regional), /^200 /);
});
