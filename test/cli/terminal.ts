// A pseudo-terminal with somebody at the keys. Python's standard library has one; Node has none.
// Where python3 is missing these tests are skipped, and fail instead when
// KEYTURN_TEST_REQUIRE_CLIENTS=1.

import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

const DRIVER = fileURLToPath(new URL('../../../test/cli/pty-driver.py', import.meta.url));
const PYTHON = process.env.KEYTURN_TEST_PYTHON ?? 'python3';
const IS_REQUIRED = process.env.KEYTURN_TEST_REQUIRE_CLIENTS === '1';

export const KEY = {
  up: '\x1b[A',
  down: '\x1b[B',
  enter: '\r',
  escape: '\x1b',
  ctrlC: '\x03',
  ctrlD: '\x04',
} as const;

/** Wait for this text, then send these keys, or a signal by its name. */
export type Step = readonly [expect: string, keys: string];

export interface Sitting {
  /** What was written, screen codes taken out. */
  readonly text: string;
  readonly raw: string;
  readonly code: number;
  /** How the terminal was left: line by line and with echo, as a shell expects it. */
  readonly canonical: boolean;
  readonly echo: boolean;
  /** A text that was waited for and never came. */
  readonly missing: string | null;
}

export function skipWithoutTerminal(): string | false {
  if (IS_REQUIRED || spawnSync(PYTHON, ['-c', 'import pty, termios']).status === 0) return false;
  return `no ${PYTHON} with a pty module; install it or set KEYTURN_TEST_PYTHON`;
}

/** COLUMNS is how wide the terminal is; programs hear of it from the terminal alone. */
export function sit(
  command: readonly string[],
  steps: readonly Step[],
  { COLUMNS, ...env }: Readonly<Record<string, string>> = {},
): Promise<Sitting> {
  const child = spawn(PYTHON, [DRIVER], { stdio: ['pipe', 'pipe', 'inherit'] });
  const columns = COLUMNS === undefined ? 80 : Number(COLUMNS);
  child.stdin.end(JSON.stringify({ command, steps, columns, env: { TERM: 'xterm', ...env } }));
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => {
      const { output, ...rest } = JSON.parse(out) as Omit<Sitting, 'text' | 'raw'> & {
        output: string;
      };
      const text = stripVTControlCharacters(output).replaceAll('\r', '');
      resolve({ ...rest, raw: output, text });
    });
  });
}
