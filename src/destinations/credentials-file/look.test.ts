// I14 for profiles, as tables: what a file may hold for a pair to be written into it, and what not.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { FOREIGN, NEW, OLD } from '../../../test/destinations/contract.ts';
import { testOpening } from '../../../test/destinations/opening.ts';
import type { Opening } from '../kind.ts';
import { openDestination } from '../kinds.ts';

const pair = ({ keyId, secret }: typeof OLD) =>
  `aws_access_key_id = ${keyId}\naws_secret_access_key = ${secret.reveal()}\n`;
const P = '[p]\n';
const HELD = `${P}${pair(OLD)}`;

async function scene(test: TestContext, text: string, more: Partial<Opening> = {}) {
  const { folder, opening } = await testOpening(test);
  const path = join(folder, 'credentials');
  writeFileSync(path, text, { mode: 0o600 });
  const open = async (...profiles: string[]) => {
    const names = profiles.map((name) => ` [${name}]`).join('');
    const since = profiles.length > 1 ? { since: 3 as const } : {};
    const target = { kind: 'credentials-file', place: `${path}${names}`, ...since };
    const destination = await openDestination(target, { ...opening, ...more });
    assert.ok(destination !== undefined);
    return destination;
  };
  return { folder, path, open };
}

const TAKEN: Readonly<Record<string, string>> = {
  'nothing at all': P,
  'settings alone': `${P}region = eu-west-1\n`,
  'two empty settings': `${P}aws_access_key_id =\naws_secret_access_key =\n`,
  'a placeholder': `${P}aws_access_key_id = CHANGEME\naws_secret_access_key = CHANGEME\n`,
  'a dead key': `${P}aws_access_key_id = AKIADEADDEADDEADDEAD\naws_secret_access_key = x\n`,
  'a stale session token beside a long-term key': `${HELD}aws_session_token = x\n`,
  'a role whose source it is itself': `${HELD}role_arn = arn:aws:iam::123456789012:role/x\nsource_profile = p\n`,
  'a role of another profile with it as source': `${HELD}[r]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = p\n`,
  'the former pair of another profile': `${HELD}[q]\n[q-previous]\n${pair(OLD)}`,
  'the old key in a comment': `${HELD}# ${OLD.keyId}\n[q]\n# ${pair(OLD).split('\n')[0]}\n`,
  'an odd line in another profile': `${HELD}[q]\naws_access_key_id = a\u00a0b\n`,
};

const REFUSED: Readonly<Record<string, readonly [text: string, why: RegExp]>> = {
  'another profile with the old pair': [`${HELD}[q]\n${pair(OLD)}`, /profile q .* has AKIA/],
  'another profile with the old secret': [
    `${HELD}[q]\naws_access_key_id = x\naws_secret_access_key = ${OLD.secret.reveal()}\n`,
    /profile q /,
  ],
  'a program that is handed the old key': [
    `${HELD}[q]\ncredential_process = get ${OLD.keyId}\n`,
    /profile q /,
  ],
  'another setting of the profile': [
    `${HELD}description = ${OLD.keyId}\n`,
    /another setting of profile p /,
  ],
  'a former pair that is of somebody else': [`${HELD}[p-previous]\n${pair(FOREIGN)}`, /bob/],
  'a role in the place of the former pair': [
    `${HELD}[p-previous]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = q\n`,
    /p-previous .* is in use for something else: it assumes a role/,
  ],
  'a program in the place of the former pair': [
    `${HELD}[p-previous]\ncredential_process = x\n`,
    /p-previous .* \(credential_process\)/,
  ],
  "the only copy of somebody's secret in the place of the former pair": [
    `${HELD}[p-previous]\naws_secret_access_key = x\n`,
    /p-previous .* only half/,
  ],
  'a key ID without its secret in the place of the former pair': [
    `${HELD}[p-previous]\naws_access_key_id = ${FOREIGN.keyId}\n`,
    /p-previous .* only half/,
  ],
  'a role that is signed with the former pair': [
    `${HELD}[r]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = p-previous\n`,
    /source_profile of r/,
  ],
  'a role': [`${P}role_arn = arn:aws:iam::123456789012:role/x\nsource_profile = q\n`, /a role/],
  SSO: [`${P}sso_start_url = https://x\n`, /SSO/],
  'a program': [`${P}credential_process = x\n`, /credential_process/],
  'a session': [
    `${P}aws_access_key_id = ASIAIOSFODNN7EXAMPLE\naws_secret_access_key = x\naws_session_token = y\n`,
    /a session/,
  ],
  'a key ID without its secret': [`${P}aws_access_key_id = ${OLD.keyId}\n`, /only half/],
  'a secret without its key ID': [`${P}aws_secret_access_key = x\n`, /only half/],
  'a profile written as in the config file': [`[profile p]\n${pair(OLD)}`, /must be \[p\]/],
  'no such profile': ['[q]\n', /has no profile p/],
  'an empty file': ['', /has no profile p/],
  'UTF-16': ['\ufeff[\u0000p\u0000]\u0000', /line 1/],
};

