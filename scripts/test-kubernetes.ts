// Runs the tests of Kubernetes Secrets against a real kube-apiserver with etcd.
//
//   node dist/scripts/test-kubernetes.js              builds both once, into the user's cache, and runs
//   node dist/scripts/test-kubernetes.js --if-built   runs where they are there, and says so where not

import { startJudge } from '../test/kubernetes/judge.ts';
import {
  buildPrograms,
  cachedPrograms,
  KUBERNETES_VERSION,
} from '../test/kubernetes/judge-programs.ts';
import { runScript, runTestsAgainst } from './support/against-server.ts';

function log(line: string): void {
  process.stdout.write(`test:kubernetes: ${line}\n`);
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
    const { server, caFile } = judge;
    return await runTestsAgainst('test/kubernetes/judge', {
      KEYTURN_TEST_KUBERNETES: server,
      KEYTURN_TEST_KUBERNETES_CA: caFile,
    });
  } finally {
    await judge.stop();
  }
}

await runScript('test:kubernetes', main);
