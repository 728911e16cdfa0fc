// Runs the tests of Kubernetes Secrets against a real kube-apiserver with etcd.
//
//   node dist/scripts/test-kubernetes.js              builds both once, into the user's cache, and runs
//   node dist/scripts/test-kubernetes.js --if-built   runs where they are there, and says so where not

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startJudge } from '../test/kubernetes/judge.ts';
import {
  buildPrograms,
  cachedPrograms,
  KUBERNETES_VERSION,
} from '../test/kubernetes/judge-programs.ts';
import { SetupError } from '../test/moto/setup-error.ts';

const stopped = new AbortController();

function log(line: string): void {
  process.stdout.write(`test:kubernetes: ${line}\n`);
}

async function runTests(server: string, caFile: string): Promise<number> {
  const runner = fileURLToPath(new URL('test.js', import.meta.url));
  const child = spawn(process.execPath, [runner, 'test/kubernetes/judge'], {
    stdio: 'inherit',
    detached: true,
    env: { ...process.env, KEYTURN_TEST_KUBERNETES: server, KEYTURN_TEST_KUBERNETES_CA: caFile },
  });
  const stop = () => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
  };
  stopped.signal.addEventListener('abort', stop);
  const [code] = await once(child, 'exit');
  stopped.signal.removeEventListener('abort', stop);
  return typeof code === 'number' ? code : 1;
}

async function main(): Promise<number> {
  const cached = cachedPrograms();
  if (cached === undefined && process.argv.includes('--if-built')) {
    log('there is no kube-apiserver here yet; npm run test:kubernetes builds it');
    return 0;
  }
  const judge = await startJudge(cached ?? buildPrograms(log));
  try {
    log(`kube-apiserver ${KUBERNETES_VERSION} answers; running the tests against it`);
    return await runTests(judge.server, judge.caFile);
  } finally {
    await judge.stop();
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopped.abort());
try {
  process.exitCode = await main();
} catch (thrown) {
  if (!(thrown instanceof SetupError)) throw thrown;
  process.stderr.write(`test:kubernetes: error: ${thrown.message}\n`);
  process.stderr.write(`test:kubernetes: hint: ${thrown.hint}\n`);
  process.exitCode = 1;
}
