// The tools of others in the same tests: what the table says of them is tried as well. They are skipped
// where they are not installed, and fail instead of being skipped when KEYTURN_TEST_REQUIRE_CLIENTS=1.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { testEveryRow } from './every-row.ts';
import { openTheirs } from './tools.ts';

type Tool = 'AWS CLI' | 'boto3';

const MODULE = { 'AWS CLI': 'awscli', boto3: 'boto3' } as const;
/** The private Python of the conformance tests has a newer boto3 than many a system. */
const PRIVATE = fileURLToPath(new URL('../../../.venv/bin/python', import.meta.url));
const SYSTEM = process.env.KEYTURN_TEST_PYTHON ?? '/usr/bin/python3';
const IS_REQUIRED = process.env.KEYTURN_TEST_REQUIRE_CLIENTS === '1';

/** Since these know endpoint_url and the rules for endpoints; and boto3 asks STS of the region by default. */
const RECENT: Readonly<Record<string, readonly [major: number, minor: number]>> = {
  boto3: [1, 40],
  'AWS CLI 1': [1, 29],
  'AWS CLI 2': [2, 13],
};

export function testTheirs(tool: Tool): void {
  const python = tool === 'boto3' && existsSync(PRIVATE) ? PRIVATE : SYSTEM;
  const isThere = spawnSync(python, ['-c', `import ${MODULE[tool]}`]).status === 0;
  const skip = IS_REQUIRED || isThere ? false : `no ${tool} for ${python}; set KEYTURN_TEST_PYTHON`;
  testEveryRow(
    tool,
    async () => {
      const { version, ask, close } = await openTheirs(python, tool);
      const [major = 0, minor = 0] = version.split('.').map(Number);
      const isLikeBoto3 = tool === 'boto3' || major === 1;
      const since = RECENT[tool === 'boto3' ? tool : `${tool} ${major}`] ?? [0, 0];
      const isRecent = major > since[0] || (major === since[0] && minor >= since[1]);
      return {
        ask,
        close,
        expected: ({ outcome, theirs }) => theirs?.[isLikeBoto3 ? 'boto3' : 'AWS CLI'] ?? outcome,
        skip: ({ needsRecent }) =>
          (needsRecent === true || tool === 'boto3') && !isRecent
            ? `${tool} ${version} is older than the setting`
            : false,
      };
    },
    { skip },
  );
}
