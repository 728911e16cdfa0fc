// Use case of `keyturn init --from`: the configuration of another tool, read from the disk and converted. AWS is
// not asked.

import { readFile, stat } from 'node:fs/promises';
import { KeyturnError } from '../../base/errors.ts';
import { systemReason } from '../../base/files/file-system.ts';
import { type ConvertedConfig, convertCkr } from '../../config/convert/convert-ckr.ts';
import { readForeign } from '../../config/convert/read-foreign.ts';
import type { ConfigFile } from '../config/config-file.ts';

const BYTES_MAX = 1_048_576;

/** Throws `bad-value`. */
export async function convertFile(file: ConfigFile, now: Date): Promise<ConvertedConfig> {
  const { shown } = file;
  const converted = convertCkr(shown, readForeign(shown, await bytesOf(file)), now);
  if (converted !== undefined) return converted;
  throw new KeyturnError('bad-value', `nothing in ${shown} is about users of AWS`, {
    hint: 'it has no provider "aws", or no user in its filter or its locations; a starter from the account itself is written by keyturn init',
  });
}

async function bytesOf({ path, shown }: ConfigFile): Promise<Buffer> {
  const refused = (why: string) =>
    new KeyturnError('bad-value', `${shown} cannot be read: ${why}`, {
      hint: 'name the file that cloud-key-rotator is run with',
    });
  try {
    const facts = await stat(path);
    if (!facts.isFile()) throw refused('it is no regular file');
    if (facts.size > BYTES_MAX) throw refused(`it has more than ${BYTES_MAX} bytes`);
    return await readFile(path);
  } catch (thrown) {
    if (thrown instanceof KeyturnError) throw thrown;
    throw refused(systemReason(thrown));
  }
}
