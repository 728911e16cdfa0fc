// The doors for `import … from 'keyturn'` and `'keyturn/lambda'`, and their types: copies of what the compiler declares, as far
// as the entry reaches, so that a program needs nothing else to compile.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { ScriptError } from '../support/script-error.ts';
import { ROOT } from './settings.ts';

const DOORS = [
  {
    file: 'index.mjs',
    entry: 'api/index.d.ts',
    names: ['KeyturnError', 'rotateAccount', 'startSandbox'],
  },
  { file: 'lambda.mjs', entry: 'lambda/index.d.ts', names: ['handler'] },
] as const;
const IMPORT = /(\bfrom |\bimport\()(['"])([^'"]+)\2/g;

/** Declaration files by path below dist/src, the entry first. */
export function declarations(entry: string = DOORS[0].entry): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const open = [entry];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (found.has(path)) continue;
    const text = readFileSync(join(ROOT, 'dist', 'src', path), 'utf8');
    found.set(
      path,
      text.replaceAll(IMPORT, (_, from, quote, specifier) => {
        if (!/^\.\.?\/.*\.ts$/.test(specifier)) {
          throw new ScriptError(
            `the types of the library import ${specifier}, which users may not have`,
          );
        }
        open.push(posix.join(posix.dirname(path), specifier).replace(/\.ts$/, '.d.ts'));
        return `${from}${quote}${specifier.replace(/\.ts$/, '.js')}${quote}`;
      }),
    );
  }
  return found;
}

export function writeLibrary(): void {
  const types = join(ROOT, 'dist', 'types');
  rmSync(types, { recursive: true, force: true });
  mkdirSync(join(ROOT, 'dist', 'lib'), { recursive: true });
  for (const { file, entry, names } of DOORS) {
    for (const [path, text] of declarations(entry)) {
      mkdirSync(dirname(join(types, path)), { recursive: true });
      writeFileSync(join(types, path), text);
    }
    writeFileSync(
      join(ROOT, 'dist', 'lib', file),
      `import bundle from '../bin/start.cjs';\n\nexport const { ${names.join(', ')} } = bundle;\n`,
    );
  }
}
