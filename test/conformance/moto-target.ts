// moto server as a conformance target; test/moto/server.py is its other half.

import type {
  ConformanceTarget,
  LongTermCredentials,
  OrganizationSeed,
  UserSeed,
} from './target.ts';

interface SeededKey {
  readonly id: string;
  readonly secret: string;
}

interface SeededAccount {
  readonly id: string;
  readonly administrator: SeededKey & { readonly name: string };
}

export interface MotoAddresses {
  readonly url: string;
  readonly controlUrl: string;
}

/** The server belongs to whoever started it: closing the target leaves it running. */
export function motoTarget({ url, controlUrl }: MotoAddresses): ConformanceTarget {
  return {
    name: 'moto',
    openAccount: async () => {
      const { id, administrator } = await ask<SeededAccount>(`${controlUrl}/accounts`, {});
      return {
        id,
        endpoint: url,
        administrator: { name: administrator.name, credentials: credentialsOf(administrator) },
        seedUser: async (seed: UserSeed, member = id) => {
          const body = { account: member, ...seed };
          const { keys } = await ask<{ keys: SeededKey[] }>(`${controlUrl}/users`, body);
          return keys.map(credentialsOf);
        },
        seedOrganization: async (seed: OrganizationSeed) => {
          const body = { account: id, ...seed };
          const { members } = await ask<{ members: string[] }>(`${controlUrl}/organizations`, body);
          return members;
        },
      };
    },
    close: async () => {},
  };
}

async function ask<T>(url: string, body: object): Promise<T> {
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new RangeError(`moto could not be seeded: ${text}`);
  return JSON.parse(text) as T;
}

function credentialsOf({ id, secret }: SeededKey): LongTermCredentials {
  return { accessKeyId: id, secretAccessKey: secret };
}
