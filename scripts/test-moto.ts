// Runs the conformance tests against moto server, an AWS that nobody here wrote.
//
//   Python environment -> moto server -> authentication on -> gate -> tests -> stop

import { fileURLToPath } from 'node:url';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { type Credentials, readRefusal, stsOf } from '../test/conformance/clients.ts';
import { motoTarget } from '../test/conformance/moto-target.ts';
import { type MotoServer, startMoto } from '../test/moto/moto-server.ts';
import { preparePython } from '../test/moto/python-venv.ts';
import { SetupError } from '../test/moto/setup-error.ts';
import { runScript, runTestsAgainst } from './support/against-server.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));

function log(line: string): void {
  process.stdout.write(`test:moto: ${line}\n`);
}

/** moto takes any key until it is told how many calls may still go unchecked: none. */
async function requireAuthentication(server: MotoServer): Promise<void> {
  const answer = await fetch(`${server.url}/moto-api/reset-auth`, {
    method: 'POST',
    // A form's content type is answered with 500 and leaves authentication off.
    headers: { 'content-type': 'text/plain' },
    body: '0',
  });
  if (!answer.ok) {
    const reason = `moto answered ${answer.status} when told to check signatures`;
    throw new SetupError(reason, 'compare /moto-api/reset-auth with the documentation of moto');
  }
}

/** No test counts before moto has refused a key it does not know and taken one it does. */
async function gate(server: MotoServer): Promise<void> {
  const account = await motoTarget(server).openAccount();
  const { credentials } = account.administrator;
  const code = (tried: Credentials): Promise<string> =>
    stsOf(account, tried)
      .send(new GetCallerIdentityCommand({}))
      .then(
        () => 'accepted',
        (thrown) => readRefusal(thrown).code,
      );
  const answers = {
    unknown: await code({ ...credentials, accessKeyId: 'AKIAIOSFODNN7EXAMPLE' }),
    wrongSecret: await code({ ...credentials, secretAccessKey: 'not-the-secret' }),
    known: await code(credentials),
  };
  const isGuarded =
    answers.unknown === 'InvalidClientTokenId' &&
    answers.wrongSecret === 'SignatureDoesNotMatch' &&
    answers.known === 'accepted';
  if (isGuarded) return;
  const seen = `unknown key ${answers.unknown}, wrong secret ${answers.wrongSecret}, known key ${answers.known}`;
  throw new SetupError(`moto does not check who signs: ${seen}`, 'no test would mean anything');
}

async function main(): Promise<number> {
  const python = preparePython(repository, log);
  // Other tests use the boto3 that comes with moto, which is newer than many a system's.
  if (process.argv.includes('--prepare')) return 0;
  const server = await startMoto(python, repository);
  try {
    await requireAuthentication(server);
    await gate(server);
    log('moto refuses unknown keys; running the conformance tests against it');
    return await runTestsAgainst('test/conformance', {
      KEYTURN_TEST_CONFORMANCE_TARGET: 'moto',
      KEYTURN_TEST_MOTO_URL: server.url,
      KEYTURN_TEST_MOTO_CONTROL_URL: server.controlUrl,
    });
  } finally {
    await server.stop();
  }
}

await runScript('test:moto', main);
