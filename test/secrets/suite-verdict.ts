// What the suite as a whole did with secrets (I8): suite-scan.ts looks on from inside each test process,
// this from outside, at what all of them said.

import { existsSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { SecretIndex } from './secret-index.ts';

/** The test that leaks on purpose, and the leak that must be found when it ran. */
export const PLANTING_TEST = 'planted-leak.test.js';
export const PLANTED_FILE = 'planted-leak.txt';
export const PLANTED_OUTPUT = 'planted-leak-output';

export interface SuiteWatch {
  readonly nodeArgs: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Passes a stream of the suite on, and remembers it. */
  forward(from: Readable, to: NodeJS.WritableStream): void;
  /** When the suite is over; `files` are the tests that ran. */
  verdict(files: readonly string[]): { readonly isClean: boolean; readonly text: string };
}

export function watchForSecrets(folder: string): SuiteWatch {
  const leaksPath = join(folder, 'leaks');
  const secretsPath = join(folder, 'secrets');
  const said: Buffer[] = [];
  return {
    nodeArgs: [`--import=${new URL('./suite-scan.js', import.meta.url).href}`],
    env: { KEYTURN_TEST_LEAKS: leaksPath, KEYTURN_TEST_SECRETS: secretsPath },
    forward(from, to) {
      from.on('data', (chunk: Buffer) => {
        said.push(chunk);
        to.write(chunk);
      });
    },
    verdict(files) {
      const secrets = linesOf(secretsPath);
      const found = linesOf(leaksPath);
      rmSync(folder, { recursive: true, force: true });
      if (SecretIndex.of(secrets).isIn(Buffer.concat(said))) found.push('the output of the suite');
      const wasPlanted = files.some((file) => basename(file) === PLANTING_TEST);
      return judge(new Set(found), secrets.length, wasPlanted);
    },
  };
}

function judge(
  found: ReadonlySet<string>,
  secretCount: number,
  wasPlanted: boolean,
): ReturnType<SuiteWatch['verdict']> {
  const isPlanted = (leak: string) => leak.includes(PLANTED_FILE) || leak.includes(PLANTED_OUTPUT);
  const leaks = [...found].filter((leak) => !isPlanted(leak));
  const blind = [PLANTED_FILE, PLANTED_OUTPUT].filter(
    (planted) => wasPlanted && ![...found].some((leak) => leak.includes(planted)),
  );
  const lines = [
    ...leaks.map((leak) => `secrets: LEAKED to ${leak}`),
    ...blind.map((planted) => `secrets: the scan did not find ${planted}, so it proves nothing`),
  ];
  const isClean = lines.length === 0;
  const sum = `secrets: ${secretCount} made by sandboxes, none outside destinations and hand-off`;
  return { isClean, text: `${(isClean ? [sum] : lines).join('\n')}\n` };
}

function linesOf(path: string): string[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}
