// cfn-lint in a private Python environment, pinned by version and hash.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { prepareVenv } from '../moto/python-venv.ts';
import { ROOT } from '../support/structured-files.ts';

/** Returns the path of its Python. Throws a SetupError. */
export function prepareCfnLint(root: string, log: (line: string) => void): string {
  const requirements = join(root, 'test', 'deploy', 'requirements.txt');
  return prepareVenv({ folder: join(root, '.cfn-lint'), requirements, what: 'cfn-lint' }, log);
}

const IS_REQUIRED = process.env.KEYTURN_TEST_REQUIRE_CLIENTS === '1';

/** Why tests with it are skipped; false where they are not. */
export function skipsCfnLint(): string | false {
  if (IS_REQUIRED || existsSync(join(ROOT, '.cfn-lint', 'prepared-for'))) return false;
  return 'cfn-lint is not there: npm run test:deploy';
}

/** What it has against the template. */
export function faultsOf(path: string): readonly string[] {
  const python = prepareCfnLint(ROOT, () => {});
  const { status, stdout, stderr } = spawnSync(
    join(dirname(python), 'cfn-lint'),
    ['--format', 'json', '--include-checks', 'I', '--', path],
    { encoding: 'utf8', env: { PATH: process.env.PATH, HOME: process.env.HOME } },
  );
  if (status === 0) return [];
  const found = stdout.startsWith('[') ? JSON.parse(stdout) : [];
  if (found.length === 0) return [`cfn-lint ended with ${status}: ${stdout}${stderr}`];
  return found.map(
    (each: {
      Rule: { Id: string };
      Message: string;
      Location: { Start: { LineNumber: number } };
    }) => `${path}:${each.Location.Start.LineNumber}: ${each.Rule.Id} ${each.Message}`,
  );
}
