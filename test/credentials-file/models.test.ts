// The readings that this package goes by, held to the real readers.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readLikeBotocore } from '../../src/credentials-file/read-like-botocore.ts';
import { readLikeSdk } from '../../src/credentials-file/read-like-sdk.ts';
import type { Reading } from '../../src/credentials-file/reading.ts';
import { temporaryDirectory } from '../state/support.ts';
import {
  Dice,
  describeFile,
  type Generated,
  nastyFile,
  plainFile,
  randomBytesFile,
} from './generator.ts';
import { readByBotocore, readBySdk, readFileBySdk, skipWithoutBotocore } from './real-parsers.ts';

const FILES = 12_000;

function generate(): Generated[] {
  return Array.from({ length: FILES }, (_, seed) => {
    const dice = new Dice(seed);
    const make = [nastyFile, nastyFile, nastyFile, plainFile, randomBytesFile][seed % 5];
    return { seed, bytes: (make ?? nastyFile)(dice) };
  });
}

function asRecord(reading: Reading) {
  if (reading.kind === 'unreadable') return undefined;
  return Object.fromEntries(
    [...reading.sections].map(([name, settings]) => [name, Object.fromEntries(settings)]),
  );
}

/** deepEqual without regard to prototypes, and with a message that repeats the case. */
function assertSame(found: unknown, real: unknown, file: Generated): void {
  assert.deepEqual(found, real, describeFile(file));
}

describe('a credentials file is read like the programs that will read it', () => {
  const files = generate();

  it(`${FILES} odd files as the AWS SDK reads them`, async () => {
    for (const file of files) {
      assertSame(asRecord(readLikeSdk(file.bytes)), await readBySdk(file.bytes), file);
    }
  });

  it('names that are special in JavaScript as the AWS SDK reads them', async () => {
    for (const name of ['__proto__', 'profile __proto__', 'constructor', '__proto__ ']) {
      const bytes = Buffer.from(`[${name}]\nzz = 1\n[bob]\n__proto__ = x\ntoString = y\n`);
      const real = Object.entries((await readBySdk(bytes)) ?? {});
      // The SDK's own objects can be functions here, so their settings are compared as entries.
      const settings = real.map(([header, section]) => [header, Object.entries(section)]);
      const found = [...readLikeSdk(bytes).sections].map(([header, own]) => [header, [...own]]);
      assert.deepEqual(found, settings, name);
    }
  });

  it('the same from the disk', async (t) => {
    const path = join(await temporaryDirectory(t), 'credentials');
    for (const file of files.slice(0, 200)) {
      await writeFile(path, file.bytes);
      assertSame(asRecord(readLikeSdk(file.bytes)), await readFileBySdk(path), file);
    }
  });

  it(`${FILES} odd files as botocore reads them`, { skip: skipWithoutBotocore() }, () => {
    const real = readByBotocore(files.map(({ bytes }) => bytes));
    let unreadable = 0;
    files.forEach((file, index) => {
      const expected = real[index];
      const found = readLikeBotocore(file.bytes);
      assertSame(asRecord(found), expected?.sections, file);
      if (expected?.sections !== undefined || found.kind === 'read') return;
      unreadable += 1;
      // The line that Python names is the one that the refusal will name.
      const named = ['DuplicateSectionError', 'DuplicateOptionError', 'MissingSectionHeaderError'];
      // Python reads on behind a line that it cannot read, and may name a later one.
      if (
        /neither a header|conflict marker|not UTF-8|without its end|environment variable/.test(
          found.reason,
        )
      )
        return;
      if (named.includes(expected?.error ?? '')) assertSame(found.line, expected?.line, file);
    });
    assert.ok(unreadable > FILES / 10, `${unreadable} unreadable`);
    assert.ok(unreadable < FILES * 0.8, `${unreadable} unreadable`);
  });
});
