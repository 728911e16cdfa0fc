// The sandbox as a conformance target. Waiting is switched off; that has tests of its own.

import { addOrganization, startSandbox } from '../../src/sandbox/index.ts';
import type { ConformanceTarget, LongTermCredentials, UserSeed } from './target.ts';

export async function sandboxTarget(): Promise<ConformanceTarget> {
  const sandbox = await startSandbox({ lastUsedLagSeconds: 0, reportSeconds: 0.1 });
  const { world } = sandbox;
  return {
    name: 'sandbox',
    openAccount: async () => {
      const { id } = world.addAccount();
      const { userName, ...key } = world.administratorKey(id);
      return {
        id,
        endpoint: sandbox.url,
        administrator: { name: userName, credentials: credentialsOf(key) },
        seedUser: async ({ name, administrator, keys }: UserSeed, member = id) => {
          world.addUser(member, { name, ...(administrator === true ? { administrator } : {}) });
          return (keys ?? []).map(({ lastUsed, ...rest }) => {
            const use = lastUsed === undefined ? {} : { lastUsed: { at: lastUsed } };
            return credentialsOf(world.addKey(member, name, { ...rest, ...use }));
          });
        },
        seedOrganization: async ({ members, suspended = 0, unit, tags = {} }) => {
          const first = { tags, ...(unit !== undefined && { ou: `Root/${unit}` }) };
          const accounts = Array.from({ length: members }, (_, index) => ({
            ...(index === 0 && first),
            ...(index >= members - suspended && ({ state: 'SUSPENDED' } as const)),
          }));
          const organization = addOrganization(world, { managementAccountId: id, accounts });
          return [...organization.members.keys()].filter((member) => member !== id);
        },
      };
    },
    close: () => sandbox.close(),
  };
}

function credentialsOf(key: { readonly id: string; readonly secret: string }): LongTermCredentials {
  return { accessKeyId: key.id, secretAccessKey: key.secret };
}
