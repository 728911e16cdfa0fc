// Controls of what a rotation does, from its intent to its end: I1 to I4, I10, I13.

import type { AccountGateway } from '../../../src/aws/gateway.ts';
import type { AccessKeyId } from '../../../src/base/access-key-id.ts';
import { type Destination, HELD } from '../../../src/destinations/destination.ts';
import type { RotationStep } from '../../../src/lifecycle/record.ts';
import { RECOVERY_TABLE } from '../../../src/lifecycle/recover.ts';
import { isFinished } from '../../../src/lifecycle/rotation.ts';
import { writerWith } from '../../support/writer-with.ts';
import { noFaultOf } from '../faults.ts';
import { custodyWith, recordingWith } from '../stand-ins.ts';
import type { Control } from './control.ts';

const inHandoff = (path: string): boolean => path.includes('/handoff');

export const OF_ROTATIONS: readonly Control[] = [
  {
    invariant: 'I1',
    fault: 'the journal says that an intent is on disk before it is',
    shows: 'on disk stands nothing',
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
    shows: 'is sent again',
    sabotage: {
      gateway: (gateway) => ({
        ...gateway,
        writer: writerWith(gateway.writer, (sound) => ({
          createAccessKey: async (user) => {
            const outcome = await sound.createAccessKey(user);
            return outcome.kind === 'unknown' ? sound.createAccessKey(user) : outcome;
          },
        })),
      }),
    },
  },
  {
    invariant: 'I2',
    fault: 'a request that never left is on record as one whose answer was lost',
    shows: 'a request that was never sent',
    sabotage: {
      state: (state) =>
        recordingWith(state, (log, rotation, step) => log.record(rotation, asIfSent(step))),
    },
  },
  {
    invariant: 'I3',
    fault: 'the hand-off does not wait for the disk',
    shows: 'is not safe',
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
    invariant: 'I3',
    fault: 'nobody asks whether the state directory lasts',
    shows: 'took the only working key',
    sabotage: {
      system: (system) => ({
        ...system,
        fileSystemOf: async () => ({ type: 0xef53, device: 1 }),
      }),
    },
  },
  {
    invariant: 'I3',
    fault: 'the places are not read again before the copy in custody goes',
    shows: 'did not read the place again before the copy',
    sabotage: {
      account: (account) => ({
        ...account,
        places: {
          ...account.places,
          toTidyUp: async (rotation) => {
            const places = await account.places.toTidyUp(rotation);
            if (!isFinished(rotation)) return places;
            return places.map((place) => ({ ...place, holds: async () => HELD }));
          },
        },
      }),
    },
  },
  {
    invariant: 'I4',
    fault: 'AWS is not asked whether it accepts the new key',
    shows: 'AWS has not accepted',
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
    invariant: 'I4',
    fault: 'a key is delivered first and proved then',
    shows: 'which AWS has not accepted in a row',
    cuts: [
      {
        module: 'lifecycle/next-step',
        guard: "case 'created':",
        by: "case 'created': return { perform: 'deliver', newKeyId: rotation.newKeyId };",
      },
    ],
  },
  {
    invariant: 'I10',
    fault: 'recovery takes a key that it has found to be lost for no key',
    shows: 'nobody has the secret of',
    install: () => replaceRow('orphan still unused'),
  },
  {
    invariant: 'I10',
    fault: 'the places are not asked who holds a secret',
    shows: 'which a place holds, is discarded',
    forced: { 'operator-tidies-handoffs': 0.8, 'destination-fails': 0.3, killed: 0.5 },
    sabotage: {
      account: (account) => ({
        ...account,
        places: {
          ...account.places,
          toTidyUp: async (rotation) => (await account.places.toTidyUp(rotation)).map(holdsNothing),
        },
      }),
    },
  },
  {
    invariant: 'I10',
    fault: 'a key is discarded and not condemned before',
    shows: 'its secret may still be stored',
    sabotage: {
      state: (state) => ({
        ...state,
        custody: custodyWith(state.custody, { condemn: async () => true }),
      }),
    },
  },
  {
    invariant: 'I10',
    fault: 'an undo does not wait until AWS would show a use of the key that it takes back',
    shows: 'is taken back by an undo',
    forced: { 'operator-undoes': 1 },
    cuts: [
      {
        module: 'lifecycle/retirement',
        guard: 'deliveredAt === undefined',
        by: 'true',
      },
    ],
  },
  {
    invariant: 'I13',
    fault: 'an undo takes a delivery whose answer was lost for one that never comes',
    shows: 'gives the readers of',
    forced: {
      ...noFaultOf('operator-'),
      'operator-undoes': 1,
      'destination-lands-late': 0.5,
      'reply-lost': 0.2,
    },
    cuts: [
      {
        module: 'engine/perform-undo',
        guard: 'if (isBegun && wayBack !== undefined)',
        by: 'if (false)',
      },
    ],
  },
  {
    invariant: 'I13',
    fault: 'an undo does not ask its places whether they hold the key still that it takes back',
    shows: 'goes while the secret of',
    forced: { ...noFaultOf('operator-'), 'operator-undoes': 1, 'secret-rotates-itself': 0.5 },
    cuts: [
      {
        module: 'engine/perform-undo',
        guard: "holding.kind !== 'nowhere'",
        by: 'false',
      },
    ],
  },
  {
    invariant: 'I13',
    fault: 'an undo looks for the key that it takes back under names of our own alone',
    shows: 'goes while the secret of',
    forced: {
      ...noFaultOf('operator-', 'secret-'),
      'operator-undoes': 1,
      'operator-reshapes-place': 0.5,
    },
    cuts: [
      {
        module: 'engine/held-anywhere',
        guard: 'reading.toUpperCase().includes(keyId)',
        by: `reading.includes('"AccessKeyId":"' + keyId + '"')`,
      },
    ],
  },
  {
    invariant: 'I13',
    fault: 'a rotation that is taken up writes the places anew that have its key by their receipts',
    shows: 'is written again, and has',
    forced: { ...noFaultOf('operator-', 'destination-forgets'), 'destination-fails': 0.4 },
    cuts: [
      {
        module: 'engine/delivery',
        guard: "judgePair({ keyId, oldKeyId, pairMark }, held, account)).kind === 'whole'",
        by: "judgePair({ keyId, oldKeyId, pairMark }, held, account)).kind === 'none'",
      },
    ],
  },
  {
    invariant: 'I10',
    fault: 'of two keys that fit a lost request the first one alone is judged',
    shows: 'nobody has the secret of',
    forced: {
      ...noFaultOf('operator-', 'report-', 'disk-', 'destination-'),
      'write-lands-late': 0.6,
      'reply-lost': 0.3,
      'operator-creates': 1,
      'operator-deletes': 0.6,
    },
    cuts: [
      {
        module: 'lifecycle/decide-open',
        guard: 'named.length > 0 ? named : late',
        by: '(named.length > 0 ? named : late).slice(0, 1)',
      },
    ],
  },
  {
    invariant: 'I13',
    fault: 'of several places the first one alone is read again before the old key goes',
    shows: 'did not read sim-vault again before',
    forced: { ...noFaultOf('operator-', 'destination-'), killed: 1 },
    cuts: [
      {
        module: 'engine/in-place',
        guard: 'of destinations.entries()) {',
        by: 'of destinations.slice(0, 1).entries()) {',
      },
    ],
  },
  {
    invariant: 'I3',
    fault: 'the ID of the new key in a place counts as its pair',
    shows: 'is no pair in the secret of',
    forced: { ...noFaultOf('operator-'), 'operator-mixes-pair': 0.5 },
    cuts: [
      {
        module: 'engine/in-place',
        guard: 'await assertPair(rotation, { held, receipt }, at);',
        by: '',
      },
    ],
  },
  {
    invariant: 'I3',
    fault: 'what a place keeps beside the ID of a key is taken for its secret',
    shows: 'is no pair in the secret of',
    forced: {
      ...noFaultOf('operator-', 'disk-'),
      ...{ 'operator-mixes-pair': 0.6, 'operator-tidies-handoffs': 1, 'destination-forgets': 0.5 },
    },
    cuts: [
      {
        module: 'engine/holders',
        guard: 'await findOwnSecret(key, [kept], gateway.verifier)',
        by: `{ kind: 'found', secret: kept }`,
      },
    ],
  },
  {
    invariant: 'I10',
    fault: 'nobody looks whether a request lands after a key was taken back into use',
    shows: 'to which an undo went back',
    forced: {
      ...noFaultOf('operator-', 'report-', 'destination-', 'disk-'),
      ...{ 'operator-undoes': 1, 'write-lands-twice': 0.3, killed: 0, 'stale-list': 0 },
    },
    cuts: [
      {
        module: 'lifecycle/key-past',
        guard: 'wantedActiveMs >= untilMs',
        by: 'true',
      },
    ],
  },
  {
    invariant: 'I13',
    fault: 'an undo does not look for a rotation of the service’s own',
    shows: 'a rotation of the service’s own gives the readers',
    forced: { ...noFaultOf('operator-'), 'operator-undoes': 1, 'secret-rotates-itself': 0.9 },
    cuts: [
      {
        module: 'engine/perform-undo',
        guard: 'await holds(destination, back.rotation.undo.toKeyId);',
        by: '',
      },
    ],
  },
  {
    invariant: 'I13',
    fault: 'the destination is not read again before the old key goes',
    shows: 'did not read the destination again',
    sabotage: {
      destination: (destination) => ({ ...destination, holds: async () => HELD }),
    },
  },
];

function asIfSent(step: RotationStep): RotationStep {
  const isNeverSent = step.type === 'closed' && step.reason === 'never-sent';
  return isNeverSent ? { type: 'closed', reason: 'no-key-was-made' } : step;
}

/** A place that still delivers the copy in custody, where it did. */
function holdsNothing({ wayBack: _, textsRead: __, ...place }: Destination): Destination {
  return { ...place, holds: async () => undefined };
}

async function ownerOf({ reader }: AccountGateway, keyId: AccessKeyId): Promise<string> {
  for await (const { name } of reader.listUsers()) {
    const keys = await reader.listAccessKeys(name).catch(() => []);
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