describe('a profile is written where it holds', () => {
  for (const [what, text] of Object.entries(TAKEN)) {
    it(what, async (test) => {
      const { open } = await scene(test, text);
      const destination = await open('p');
      await destination.prepare?.();
      const receipt = await destination.deliver(NEW);
      assert.ok(await destination.holds(NEW.keyId, receipt));
    });
  }
});

describe('a profile is not written over for', () => {
  for (const [what, [text, why]] of Object.entries(REFUSED)) {
    it(what, async (test) => {
      const { path, open } = await scene(test, text);
      const destination = await open('p');
      await assert.rejects(async () => await destination.prepare?.(), {
        code: 'not-deliverable',
        message: why,
      });
      await assert.rejects(destination.deliver(NEW), { code: 'delivery-failed', message: why });
      assert.equal(readFileSync(path, 'utf8'), text);
    });
  }
});

describe('profiles that share a key', () => {
  it('all get the new pair, and an undo gives all of them the old one', async (test) => {
    const { path, open } = await scene(test, `${HELD}[q]\n${pair(OLD)}[r]\n`);
    const destination = await open('p', 'q', 'r');
    await destination.prepare?.();
    await destination.deliver(NEW);
    assert.equal(readFileSync(path, 'utf8').split(NEW.keyId).length, 4);
    const undo = { toKeyId: OLD.keyId, fromKeyId: NEW.keyId };
    assert.equal(await destination.wayBack?.putBack(undo), true);
    // The three profiles; the one that keeps the former pair has the new one now.
    assert.equal(readFileSync(path, 'utf8').split(OLD.keyId).length, 4);
  });

  it('are left as somebody has made them meanwhile where the old key stays', async (test) => {
    const text = `${HELD}[q]\n${pair(FOREIGN)}`;
    const { path, open } = await scene(test, text, { oldKeyStays: true });
    await (await open('p', 'q', 'gone')).deliver(NEW);
    assert.ok(readFileSync(path, 'utf8').includes(`[q]\n${pair(FOREIGN)}`));
    await assert.rejects((await (await scene(test, text)).open('p', 'q')).deliver(NEW), /bob/);
  });

  it('may keep the old pair where the old key stays', async (test) => {
    const { open } = await scene(test, `${HELD}[q]\n${pair(OLD)}`, { oldKeyStays: true });
    const destination = await open('p');
    await destination.prepare?.();
    await destination.deliver(NEW);
    // Whoever is about to end the old key is told who has it.
    const read = (await destination.textsRead?.()) ?? [];
    assert.ok(read.some((text) => text.reveal() === OLD.keyId));
  });
});

it('a run by schedule leaves no copy beside the file, and one with a person at it does', async (test) => {
  for (const isAttended of [false, true]) {
    const backups: string[] = [];
    const { open } = await scene(test, HELD, {
      isAttended,
      emit: (event) => {
        if (event.code === 'backup-made') backups.push(event.backup);
      },
    });
    await (await open('p')).deliver(NEW);
    assert.equal(backups.length, isAttended ? 1 : 0);
  }
});

it('twenty users deliver to twenty profiles of one file at once, and none is lost', async (test) => {
  const names = Array.from({ length: 20 }, (_, index) => `p${index}`);
  const text = names.map((name) => `[${name}]\n`).join('');
  const { path, open } = await scene(test, text);
  await Promise.all(
    names.map(async (name) => {
      const destination = await open(name);
      await destination.prepare?.();
      await destination.deliver(NEW);
    }),
  );
  assert.equal(readFileSync(path, 'utf8').split(NEW.keyId).length, 21);
});
