// Builds the executable for this machine and tries it out where there is no Node.
//
//   node dist/scripts/test-executable.js                  from the Node that runs this
//   node dist/scripts/test-executable.js --node PATH      from another one of this machine
//   node dist/scripts/test-executable.js --built PATH     what was built before: a file, or an unpacked archive

import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from './bundle/settings.ts';
import { buildExecutable } from './executables/build.ts';
import { HERE } from './executables/targets.ts';
import { runScript, runTestsAgainst } from './support/against-server.ts';

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { node: { type: 'string' }, built: { type: 'string' } },
  });
  if (values.built !== undefined) return await tried(resolve(values.built));
  if (HERE === undefined) {
    process.stdout.write(
      'test:executable: skipped, because there is no executable for this platform\n',
    );
    return 0;
  }
  const node = values.node ?? process.execPath;
  const out = join(ROOT, 'dist', 'executables', 'trial');
  try {
    return await tried((await buildExecutable({ target: HERE, node, builder: node, out })).path);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

async function tried(path: string): Promise<number> {
  if (!existsSync(path)) {
    process.stderr.write(`test:executable: error: ${path} is not there\n`);
    return 1;
  }
  const env = { KEYTURN_TEST_EXECUTABLE: path };
  return await runTestsAgainst('test/executable/executable.test', env);
}

await runScript('test:executable', main);
