// The destinations that live on this machine. Those in AWS pass the same contract in
// test/conformance/destinations.test.ts, against the sandbox and against moto.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { Decrypter, generateIdentity, identityToRecipient } from 'age-encryption';
import { nodeFileSystem } from '../../src/base/files/node-file-system.ts';
import { DELIVERABLE_KINDS } from '../../src/destinations/deliverable.ts';
import { handoffDestination, sealedPath } from '../../src/destinations/handoff/index.ts';
import { DESTINATIONS } from '../../src/destinations/registry.ts';
import { NEW, OLD, passesContract, type Subject } from './contract.ts';
import { testParts } from './parts.ts';

const REPOSITORY = new URL('../../../', import.meta.url);

const HANDOFFS: readonly Subject[] = ['handoff', 'stdout'].map((kind) => ({
  kind,
  open: async (test) => {
    const { parts, issue } = await testParts(test);
    return {
      place: '',
      parts,
      issue,
      served: async (keyId) => {
        const entry = await parts.handoff.get(keyId);
        return entry && { id: entry.keyId, secret: entry.secret.reveal() };
      },
    };
  },
}));

const PROFILE: Subject = {
  kind: 'credentials-file',
  open: async (test) => {
    const { folder, parts, issue } = await testParts(test);
    const path = join(folder, 'credentials');
    const other = '# kept as it is\n[other]\nregion = eu-west-1\n';
    writeFileSync(
      path,
      `[production]\naws_access_key_id = ${OLD.keyId}\naws_secret_access_key = ${OLD.secret.reveal()}\n\n${other}`,
      { mode: 0o600 },
    );
    const text = () => readFileSync(path, 'utf8');
    return {
      place: `${path} [production]`,
      parts,
      issue,
      served: async () => {
        const [, id = ''] = /\[production\]\naws_access_key_id = (\S+)/.exec(text()) ?? [];
        const [, secret = ''] = /\naws_secret_access_key = (\S+)/.exec(text()) ?? [];
        return { id, secret };
      },
      others: async () => text().includes(other),
    };
  },
};

for (const subject of [...HANDOFFS, PROFILE]) passesContract(subject);

it('every kind has a folder, a page and a row in the index', () => {
  const folders = readdirSync(new URL('src/destinations/', REPOSITORY), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  assert.deepEqual(Object.keys(DESTINATIONS).sort(), folders.sort());
  const index = readFileSync(new URL('docs/destinations/README.md', REPOSITORY), 'utf8');
  for (const kind of folders) {
    assert.ok(
      existsSync(new URL(`docs/destinations/${kind}.md`, REPOSITORY)),
      `${kind} has no page`,
    );
    assert.ok(index.includes(`(${kind}.md)`), `${kind} is not in the index`);
  }
  for (const kind of DELIVERABLE_KINDS) assert.ok(folders.includes(kind));
});

it('a sealed hand-off replaces the plain one only when it is safe on the disk', async (test) => {
  const identity = await generateIdentity();
  const recipient = await identityToRecipient(identity);
  const { parts, issue } = await testParts(test);
  await issue(NEW);
  const destination = handoffDestination(recipient, parts);
  const receipt = await destination.deliver(NEW);
  const plain = parts.handoff.pathOf(NEW.keyId);
  assert.equal(receipt.reference, sealedPath(plain));
  assert.equal(existsSync(receipt.reference), false);
  assert.equal(await destination.holds(NEW.keyId, receipt), true);

  await destination.seal?.(NEW);
  assert.equal(existsSync(plain), true, 'removing it is the engine’s step');
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  const opened = await decrypter.decrypt(readFileSync(receipt.reference), 'text');
  assert.equal(JSON.parse(opened).secret_access_key, NEW.secret.reveal());
});

it('a disk that keeps something else than was written does not count as sealed', async (test) => {
  const recipient = await identityToRecipient(await generateIdentity());
  const { parts, issue } = await testParts(test);
  await issue(NEW);
  const fs = { ...nodeFileSystem, rename: async () => undefined };
  const destination = handoffDestination(recipient, { ...parts, fs });
  await assert.rejects(async () => destination.seal?.(NEW), { code: 'handoff-failed' });
});
