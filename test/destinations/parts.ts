// The parts that destinations are made from, for tests: real files, and stores that are not there
// unless a test puts them in.

import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { saveOptions } from '../../src/app/save-options.ts';
import type { ParameterStore, SecretStore } from '../../src/base/aws-stores.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import { nodeFileSystem } from '../../src/base/files/node-file-system.ts';
import type { DestinationParts } from '../../src/destinations/registry.ts';
import { openAccountState } from '../../src/journal/open-account-state.ts';
import type { IssuedKey } from '../../src/lifecycle/issued-key.ts';
import { settableClock, temporaryDirectory } from '../journal/support.ts';
import { OLD } from './contract.ts';

const unexpected = (): never => {
  throw new KeyturnError('aws-error', 'this test has no such store');
};

const noSecrets: SecretStore = { read: unexpected, stage: unexpected, promote: unexpected };
const noParameters: ParameterStore = { read: unexpected, write: unexpected, history: unexpected };

export interface TestParts {
  readonly folder: string;
  readonly parts: DestinationParts;
  readonly issue: (key: IssuedKey) => Promise<void>;
}

export async function testParts(
  test: TestContext,
  stores: Partial<Pick<DestinationParts, 'secretStore' | 'parameterStore'>> = {},
): Promise<TestParts> {
  const folder = await temporaryDirectory(test);
  const clock = settableClock();
  const stateDir = join(folder, 'state');
  const account = { stateDir, account: OLD.account, clock, run: 'a run' };
  const { handoff } = await openAccountState(account);
  return {
    folder,
    parts: {
      handoff,
      clock,
      fs: nodeFileSystem,
      secretStore: () => noSecrets,
      parameterStore: () => noParameters,
      save: (path) => saveOptions(path, clock),
      oldKeyId: OLD.keyId,
      ...stores,
    },
    issue: async (key) => void (await handoff.put(key)),
  };
}
