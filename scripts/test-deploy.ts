// Judges what deploy/ ships: cfn-lint reads the templates and the state machine in them, and Terraform validates the module
// where it is there with the provider for AWS.

import { fileURLToPath } from 'node:url';
import { prepareCfnLint } from '../test/deploy/cfn-lint.ts';
import { runScript, runTestsAgainst } from './support/against-server.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));

async function main(): Promise<number> {
  prepareCfnLint(repository, (line) => process.stdout.write(`test:deploy: ${line}\n`));
  if (process.argv.includes('--prepare')) return 0;
  return await runTestsAgainst('test/deploy', { KEYTURN_TEST_REQUIRE_CLIENTS: '1' });
}

await runScript('test:deploy', main);
