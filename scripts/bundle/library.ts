// The door for `import … from 'keyturn'`, and its types: copies of what the compiler declares, as far
// as the entry reaches, so that a program needs nothing else to compile.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { ScriptError } from '../support/script-error.ts';
import { ROOT } from './settings.ts';

const ENTRY = 'api/index.d.ts';
const NAMES = ['KeyturnError', 'rotateAccount', 'startSandbox'];
const IMPORT = /(\bfrom |\bimport\()(['"])([^'"]+)\2/g;

/** Declaration files by path below dist/src, the entry first. */
export function declarations(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const open = [ENTRY];
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
  for (const [path, text] of declarations()) {
    mkdirSync(dirname(join(types, path)), { recursive: true });
    writeFileSync(join(types, path), text);
  }
  mkdirSync(join(ROOT, 'dist', 'lib'), { recursive: true });
  writeFileSync(
    join(ROOT, 'dist', 'lib', 'index.mjs'),
    `import bundle from '../bin/start.cjs';\n\nexport const { ${NAMES.join(', ')} } = bundle;\n`,
  );
}
