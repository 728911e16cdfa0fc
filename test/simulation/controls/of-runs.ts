// Controls of what is around the rotations: what is told, who works at the same time, and where the places
// are: I8, I9, I12, I14, I16, I17.

import type { AccountGateway } from '../../../src/aws/gateway.ts';
import { createLimiter } from '../../../src/aws/limiter.ts';
import { KeyturnError } from '../../../src/base/errors.ts';
import { noFaultOf } from '../faults.ts';
import { readerWith } from '../stand-ins.ts';
import type { Control } from './control.ts';

export const OF_RUNS: readonly Control[] = [
  {
    invariant: 'I8',
    fault: 'a destination puts the secret into its receipt',
    shows: 'a secret is told',
    sabotage: {
      destination: (destination) => ({
        ...destination,
        deliver: async (key) => ({
          ...(await destination.deliver(key)),
          reference: key.secret.reveal(),
        }),
      }),
    },
  },
  {
    invariant: 'I9',
    fault: 'claims never refuse',
    shows: 'both rotate',
    sabotage: {
      // Every owner of a claim seems to be dead.
      processes: (processes) => ({ self: () => processes.self(), find: async () => undefined }),
    },
  },
  {
    invariant: 'I9',
    fault: 'machines that do not tell who they are count as one',
    shows: 'both rotate',
    sabotage: {
      processes: (processes) => ({
        find: (pid) => processes.find(pid),
        self: async () => {
          const { machineId, bootId, pidNamespace, ...self } = await processes.self();
          return {
            ...self,
            machineId: machineId ?? 'unknown',
            bootId: bootId ?? 'unknown',
            pidNamespace: pidNamespace ?? 'unknown',
          };
        },
      }),
    },
  },
  {
    invariant: 'I12',
    fault: 'a dry run does not see that a key has to go first',
    shows: 'foretold',
    sabotage: {
      foretold: (outcome) => ({ ...outcome, cleanup: undefined }),
    },
  },
  {
    invariant: 'I13',
    fault: 'nobody asks which places of the last rotation a run leaves behind',
    shows: 'goes while the secret of',
    forced: {
      ...noFaultOf('operator-', 'disk-', 'clock-'),
      ...{ 'place-forgotten': 0.9, killed: 0, 'power-cut': 0 },
    },
    cuts: [
      {
        module: 'lifecycle/decide-user',
        guard: 'places.length > 0',
        by: 'false',
      },
    ],
  },
  {
    invariant: 'I14',
    fault: 'nobody asks whose key is in a place',
    shows: 'is written over by a key of',
    sabotage: {
      gateway: (gateway) => ({
        ...gateway,
        reader: readerWith(gateway.reader, {
          lastUse: async (keyId) => {
            throw new KeyturnError('unknown-user', `nobody has ${keyId}`);
          },
        }),
      }),
    },
  },
  {
    invariant: 'I14',
    fault: 'no place is looked at before a key is made for it',
    shows: 'its secret cannot take it',
    sabotage: {
      destination: (destination) => ({ ...destination, prepare: async () => {} }),
    },
  },
  {
    invariant: 'I14',
    fault: 'nobody looks whether a place would name the old key still',
    shows: 'names',
    cuts: [
      {
        module: 'destinations/look',
        guard:
          'await refuseTraces({ before: text, after: edited, stored, pair }, place, replaced);',
        by: '',
      },
    ],
  },
  {
    invariant: 'I14',
    fault: 'nobody looks whether the new text fits',
    shows: 'its secret cannot take it: full',
    cuts: [
      {
        module: 'destinations/secrets-manager/destination',
        guard: 'refuseTooLong(after, BYTES_MAX, where);',
        by: '',
      },
    ],
  },
  {
    invariant: 'I13',
    fault: 'a rotation of the service’s own is not looked for',
    shows: 'a rotation of the service’s own gives the readers',
    forced: { 'secret-rotates-itself': 1 },
    sabotage: { gateway: withoutPending },
  },
  {
    invariant: 'I16',
    fault: 'what clean-up and recovery delete is not told',
    shows: 'does not tell that',
    sabotage: {
      account: (account) => ({
        ...account,
        emit: (event) => {
          if (event.code !== 'key-deleted') account.emit(event);
        },
      }),
    },
  },
  {
    invariant: 'I16',
    fault: 'nobody looks for what an earlier run did and could not say',
    shows: 'nobody tells that',
    sabotage: {
      state: (state) => ({
        ...state,
        exclusively: (user, work) =>
          state.exclusively(user, (log) => {
            Object.defineProperty(log.history, 'unsettled', { get: () => [] });
            return work(log);
          }),
      }),
    },
  },
  {
    invariant: 'I16',
    fault:
      'what an earlier run asked for is not told where it was done after the run had looked for it',
    shows: 'nobody tells that',
    forced: {
      ...noFaultOf('operator-', 'report-', 'destination-', 'disk-', 'details-', 'count-', 'table-'),
      ...{ 'write-lands-late': 0.5, 'second-process': 1, suspended: 1, killed: 0, 'stale-list': 0 },
    },
    cuts: [
      {
        module: 'engine/settle-steps',
        guard: 'settled.filter(({ outcome }) => outcome.keyId === oldKeyId)',
        by: '[]',
      },
    ],
  },
  {
    invariant: 'I12',
    fault: 'a dry run does not look for what an earlier run did and could not say',
    shows: 'of recovery: foretold',
    sabotage: {
      account: (account) => ({
        ...account,
        emit: (event) => {
          if (event.code !== 'finding-foretold') account.emit(event);
        },
      }),
    },
  },
  {
    invariant: 'I17',
    fault: 'all rotations create their keys at once',
    shows: 'new secrets on their way at once',
    sabotage: {
      account: (account) => ({ ...account, creating: createLimiter(16) }),
    },
  },
];

/** Of its secrets nobody sees that a rotation of the service's own is under way. */
function withoutPending(gateway: AccountGateway): AccountGateway {
  const { services } = gateway;
  return {
    ...gateway,
    services: {
      ...services,
      secretStore: (region) => {
        const store = services.secretStore(region);
        return {
          ...store,
          read: async (name, label) =>
            label === 'AWSPENDING' ? undefined : await store.read(name, label),
        };
      },
    },
  };
}
