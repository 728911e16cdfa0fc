// One client for all places of a run at the same Vault with the same identity: a secret ID may be good for
// one login only.

import type { Opening } from '../kind.ts';
import { VaultClient } from './client.ts';
import { placeText, type VaultPlace } from './place.ts';
import { serviceOptions } from './settings.ts';

type Surroundings = Pick<Opening, 'http' | 'credentials' | 'aws'>;

/** By what belongs to a run; forgotten with it. */
const CLIENTS = new WeakMap<Opening['credentials'], Map<string, Promise<VaultClient>>>();

export async function openClient(place: VaultPlace, around: Surroundings): Promise<VaultClient> {
  const { credentials } = around;
  const clients = CLIENTS.get(credentials) ?? new Map<string, Promise<VaultClient>>();
  CLIENTS.set(credentials, clients);
  const identity = placeText({ path: 'any/path', options: place.options });
  const known = clients.get(identity);
  if (known !== undefined) return await known;
  const opened = newClient(place, around);
  clients.set(identity, opened);
  opened.catch(() => clients.delete(identity));
  return await opened;
}

async function newClient(place: VaultPlace, around: Surroundings): Promise<VaultClient> {
  const { http, credentials, aws } = around;
  const service = await http(await serviceOptions(place, credentials));
  return new VaultClient(place, { service, credentials, callerProof: aws.callerProof });
}
