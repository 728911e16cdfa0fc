// The promise of the editor on thousands of generated files, judged by the real readers and by a
// comparison of lines that knows nothing of the editor.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { accessKeyId } from '../../src/base/access-key-id.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import { Secret } from '../../src/base/secret.ts';
import { problemsOf } from '../../src/credentials-file/disagreements.ts';
import { parseDocument, serialize } from '../../src/credentials-file/document.ts';
import { removeSection } from '../../src/credentials-file/edit.ts';
import { readLikeSdk } from '../../src/credentials-file/read-like-sdk.ts';
import { type EditRequest, saveEdit } from '../../src/credentials-file/save.ts';
import type { SaveOptions } from '../../src/credentials-file/saving.ts';
import { profileDestination } from '../../src/destinations/credentials-file/destination.ts';
import type { DeliveryReceipt } from '../../src/lifecycle/record.ts';
import { settableClock } from '../state/support.ts';
import { type Rotated, wrongLineOfRemoval, wrongLineOfRotation } from './edited-lines.ts';
import {
  Dice,
  describeFile,
  type Generated,
  nastyFile,
  plainFile,
  randomBytesFile,
} from './generator.ts';
import { type MemoryFileSystem, memoryFileSystem } from './memory-file-system.ts';
import {
  type RealReading,
  readByBotocore,
  readBySdk,
  skipWithoutBotocore,
} from './real-parsers.ts';

const FILES = 10_500;
const PATH = '/home/ada/.aws/credentials';
const NEW = {
  account: '123456789012',
  user: 'ada',
  keyId: accessKeyId('AKIAI44QH8DHBEXAMPLE'),
  secret: new Secret('je7MtGbClwBF/2Zp9Utk+h3yCo8nvbEXAMPLEKEY'),
  rotation: 'r',
  createdAt: new Date('2026-03-01T00:00:00.000Z'),
};
const TOKENS = ['aws_session_token', 'aws_security_token'];

interface Case extends Generated {
  readonly rotated: Rotated;
  readonly old: { readonly id: string; readonly secret: string };
  readonly after: Buffer;
  /** After the previous profile was taken out again. */
  readonly removed: Buffer;
}

function saveOptions(fs: MemoryFileSystem): SaveOptions {
  return { path: PATH, fs, clock: settableClock(), lock: (_, work) => work() };
}

function generate(seed: number): Generated {
  const dice = new Dice(seed + 1_000_000);
  return { seed, bytes: seed % 3 === 0 ? nastyFile(dice) : plainFile(dice) };
}

/** Rotates one profile of the file; undefined when the file was refused, untouched. */
async function rotate(file: Generated): Promise<Case | undefined> {
  const { sections } = readLikeSdk(file.bytes);
  const holders = [...sections].filter(
    ([, settings]) => settings.has('aws_access_key_id') && settings.has('aws_secret_access_key'),
  );
  const [profile, settings] = holders[file.seed % (holders.length || 1)] ?? [];
  if (profile === undefined || settings === undefined) return undefined;
  const old = {
    id: settings.get('aws_access_key_id') ?? '',
    secret: settings.get('aws_secret_access_key') ?? '',
  };
  const previous = `${profile}-previous`;
  const also =
    file.seed % 4 !== 0
      ? []
      : holders
          .filter(([name, other]) => other.get('aws_access_key_id') === old.id && name !== profile)
          .map(([name]) => name)
          .filter((name) => name !== previous);
  const fs = memoryFileSystem();
  fs.files.set(PATH, file.bytes);
  const save = saveOptions(fs);
  let backup = '';
  const destination = profileDestination(
    { path: PATH, profile, alsoProfiles: also },
    {
      files: () => save,
      isAttended: true,
      oldKeyStays: true,
      emit: (event) => {
        if (event.code === 'backup-made') backup = event.backup;
      },
      oldKeyId: old.id as typeof NEW.keyId,
      user: NEW.user,
      whoseKey: async () => ({ kind: 'nobody' }),
    },
  );
  let receipt: DeliveryReceipt;
  const problems = problemsOf(file.bytes, [profile, previous, ...also]);
  try {
    receipt = await destination.deliver(NEW);
  } catch (thrown) {
    assert.ok(thrown instanceof KeyturnError, describeFile(file));
    assert.equal(thrown.code, 'delivery-failed', describeFile(file));
    assert.equal(
      (thrown.cause as { code: string }).code,
      'file-not-understood',
      describeFile(file),
    );
    assert.equal(fs.changes(), 0, `${describeFile(file)} was refused and yet written`);
    return undefined;
  }
  assert.deepEqual(problems, [], `${describeFile(file)} has a problem and was edited`);
  assert.ok(await destination.holds(NEW.keyId, receipt), describeFile(file));
  const after = fs.files.get(PATH) ?? Buffer.alloc(0);
  assert.deepEqual(fs.files.get(backup), file.bytes, describeFile(file));
  assert.equal(fs.files.size, 2, 'the file and its backup');
  const removal: EditRequest = {
    profiles: [previous],
    edit: (document) => removeSection(document, previous),
  };
  await saveEdit(removal, save);
  const removed = fs.files.get(PATH) ?? Buffer.alloc(0);
  return { ...file, rotated: { profile, previous, also }, old, after, removed };
}

