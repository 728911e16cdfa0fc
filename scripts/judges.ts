// Installs the programs that judge destinations beside the tests of this repository. The tests that need one
// are skipped without it, except in CI.

import { fileURLToPath } from 'node:url';
import { preparePrism } from '../test/destinations/github/judge/prepare-prism.ts';
import { SetupError } from '../test/moto/setup-error.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));

try {
  preparePrism(repository, (line) => process.stdout.write(`judges: ${line}\n`));
} catch (thrown) {
  if (!(thrown instanceof SetupError)) throw thrown;
  process.stderr.write(`judges: error: ${thrown.message}\njudges: hint: ${thrown.hint}\n`);
  process.exitCode = 1;
}
