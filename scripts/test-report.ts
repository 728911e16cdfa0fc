// Runs the tests of the report in a browser.
//
//   node dist/scripts/test-report.js             installs what drives the browser, and runs; demands a browser
//   node dist/scripts/test-report.js --prepare   only installs

import { fileURLToPath } from 'node:url';
import { prepareBrowserTools } from '../test/report-browser/browser.ts';
import { runScript, runTestsAgainst } from './support/against-server.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));

async function main(): Promise<number> {
  prepareBrowserTools(repository, (line) => process.stdout.write(`test:report: ${line}\n`));
  if (process.argv.includes('--prepare')) return 0;
  return await runTestsAgainst('test/report-browser', { KEYTURN_TEST_REQUIRE_BROWSER: '1' });
}

await runScript('test:report', main);
