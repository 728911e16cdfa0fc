// The starter as a file: checked as `keyturn validate` checks it, and never written over anything.

import { open, unlink } from 'node:fs/promises';
import { KeyturnError } from '../../base/errors.ts';
import { systemReason } from '../../base/files/file-system.ts';
import { command } from '../../base/hint.ts';
import type { Draft } from '../../config/draft/draft.ts';
import { writeDraft } from '../../config/draft/write-draft.ts';
import { readConfig } from '../../config/read-config.ts';
import type { ConfigFile } from '../config/config-file.ts';

/** The text of the draft, which is a valid configuration. */
export async function starterText(draft: Draft, now: Date): Promise<string> {
  const text = writeDraft(draft);
  const source = { file: 'keyturn.yaml', bytes: Buffer.from(text) };
  const nothing = async () => ({ reason: 'a draft names no other file' });
  const { faults } = await readConfig(source, { now, load: nothing });
  const wrong = faults.find(({ severity }) => severity === 'error');
  if (wrong === undefined) return text;
  const { line, column, message } = wrong;
  throw new KeyturnError('internal', `the draft is not valid at ${line}:${column}: ${message}`);
}

/** Throws `file-exists` where something of the name is there, before anything is asked; `words` is what was said. */
export async function refuseExisting(
  { path, shown }: ConfigFile,
  words: readonly string[],
): Promise<void> {
  const { lstat } = await import('node:fs/promises');
  const isThere = await lstat(path).then(
    () => true,
    () => false,
  );
  if (isThere) throw existing(shown, words);
}

/** Throws `file-exists` and `output-file`. */
export async function writeStarter(
  { path, shown }: ConfigFile,
  text: string,
  words: readonly string[],
): Promise<void> {
  let isOurs = false;
  try {
    // Never over anything, also not over what came meanwhile.
    const file = await open(path, 'wx');
    isOurs = true;
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (thrown) {
    if (isOurs) await unlink(path).catch(() => {});
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') throw existing(shown, words);
    throw new KeyturnError('output-file', `${shown} cannot be written: ${systemReason(thrown)}`, {
      hint: 'choose another place with -o, or print it with --print',
    });
  }
}

function existing(shown: string, words: readonly string[]): KeyturnError {
  return new KeyturnError('file-exists', `${shown} is there already, and is not written over`, {
    hint: [
      'write the draft beside it, and take over what you need:',
      command('keyturn', 'init', ...words, '-o', besides(shown)),
    ],
  });
}

function besides(shown: string): string {
  return shown.replace(/(\.[^./]*)?$/, '.draft$1');
}
