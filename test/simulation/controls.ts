// Negative controls: the engine with one guard switched off from outside. A simulator that does not
// find these would prove nothing.

import { createLimiter } from '../../src/aws/limiter.ts';
import type { AccessKeyId } from '../../src/base/access-key-id.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import { RECOVERY_TABLE } from '../../src/lifecycle/recover.ts';
import type { Sabotage } from './one-run.ts';

export interface Control {
  readonly invariant: string;
  /** What is wrong, in words. */
  readonly fault: string;
  readonly sabotage: Sabotage;
  /** Changes what no seam reaches; returns how to change it back. */
  readonly install?: () => () => void;
}

const inHandoff = (path: string): boolean => path.includes('/handoff');

export const CONTROLS: readonly Control[] = [
  {
    invariant: 'I1',
    fault: 'the journal says that an intent is on disk before it is',
    sabotage: {
      fileSystem: (fs) => ({
        ...fs,
        open: async (path, intent) => {
          const file = await fs.open(path, intent);
          return path.endsWith('journal.jsonl') ? { ...file, sync: async () => {} } : file;
        },
      }),
    },
  },
  {
    invariant: 'I2',
    fault: 'CreateAccessKey is sent again when its answer is lost',
    sabotage: {
      gateway: (gateway) => ({
        ...gateway,
        writer: {
          ...gateway.writer,
          createAccessKey: async (user) => {
            const outcome = await gateway.writer.createAccessKey(user);
            return outcome.kind === 'unknown' ? gateway.writer.createAccessKey(user) : outcome;
          },
        },
      }),
    },
  },
  {
    invariant: 'I3',
    fault: 'the hand-off does not wait for the disk',
    sabotage: {
      fileSystem: (fs) => ({
        ...fs,
        open: async (path, intent) => {
          const file = await fs.open(path, intent);
          return inHandoff(path) ? { ...file, sync: async () => {} } : file;
        },
        syncDirectory: async (path) => {
          if (!inHandoff(path)) await fs.syncDirectory(path);
        },
      }),
    },
  },
  {
    invariant: 'I4',
    fault: 'AWS is not asked whether it accepts the new key',
    sabotage: {
      gateway: (gateway) => ({
        ...gateway,
        verifier: {
          whoSigns: async ({ id }) => ({
            kind: 'accepted',
            account: gateway.caller.account,
            arn: `arn:aws:iam::${gateway.caller.account}:user/${await ownerOf(gateway, id)}`,
          }),
        },
      }),
    },
  },
  {
    invariant: 'I5',
    fault: 'clean-up does not wait for the hold',
    sabotage: {
      account: (account) => ({
        ...account,
        policy: { ...account.policy, cleanUpDays: account.policy.cleanUpDays && 0 },
      }),
    },
  },
  {
    invariant: 'I5',
    fault:
      'a key counts as Inactive from of old, and what a credential report shows is not remembered',
    sabotage: {
      state: (state) => ({
        ...state,
        sightings: {
          lastActive: (...given) => state.sightings.lastActive(...given),
          inactiveSince: () => new Date(0),
          usesOf: (...given) => state.sightings.usesOf(...given),
          inactiveKeyOf: () => undefined,
          refresh: () => state.sightings.refresh(),
          remember: (seen) => state.sightings.remember(seen.filter((each) => !('slots' in each))),
        },
      }),
    },
  },
  {
    invariant: 'I5',
    fault: 'a key counts as Inactive from of old',
    sabotage: {
      state: (state) => ({
        ...state,
        sightings: {
          lastActive: (...given) => state.sightings.lastActive(...given),
          inactiveSince: () => new Date(0),
          usesOf: (...given) => state.sightings.usesOf(...given),
          inactiveKeyOf: () => undefined,
          refresh: () => state.sightings.refresh(),
          remember: (seen) => state.sightings.remember(seen),
        },
      }),
    },
  },
  {
    invariant: 'I6',
    fault: 'keys that are not due are rotated',
    sabotage: {
      gateway: (gateway) => ({
        ...gateway,
        reader: {
          listUsers: () => gateway.reader.listUsers(),
          lastUse: (keyId) => gateway.reader.lastUse(keyId),
          listAccessKeys: async (user) => {
            const keys = await gateway.reader.listAccessKeys(user);
            return keys.map((key) => ({ ...key, createdAt: new Date(0) }));
          },
        },
      }),
    },
  },
  {
    invariant: 'I7',
    fault: 'the engine does not know which key signs its calls',
    sabotage: {
      gateway: (gateway) => ({
        ...gateway,
        caller: { ...gateway.caller, accessKeyId: 'ASIASIMULATEDUNKNOWN' as AccessKeyId },
      }),
    },
  },
  {
    invariant: 'I8',
    fault: 'a destination puts the secret into its receipt',
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
    sabotage: {
      // Every owner of a claim seems to be dead.
      processes: (processes) => ({ self: () => processes.self(), find: async () => undefined }),
    },
  },
  {
    invariant: 'I10',
    fault: 'recovery takes a key that it has found to be lost for no key',
    sabotage: {},
    install: () => replaceRow('orphan still unused'),
  },
  {
    invariant: 'I11',
    fault: 'a list that can not be read is an empty list',
    sabotage: {
      gateway: (gateway) => ({
        ...gateway,
        reader: {
          listUsers: () => gateway.reader.listUsers(),
          lastUse: (keyId) => gateway.reader.lastUse(keyId),
          listAccessKeys: (user) => gateway.reader.listAccessKeys(user).catch(() => []),
        },
      }),
    },
  },
  {
    invariant: 'I12',
    fault: 'a dry run does not see that a key has to go first',
    sabotage: {
      foretold: (outcome) => ({ ...outcome, cleanup: undefined }),
    },
  },
  {
    invariant: 'I10',
    fault: 'the places are not asked who holds a secret',
    sabotage: {
      account: (account) => ({
        ...account,
        places: { ...account.places, toTidyUp: async () => [] },
      }),
    },
  },
  {
    invariant: 'I16',
    fault: 'what clean-up and recovery delete is not told',
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
    invariant: 'I12',
    fault: 'a dry run does not look for what an earlier run did and could not say',
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
    sabotage: {
      account: (account) => ({ ...account, creating: createLimiter(16) }),
    },
  },
  {
    invariant: 'I14',
    fault: 'nobody asks whose key is in a place',
    sabotage: {
      gateway: (gateway) => ({
        ...gateway,
        reader: {
          listUsers: () => gateway.reader.listUsers(),
          listAccessKeys: (user) => gateway.reader.listAccessKeys(user),
          lastUse: async (keyId) => {
            throw new KeyturnError('unknown-user', `nobody has ${keyId}`);
          },
        },
      }),
    },
  },
  {
    invariant: 'I13',
    fault: 'the destination is not read again before the old key goes',
    sabotage: {
      destination: (destination) => ({ ...destination, holds: async () => true }),
    },
  },
];

async function ownerOf(
  gateway: Parameters<NonNullable<Sabotage['gateway']>>[0],
  keyId: AccessKeyId,
): Promise<string> {
  for await (const { name } of gateway.reader.listUsers()) {
    const keys = await gateway.reader.listAccessKeys(name).catch(() => []);
    if (keys.some(({ id }) => id === keyId)) return name;
  }
  return '';
}

/** The table is data, so a row of it can be replaced and put back. */
function replaceRow(name: string): () => void {
  const rows = RECOVERY_TABLE as (typeof RECOVERY_TABLE)[number][];
  const index = rows.findIndex((row) => row.name === name);
  const row = rows[index];
  if (row === undefined) throw new RangeError(`no row "${name}"`);
  rows[index] = { ...row, decision: { kind: 'close', reason: 'no-key-was-made' } };
  return () => {
    rows[index] = row;
  };
}
