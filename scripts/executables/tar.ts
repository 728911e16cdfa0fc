// A tar file (ustar) of a few entries, compressed. The same entries give the same bytes: no time of today, no
// owner, one order.

import { gzipSync } from 'node:zlib';
import { ScriptError } from '../support/script-error.ts';

export type TarEntry =
  | { readonly name: string; readonly bytes: Buffer; readonly mode?: number }
  | { readonly name: string; readonly linkTo: string };

const BLOCK = 512;
const NAME_BYTES_MAX = 100;

export function tarGzOf(entries: readonly TarEntry[]): Buffer {
  const sorted = entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const parts = sorted.flatMap((entry) => {
    const body = 'bytes' in entry ? entry.bytes : Buffer.alloc(0);
    return [headerOf(entry), body, Buffer.alloc((BLOCK - (body.length % BLOCK)) % BLOCK)];
  });
  const packed = gzipSync(Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]), { level: 9 });
  // Which system has compressed it is of no interest: unknown.
  packed[9] = 255;
  return packed;
}

function headerOf(entry: TarEntry): Buffer {
  if (Buffer.byteLength(entry.name) > NAME_BYTES_MAX) {
    throw new ScriptError(`${entry.name} is too long a name for tar`);
  }
  const isLink = 'linkTo' in entry;
  const header = Buffer.alloc(BLOCK);
  header.write(entry.name, 0);
  header.write(octal(isLink ? 0o777 : (entry.mode ?? 0o644), 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(octal(isLink ? 0 : entry.bytes.length, 12), 124);
  header.write(octal(0, 12), 136);
  header.write(isLink ? '2' : '0', 156);
  if (isLink) header.write(entry.linkTo, 157);
  header.write('ustar\x0000', 257, 'latin1');
  // The checksum counts its own field as blanks.
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 7)}\0 `, 148, 'latin1');
  return header;
}

/** With the zero byte at the end left to the empty buffer. */
function octal(value: number, width: number): string {
  return value.toString(8).padStart(width - 1, '0');
}
