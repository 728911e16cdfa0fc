// No file imports, through however many others, itself: in a circle one of the files runs before what
// it imports is there, and nobody can say which. Types do not count, and neither does what is loaded
// when a function is called.

import { posix } from 'node:path';
import { type Fault, lineAt, type SourceFile } from './files.ts';
import { type Import, importsOf } from './imports.ts';

/** One fault for each import that closes a circle. */
export function circleFaults(files: readonly SourceFile[]): Fault[] {
  const known = new Map(files.map((file) => [file.path, file]));
  const faults: Fault[] = [];
  const done = new Set<string>();

  /** `way` leads here: each file of it imports the next. */
  function visit(file: SourceFile, way: readonly string[]): void {
    const longer = [...way, file.path];
    for (const each of importsOf(file)) {
      const target = each.isEager ? known.get(targetOf(file, each)) : undefined;
      if (target === undefined || done.has(target.path)) continue;
      if (longer.includes(target.path)) faults.push(fault(file, each, [...longer, target.path]));
      else visit(target, longer);
    }
    done.add(file.path);
  }

  for (const file of files) if (!done.has(file.path)) visit(file, []);
  return faults;
}

function targetOf({ path }: SourceFile, { specifier }: Import): string {
  return specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : specifier;
}

function fault(file: SourceFile, { offset }: Import, way: readonly string[]): Fault {
  const circle = way.slice(way.indexOf(way.at(-1) ?? ''));
  return {
    path: file.path,
    line: lineAt(file.text, offset),
    rule: 'circles',
    remedy: `${circle.join(' -> ')}: move what both need into a file of its own`,
  };
}
