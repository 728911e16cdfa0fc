// A place with a form, through a kind that knows nothing of forms.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { formWord, namedForm } from '../../src/destinations/forms/forms.ts';
import { openDestination } from '../../src/destinations/kinds.ts';
import { FOREIGN, NEW, OLD } from './contract.ts';
import { testOpening } from './opening.ts';

const SMTP = 'ses-smtp:eu-west-1';

async function opened(test: TestContext, word: string, content: string) {
  const { folder, opening, issue } = await testOpening(test);
  const path = join(folder, '.env');
  writeFileSync(path, content, { mode: 0o600 });
  const named = namedForm(word);
  assert.ok(named);
  const place = `${path}#SMTP_USER,SMTP_PASSWORD`;
  const target = { kind: 'dotenv', place, form: formWord(named) };
  const destination = await openDestination(target, opening);
  assert.ok(destination);
  return { destination, opening, issue, text: () => readFileSync(path, 'utf8') };
}

it('what is written is what the form makes, and everything else is as it was', async (test) => {
  const content = `A=1\nSMTP_USER=${OLD.keyId}\nSMTP_PASSWORD='BOLD'\n`;
  const { destination, issue, text } = await opened(test, SMTP, content);
  await issue(NEW);
  await destination.prepare?.();
  assert.equal(text(), content);
  const receipt = await destination.deliver(NEW);
  assert.equal(receipt.form, SMTP);
  assert.match(receipt.mark ?? '', /^sha256:[\da-f]{64}$/);
  assert.match(text(), new RegExp(`^A=1\nSMTP_USER=${NEW.keyId}\nSMTP_PASSWORD='B[^']{43}'\n$`));
  assert.ok(!text().includes(NEW.secret.reveal()));
  assert.deepEqual(await destination.deliver(NEW), receipt);
  assert.equal((await destination.holds(NEW.keyId, receipt))?.isCompared, true);
  assert.equal(await destination.holds(OLD.keyId, receipt), undefined);
});

it('once custody has the secret no more, the place is held against its receipt', async (test) => {
  const content = 'SMTP_USER=\nSMTP_PASSWORD=\n';
  const { destination, text } = await opened(test, SMTP, content);
  const receipt = await destination.deliver(NEW);
  assert.equal((await destination.holds(NEW.keyId, receipt))?.isCompared, true);
  const { mark: _, ...older } = receipt;
  assert.equal((await destination.holds(NEW.keyId, older))?.isCompared, undefined);
  const [, password = ''] = /PASSWORD=(.*)/.exec(text()) ?? [];
  const other = { ...receipt, mark: 'sha256:00' };
  assert.ok(password.length === 44);
  assert.equal((await destination.holds(NEW.keyId, other))?.isCompared, undefined);
});

it('the living pair of another user is not written over', async (test) => {
  const content = `SMTP_USER=${FOREIGN.keyId}\nSMTP_PASSWORD=x\n`;
  const { destination, text } = await opened(test, SMTP, content);
  await assert.rejects(async () => await destination.prepare?.(), { code: 'not-deliverable' });
  await assert.rejects(destination.deliver(NEW));
  assert.equal(text(), content);
});

it('a text that the place cannot hold is refused before a key is made', async (test) => {
  const content = 'SMTP_USER=\nSMTP_PASSWORD=\n';
  const { destination } = await opened(test, 'aws-credentials-ini', content);
  await assert.rejects(async () => await destination.prepare?.(), /cannot hold that form/);
  const encoded = await opened(test, 'aws-credentials-ini+base64', content);
  await encoded.destination.prepare?.();
  await encoded.destination.deliver(NEW);
  const [, value = ''] = /PASSWORD=(.*)/.exec(encoded.text()) ?? [];
  const file = Buffer.from(value, 'base64').toString();
  assert.ok(file.includes(NEW.secret.reveal()) && file.startsWith('[default]\n'));
});

it('a form that this version does not know is no place', async (test) => {
  const { opening } = await testOpening(test);
  const target = { kind: 'dotenv', place: '/srv/.env', form: 'hex' };
  assert.equal(await openDestination(target, opening), undefined);
});
