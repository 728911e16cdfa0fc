// Runs the function in AWS's own emulator of Lambda, which ends it at its time-out.
//
//   node dist/scripts/test-lambda.js              builds the emulator once, into the user's cache, and runs
//   node dist/scripts/test-lambda.js --if-built   runs where it is there, and says so where not

import { buildEmulator, cachedEmulator } from '../test/lambda/emulator.ts';
import { runScript, runTestsAgainst } from './support/against-server.ts';

function log(line: string): void {
  process.stdout.write(`test:lambda: ${line}\n`);
}

async function main(): Promise<number> {
  if (cachedEmulator() === undefined && process.argv.includes('--if-built')) {
    log('there is no aws-lambda-rie here yet; npm run test:lambda builds it');
    return 0;
  }
  const emulator = cachedEmulator() ?? buildEmulator(log);
  return await runTestsAgainst('test/lambda/time-out', { KEYTURN_TEST_LAMBDA_RIE: emulator });
}

await runScript('test:lambda', main);
