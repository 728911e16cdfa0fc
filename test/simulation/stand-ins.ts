// Parts of the real engine in which some methods give way to others: for a referee who listens, and for
// controls that switch a guard off. Objects with a prototype cannot be spread.

import type { KeyReader } from '../../src/aws/gateway.ts';
import type { AccountState, Custody, Sightings, UserLog } from '../../src/state/state-store.ts';

export function custodyWith(custody: Custody, others: Partial<Custody>): Custody {
  return {
    prepare: (user, rotation) => custody.prepare(user, rotation),
    put: (entry) => custody.put(entry),
    get: (keyId) => custody.get(keyId),
    holds: async (keyId) =>
      others.get === undefined
        ? await custody.holds(keyId)
        : (await others.get(keyId)) !== undefined,
    list: () => custody.list(),
    remove: (keyId, user) => custody.remove(keyId, user),
    condemn: (keyId, user) => custody.condemn(keyId, user),
    describe: (keyId) => custody.describe(keyId),
    sealed: custody.sealed,
    ...others,
  };
}

export function sightingsWith(sightings: Sightings, others: Partial<Sightings>): Sightings {
  return {
    lastActive: (...asked) => sightings.lastActive(...asked),
    inactiveSince: (keyId) => sightings.inactiveSince(keyId),
    activeAgainSince: (keyId) => sightings.activeAgainSince(keyId),
    usesOf: (...asked) => sightings.usesOf(...asked),
    lookAt: (...asked) => sightings.lookAt(...asked),
    inactiveKeyOf: (...asked) => sightings.inactiveKeyOf(...asked),
    lastReport: () => sightings.lastReport(),
    remember: (seen) => sightings.remember(seen),
    refresh: () => sightings.refresh(),
    ...others,
  };
}

export function readerWith(reader: KeyReader, others: Partial<KeyReader>): KeyReader {
  return {
    listUsers: () => reader.listUsers(),
    listAccessKeys: (user) => reader.listAccessKeys(user),
    lastUse: (keyId) => reader.lastUse(keyId),
    ...others,
  };
}

/** What is recorded about a rotation, under the claim on its user, is recorded as `record` does it. */
export function recordingWith(
  state: AccountState,
  record: (log: UserLog, ...[rotation, step]: Parameters<UserLog['record']>) => Promise<void>,
): AccountState {
  return {
    ...state,
    exclusively: (user, work) =>
      state.exclusively(user, (log) =>
        work({
          get history() {
            return log.history;
          },
          record: (rotation, step) => record(log, rotation, step),
          note: (rotation, step) => record(log, rotation, step),
          recordKey: (step) => log.recordKey(step),
          fence: (signedAt) => log.fence(signedAt),
        }),
      ),
  };
}
