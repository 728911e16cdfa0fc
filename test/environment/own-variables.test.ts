// Each variable of keyturn's own is in the page about the environment, and each that is there is one.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { OWN_VARIABLES } from '../../scripts/environment-page.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

function namedBelow(folder: string): Set<string> {
  const files = readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && /\.[cm]?[jt]s$/.test(entry.name) && !/\.test\./.test(entry.name),
  );
  const texts = files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8'));
  return new Set(texts.flatMap((text) => text.match(/\bKEYTURN_[A-Z][A-Z_]*[A-Z]\b/g) ?? []));
}

it('every variable of our own that the code reads is in the page, and no other', () => {
  assert.deepEqual(Object.keys(OWN_VARIABLES).sort(), [...namedBelow('src')].sort());
});
