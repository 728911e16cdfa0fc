// What destinations are opened with, for tests: real files, and stores that are not there
// unless a test puts them in.

import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { nodePrograms } from '../../src/app/node-programs.ts';
import { placeCredentials } from '../../src/app/place-credentials.ts';
import { placeHttp } from '../../src/app/place-http.ts';
import { saveOptions } from '../../src/app/save-options.ts';
import type { ParameterStore, SecretStore, ThingMaker } from '../../src/base/aws-stores.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import type { Opening } from '../../src/destinations/kind.ts';
import type { IssuedKey } from '../../src/lifecycle/issued-key.ts';
import type { WhoseKey } from '../../src/lifecycle/keys.ts';
import { FileStore } from '../../src/state/files/file-store.ts';
import { settableClock, temporaryDirectory } from '../state/support.ts';
import { OLD, type Place, whoseKey } from './contract.ts';

const unexpected = (): never => {
  throw new KeyturnError('aws-error', 'this test has no such store');
};

const noThings: ThingMaker = { isThere: unexpected, make: unexpected };
const noSecrets: SecretStore = { read: unexpected, stage: unexpected, promote: unexpected };
const noParameters: ParameterStore = {
  read: unexpected,
  write: unexpected,
  history: unexpected,
  room: unexpected,
};

/** Every key that is asked about is dead. */
export const nobodysKey: WhoseKey = async () => ({ kind: 'nobody' });

export interface TestOpening {
  readonly folder: string;
  readonly opening: Opening;
  readonly issue: (key: IssuedKey) => Promise<void>;
}

/** `env` is what a place reads of the environment. */
export async function testOpening(
  test: TestContext,
  env: Readonly<Record<string, string>> = {},
): Promise<TestOpening> {
  const folder = await temporaryDirectory(test);
  const clock = settableClock();
  const store = new FileStore({ directory: join(folder, 'state'), clock, run: 'a run' });
  const { custody } = await store.open(OLD.account, 'write');
  const programs = nodePrograms(process.env);
  return {
    folder,
    opening: {
      aws: {
        region: 'us-east-1',
        secretMaker: () => noThings,
        parameterMaker: () => noThings,
        secretStore: () => noSecrets,
        parameterStore: () => noParameters,
      },
      custody,
      clock,
      emit: () => {},
      files: (path) => saveOptions(path, clock),
      programs,
      // No test ever asks another machine.
      http: placeHttp({ env: { ...env, KEYTURN_ENDPOINT_GUARD: 'loopback' } }, clock),
      credentials: placeCredentials(env, programs),
      account: OLD.account,
      user: OLD.user,
      oldKeyId: OLD.keyId,
      whoseKey,
    },
    issue: async (key) => void (await custody.put(key)),
  };
}

/** A place whose readers take the secret out of custody. */
export async function openCustody(test: TestContext): Promise<Place> {
  const { opening, issue } = await testOpening(test);
  return {
    place: '',
    opening,
    issue,
    served: async (keyId) => {
      const entry = await opening.custody.get(keyId);
      return entry && { id: entry.keyId, secret: entry.secret.reveal() };
    },
  };
}
