// A .env file, or a line of it, that is made where it is missing: the file its owner's alone, the line without a
// value, at the end, and with the line ends of the others.

import { makeFile } from '../../credentials-file/make-file.ts';
import { saveBytes } from '../../credentials-file/save.ts';
import type { SaveOptions } from '../../credentials-file/saving.ts';
import type { Making } from '../destination.ts';
import { preparing } from '../failure.ts';
import { namesOf } from '../variable-names.ts';
import { type EnvText, linesOf, oneLineOf } from './document.ts';
import type { EnvFile } from './place.ts';

/** The text as it would be with all that is missing. */
export function filledText(file: EnvFile, text: EnvText = ''): EnvText {
  const missing = missingIn(file, text);
  if (missing.length === 0) return text;
  // A line end of Windows stays in the value for a shell, so it needs a file that has no other.
  const end = /^(?:[^\n]*\r\n)+$/.test(text) ? '\r\n' : '\n';
  const open = text === '' || text.endsWith('\n') ? '' : end;
  return `${text}${open}${missing.map((name) => `${name}=${end}`).join('')}`;
}

/** `read` tells what is in the file now. */
export function makingLines(
  file: EnvFile,
  save: SaveOptions,
  read: () => Promise<EnvText | undefined>,
): Making {
  const missing = async () => missingIn(file, (await read()) ?? '');
  return {
    missing: () => preparing(async () => (await missing()).map((name) => `${file.path}#${name}`)),
    make: () =>
      preparing(async () => {
        if ((await missing()).length === 0) return;
        if ((await read()) === undefined) await makeFile(save);
        await saveBytes(async (before) => {
          const text = (before ?? Buffer.alloc(0)).toString('latin1');
          return Buffer.from(filledText(file, text), 'latin1');
        }, save);
      }),
  };
}

function missingIn({ pair }: EnvFile, text: EnvText): readonly string[] {
  const lines = linesOf(text);
  return namesOf(pair).filter((name) => oneLineOf(lines, name).kind === 'none');
}
