// The imports of a file, as more than one rule reads them.

import type { SourceFile } from './files.ts';

export interface Import {
  /** As written between the quotes. */
  readonly specifier: string;
  /** Offset in the text of the file. */
  readonly offset: number;
  /** Whether the module that is named is evaluated before the importing one goes on. */
  readonly isEager: boolean;
}

const IMPORT =
  /\b(?:import|export)\b([^'"`;]*?)\bfrom\s*(['"])([^'"]+)\2|\bimport\s*(\(?)\s*(['"])([^'"]+)\5/g;

export function* importsOf(file: SourceFile): Generator<Import> {
  for (const match of file.text.matchAll(IMPORT)) {
    // Not in a comment or a string: the keyword itself must be code.
    if (!/^(?:import|export)/.test(file.code.slice(match.index))) continue;
    const [, clause = '', , named, parenthesis, , bare] = match;
    yield {
      specifier: named ?? bare ?? '',
      offset: match.index,
      isEager: !/^\s*type\b/.test(clause) && parenthesis !== '(',
    };
  }
}
