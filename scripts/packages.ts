// Writes the formula of Homebrew and the manifest of Scoop for a release, from the sums of its files.
//
//   node scripts/packages.ts --sums release/SHA256SUMS --out release
//     --repository URL   the page of the repository, as package.json has it when left out
//     --version X.Y.Z    that of package.json when left out
//
// Node 24 runs it as it is, without an installation and without a build.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { formulaOf } from './packages/formula.ts';
import { manifestOf } from './packages/scoop.ts';
import { sumsIn } from './packages/sums.ts';
import { failingPlainly, ScriptError } from './support/script-error.ts';

const OPTIONS = {
  sums: { type: 'string' },
  out: { type: 'string', default: '.' },
  repository: { type: 'string' },
  version: { type: 'string' },
} as const;

await failingPlainly('packages', async () => {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.sums === undefined) throw new ScriptError('name the file of sums with --sums');
  const own = JSON.parse(readFileSync('package.json', 'utf8'));
  const release = {
    version: values.version ?? own.version,
    repository: values.repository ?? own.repository.url.replace(/^git\+|\.git$/g, ''),
    sums: sumsIn(readFileSync(values.sums, 'utf8')),
  };
  for (const [name, text] of [
    ['keyturn.rb', formulaOf(release)],
    ['keyturn.json', manifestOf(release)],
  ] as const) {
    writeFileSync(join(values.out, name), text);
    process.stdout.write(`packages: wrote ${join(values.out, name)}\n`);
  }
});
