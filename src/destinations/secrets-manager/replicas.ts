// Copies of a secret in other regions, which Secrets Manager brings up to date by itself: their readers have the
// new key when the copy has, so the old one stays until then. That a copy is "in sync" says no more than that it
// was made (API reference), so each is read.

import type { Replica, SecretStore } from '../../base/aws-stores.ts';
import type { Clock } from '../../base/clock.ts';
import { KeyturnError, toKeyturnError } from '../../base/errors.ts';
import type { RegionalPlace } from '../regional-place.ts';
import { wordsFor } from './versions.ts';

export interface Replicated {
  readonly store: SecretStore;
  /** The same secret in another region. */
  readonly storeIn: (region: string) => SecretStore;
  readonly clock: Clock;
}

/** Together some fifteen seconds. */
const PAUSES_MS = [500, 1_000, 2_000, 4_000, 8_000];

/** Throws `delivery-failed` where a copy has not got the version. */
export async function requireReplicas(
  at: Pick<RegionalPlace, 'region' | 'name'>,
  versionId: string,
  parts: Replicated,
): Promise<void> {
  for (const pauseMs of [...PAUSES_MS, undefined]) {
    const replicas = (await parts.store.replicas?.(at.name)) ?? [];
    const failed = replicas.find(({ status }) => status === 'Failed');
    if (failed !== undefined) throw broken(at, failed);
    const late = await firstLate(at, { replicas, versionId }, parts);
    if (late === undefined) return;
    if (pauseMs === undefined) throw behind(at, late);
    await parts.clock.sleep(pauseMs);
  }
}

async function firstLate(
  at: Pick<RegionalPlace, 'region' | 'name'>,
  { replicas, versionId }: { readonly replicas: readonly Replica[]; readonly versionId: string },
  { storeIn }: Replicated,
): Promise<Replica | undefined> {
  for (const replica of replicas) {
    const name = at.name.startsWith('arn:')
      ? at.name.replace(`:${at.region}:`, `:${replica.region}:`)
      : at.name;
    try {
      const version = await storeIn(replica.region).read(name, 'AWSCURRENT');
      if (version?.versionId !== versionId) return replica;
    } catch (thrown) {
      // Who may not read the copy is told by its status, which is all there is then.
      const isDenied = toKeyturnError(thrown).code === 'access-denied';
      if (!isDenied || replica.status !== 'InSync') return replica;
    }
  }
  return undefined;
}

function broken(at: Pick<RegionalPlace, 'region' | 'name'>, { region, why }: Replica) {
  const because = why === undefined ? '' : `: ${why}`;
  return new KeyturnError(
    'delivery-failed',
    `the copy of ${wordsFor(at)} in ${region} cannot follow${because}`,
    { hint: 'put the replication right, or take the copy out of it; then run again' },
  );
}

function behind(at: Pick<RegionalPlace, 'region' | 'name'>, { region, status }: Replica) {
  return new KeyturnError(
    'delivery-failed',
    `the copy of ${wordsFor(at)} in ${region} does not have the new version yet (${status})`,
    { hint: 'the old key was not touched; run again' },
  );
}
