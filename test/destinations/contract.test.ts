// What the list of kinds demands of each: a folder, a page, a line in the documents, the contract.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { KINDS } from '../../src/destinations/kinds.ts';

const REPOSITORY = new URL('../../../', import.meta.url);

const text = (path: string): string => {
  const file = new URL(path, REPOSITORY);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
};

/** Kinds that need a service pass the contract there, against the sandbox and against moto. */
const WITH_SERVICES = text('test/conformance/destinations.test.ts');

/** Folders of what is the same for all kinds. */
const ABOVE_THE_KINDS = ['forms'];

it('every folder is a kind of the list, and the other way round', () => {
  const folders = readdirSync(new URL('src/destinations/', REPOSITORY), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .filter((name) => !ABOVE_THE_KINDS.includes(name));
  assert.deepEqual(KINDS.map(({ name }) => name).sort(), folders.sort());
});

for (const { name } of KINDS) {
  describe(`kind ${name}`, () => {
    it('passes the contract of all destinations', () => {
      const own = text(`src/destinations/${name}/contract.test.ts`);
      const isTested = [own, WITH_SERVICES].some(
        (file) => file.includes('passesContract(') && file.includes(`kind: '${name}'`),
      );
      assert.ok(isTested, `no test hands ${name} to passesContract`);
    });

    it('has a page, and a row in the table of all kinds', () => {
      assert.notEqual(text(`docs/destinations/${name}.md`), '');
      assert.ok(text('docs/destinations/README.md').includes(`[${name}](${name}.md)`));
    });
  });
}