type Sections = NonNullable<RealReading>;

/** By one reader: before, after, and after the previous profile was taken out. */
function assertReadsRight(
  { rotated: { profile, previous, also }, old, ...file }: Case,
  [was, is, gone]: readonly [Sections, Sections, Sections],
): void {
  const text = describeFile(file);
  const fresh = { aws_access_key_id: NEW.keyId, aws_secret_access_key: NEW.secret.reveal() };
  const oldPair = { aws_access_key_id: old.id, aws_secret_access_key: old.secret };
  const without = (settings: Record<string, string> = {}) =>
    Object.fromEntries(Object.entries(settings).filter(([name]) => !TOKENS.includes(name)));
  const expected: Record<string, Record<string, string>> = { ...was };
  for (const name of [profile, ...also]) expected[name] = { ...without(was[name]), ...fresh };
  // A previous profile that existed keeps what the profile itself does not set, and its own groups.
  const hadPrevious = file.bytes.toString('latin1').includes(`[${previous}]`);
  const copied = Object.fromEntries(
    Object.entries(without(was[profile])).filter(
      ([name, value]) => !hadPrevious || (value !== '' && !/^\w+\./.test(name)),
    ),
  );
  expected[previous] = { ...without(was[previous]), ...copied, ...oldPair };
  assert.deepEqual({ ...is }, expected, text);
  const { [previous]: _, ...others } = expected;
  assert.deepEqual({ ...gone }, others, `previous taken out of ${text}`);
}

describe('an edited credentials file', () => {
  const files = Array.from({ length: FILES }, (_, seed) => generate(seed));
  const cases: Case[] = [];
  before(async () => {
    for (const file of files) {
      const done = await rotate(file);
      if (done !== undefined) cases.push(done);
    }
  });

  it('comes back byte for byte when nothing is edited, whatever its bytes', () => {
    for (const { seed, bytes } of files) {
      for (const each of [bytes, nastyFile(new Dice(seed)), randomBytesFile(new Dice(seed))]) {
        assert.ok(serialize(parseDocument(each)).equals(each), describeFile({ seed, bytes: each }));
      }
    }
  });

  it(`is edited when it is understood: of ${FILES} files neither few nor all`, (t) => {
    t.diagnostic(`${files.length} files, ${cases.length} edited, the others refused untouched`);
    assert.ok(cases.length > FILES * 0.5, `${cases.length} edited`);
    assert.ok(cases.length < FILES * 0.9, `${cases.length} edited`);
    assert.ok(cases.filter(({ rotated }) => rotated.also.length > 0).length > 300, 'with others');
    const having = cases.filter(({ bytes }) => /\[production-previous\]/.test(bytes.toString()));
    assert.ok(having.some(({ rotated }) => rotated.profile === 'production'));
  });

  it('keeps every byte outside the edited lines', () => {
    for (const done of cases) {
      const wrong = wrongLineOfRotation(done.bytes, done.after, done.rotated);
      assert.equal(wrong, undefined, `${describeFile(done)} -> ${done.after}`);
      const { previous } = done.rotated;
      const lost = wrongLineOfRemoval(done.after, done.removed, previous);
      assert.equal(lost, undefined, `removal: ${describeFile(done)} -> ${done.removed}`);
      const endsLine = (bytes: Buffer) => /\n$/.test(bytes.toString('latin1'));
      assert.equal(endsLine(done.after), endsLine(done.bytes), describeFile(done));
    }
  });

  it('reads as meant to the real AWS SDK, in all profiles', async () => {
    for (const done of cases) {
      const [was, is, gone] = [
        await readBySdk(done.bytes),
        await readBySdk(done.after),
        await readBySdk(done.removed),
      ];
      assert.ok(was && is && gone);
      assertReadsRight(done, [was, is, gone]);
    }
  });

  it('reads as meant to the real botocore, in all profiles', {
    skip: skipWithoutBotocore(),
  }, () => {
    const real = readByBotocore(
      cases.flatMap(({ bytes, after, removed }) => [bytes, after, removed]),
    );
    cases.forEach((done, index) => {
      const [was, is, gone] = real.slice(index * 3, index * 3 + 3).map(({ sections }) => sections);
      assert.ok(was && is && gone, describeFile(done));
      assertReadsRight(done, [was, is, gone]);
    });
  });
});
