// Folders are rooms; imports go downwards only. The order is the one of docs/ARCHITECTURE.md.

import { posix } from 'node:path';
import { type Fault, lineAt, type SourceFile } from './files.ts';
import { importsOf } from './imports.ts';

/** Higher may import lower; rooms on one level do not know each other. */
const LEVELS: readonly (readonly string[])[] = [
  ['base'],
  ['lifecycle', 'credentials-file', 'http'],
  ['custody'],
  ['aws', 'state', 'destinations'],
  ['engine', 'reports', 'sandbox', 'config'],
  ['app'],
  ['cli', 'api'],
  ['lambda'],
  ['entry'],
];

export function roomFaults(file: SourceFile): Fault[] {
  const faults: Fault[] = [];
  for (const { specifier, offset } of importsOf(file)) {
    const remedy = importRemedy(file.path, specifier);
    if (remedy !== undefined) {
      faults.push({
        path: file.path,
        line: lineAt(file.text, offset),
        rule: 'rooms',
        remedy: `${specifier}: ${remedy}`,
      });
    }
  }
  return faults;
}

function importRemedy(path: string, specifier: string): string | undefined {
  const isRelative = specifier.startsWith('.');
  const target = isRelative ? posix.join(posix.dirname(path), specifier) : specifier;
  if (isRelative && /\.test\.[jt]s$/.test(target)) return 'move what is shared out of the test';
  const from = roomOf(path);
  if (from === undefined || path.endsWith('.test.ts')) return undefined;
  if (from === 'sandbox' && !specifier.startsWith('node:') && roomOf(target) !== 'sandbox') {
    return 'the sandbox shares no code with what it checks; write it again in src/sandbox';
  }
  if (!isRelative) return undefined;
  const to = roomOf(target);
  if (to === undefined) return 'src/ imports nothing outside src/';
  if (to === from || level(to) < level(from)) return undefined;
  return `${from} may not import ${to}; let ${from} declare what it needs and src/app join them`;
}

export function roomOf(path: string): string | undefined {
  return /^src\/([\w-]+)\//.exec(path)?.[1];
}

function level(room: string): number {
  const index = LEVELS.findIndex((rooms) => rooms.includes(room));
  // An unknown room stands above all: it can be imported by none until it is listed here.
  return index < 0 ? LEVELS.length : index;
}
