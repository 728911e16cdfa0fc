// Runs the tests of metrics against a real Prometheus with a node exporter, where both are installed.

import { installed } from '../test/monitoring/programs.ts';
import { runScript, runTestsAgainst } from './support/against-server.ts';

async function main(): Promise<number> {
  const { missing } = installed();
  if (missing.length > 0) {
    process.stdout.write(
      `test:monitoring: skipped, because these are not installed: ${missing.join(', ')} (apt-get install prometheus prometheus-node-exporter)\n`,
    );
    return 0;
  }
  return await runTestsAgainst('test/monitoring', {});
}

await runScript('test:monitoring', main);
