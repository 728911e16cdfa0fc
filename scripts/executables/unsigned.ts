// Takes the signature of the Node project off a program: what is put into it makes that signature wrong, and
// a wrong one is worse than none.

import { spawnSync } from 'node:child_process';
import { ScriptError } from '../support/script-error.ts';
import { peHeaderOf } from './targets.ts';

/** In the optional header of a 64-bit program: its tables begin there, and this one names the signature. */
const TABLES_OFFSET = 24 + 112;
const SIGNATURE_TABLE = 4;

/** A program for Windows without its signature, which stands at its end. */
export function unsignedPe(program: Buffer): Buffer {
  const header = peHeaderOf(program);
  if (header === undefined) throw new ScriptError('this is no program for Windows');
  const entry = header + TABLES_OFFSET + SIGNATURE_TABLE * 8;
  const begin = program.readUInt32LE(entry);
  const length = program.readUInt32LE(entry + 4);
  if (begin === 0) return program;
  if (begin + length !== program.length) {
    throw new ScriptError('the signature does not stand at the end of the program');
  }
  const unsigned = Buffer.from(program.subarray(0, begin));
  unsigned.writeBigUInt64LE(0n, entry);
  // The checksum is of the signed file; 0 means that there is none.
  unsigned.writeUInt32LE(0, header + 24 + 64);
  return unsigned;
}

/** macOS starts no program for its own processors without a signature; this one names nobody. */
export function signForMac(path: string): void {
  codesign(['--force', '--sign', '-', path]);
}

export function unsignForMac(path: string): void {
  codesign(['--remove-signature', path]);
}

function codesign(args: readonly string[]): void {
  const { status, stderr, error } = spawnSync('codesign', args, { encoding: 'utf8' });
  if (status === 0) return;
  throw new ScriptError(`codesign ${args[0]} failed: ${error?.message ?? stderr.trim()}`);
}
