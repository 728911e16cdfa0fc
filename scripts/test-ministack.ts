// Runs the tests of state in tables against ministack, an AWS that nobody here wrote.

import { fileURLToPath } from 'node:url';
import { prepareMinistack } from '../test/ministack/ministack.ts';
import { runScript, runTestsAgainst } from './support/against-server.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));

async function main(): Promise<number> {
  prepareMinistack(repository, (line) => process.stdout.write(`test:ministack: ${line}\n`));
  if (process.argv.includes('--prepare')) return 0;
  return await runTestsAgainst('test/ministack', {
    ...{ KEYTURN_TEST_REQUIRE_CLIENTS: '1', KEYTURN_TEST_SLOWLY: '1' },
  });
}

await runScript('test:ministack', main);
