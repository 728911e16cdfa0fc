import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { it } from 'node:test';
import { Decrypter, generateIdentity, identityToRecipient } from 'age-encryption';
import { NEW } from '../../../test/destinations/contract.ts';
import { testOpening } from '../../../test/destinations/opening.ts';
import { handoffDestination } from './destination.ts';

it('a sealed hand-off replaces the plain one only when it is safe on the disk', async (test) => {
  const identity = await generateIdentity();
  const recipient = await identityToRecipient(identity);
  const {
    opening: { custody },
    issue,
  } = await testOpening(test);
  await issue(NEW);
  const destination = handoffDestination(recipient, custody);
  const receipt = await destination.deliver(NEW);
  const plain = custody.describe(NEW.keyId);
  assert.equal(receipt.reference, plain.replace('.json', '.age'));
  assert.equal(existsSync(receipt.reference), false);
  assert.ok(await destination.holds(NEW.keyId, receipt));

  await destination.seal?.(NEW);
  assert.equal(existsSync(plain), true, 'removing it is the engine’s step');
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  const opened = await decrypter.decrypt(readFileSync(receipt.reference), 'text');
  assert.equal(JSON.parse(opened).secret_access_key, NEW.secret.reveal());
});

it('a disk that keeps something else than was written does not count as sealed', async (test) => {
  const recipient = await identityToRecipient(await generateIdentity());
  const {
    opening: { custody },
    issue,
  } = await testOpening(test);
  await issue(NEW);
  const sealed = { ...custody.sealed, put: async () => undefined };
  const destination = handoffDestination(recipient, { ...custody, sealed });
  await assert.rejects(async () => destination.seal?.(NEW), { code: 'handoff-failed' });
});
