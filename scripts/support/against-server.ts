// Scripts that start a server which nobody here wrote, and run tests against it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { SetupError } from '../../test/moto/setup-error.ts';

const stopped = new AbortController();

/** Resolves with the exit code of the runner. `words` choose the tests, `env` says where the server is. */
export async function runTestsAgainst(
  words: string,
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const runner = fileURLToPath(new URL('../test.js', import.meta.url));
  const child = spawn(process.execPath, [runner, words], {
    stdio: 'inherit',
    // A process group of its own, so that stopping reaches the test processes below it too.
    detached: true,
    env: { ...process.env, ...env },
  });
  const stop = () => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
  };
  stopped.signal.addEventListener('abort', stop);
  const [code] = await once(child, 'exit');
  stopped.signal.removeEventListener('abort', stop);
  return typeof code === 'number' ? code : 1;
}

/** `main` resolves with the exit code; what keeps it from starting is told in a line with a hint. */
export async function runScript(name: string, main: () => Promise<number>): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopped.abort());
  try {
    process.exitCode = await main();
  } catch (thrown) {
    if (!(thrown instanceof SetupError)) throw thrown;
    process.stderr.write(`${name}: error: ${thrown.message}\n${name}: hint: ${thrown.hint}\n`);
    process.exitCode = 1;
  }
}
