// Controls of when an old key goes: I10, I12, I15.

import { noFaultOf } from '../faults.ts';
import { readerWith } from '../stand-ins.ts';
import type { Control } from './control.ts';

export const OF_OLD_KEYS: readonly Control[] = [
  {
    invariant: 'I10',
    fault: 'an old key that nobody uses any more waits for ever',
    shows: 'stays open in phase in-grace',
    cuts: [
      {
        module: 'lifecycle/quiet-gate',
        guard: 'if (now < quietAt(judged, policy))',
        by: 'if (true)',
      },
    ],
  },
  {
    invariant: 'I12',
    fault: 'a dry run does not look at old keys that wait',
    shows: 'waiting',
    sabotage: {
      foretold: (outcome) => ({ ...outcome, retirement: undefined }),
    },
  },
  {
    invariant: 'I15',
    fault: 'an old key goes whatever uses it',
    shows: 'and it is in use',
    cuts: [
      {
        module: 'lifecycle/quiet-gate',
        guard: 'if (now < quietAt(judged, policy))',
        by: 'if (false)',
      },
    ],
  },
  {
    invariant: 'I15',
    fault: 'an old key goes before the readers of its places can have the new one',
    shows: 'its readers cannot have the new key yet',
    cuts: [
      {
        module: 'lifecycle/quiet-gate',
        guard: 'return settledAt !== undefined && now < settledAt',
        by: 'return false',
      },
    ],
  },
  {
    invariant: 'I15',
    fault: 'no use of an old key is seen',
    shows: 'and it is in use',
    sabotage: {
      gateway: (gateway) => ({
        ...gateway,
        reader: readerWith(gateway.reader, {
          lastUse: async (keyId) => {
            const { owner } = await gateway.reader.lastUse(keyId);
            return { used: 'never', owner };
          },
        }),
      }),
    },
  },
  {
    invariant: 'I15',
    fault: 'a last use that cannot be read counts as none',
    shows: 'cannot tell its last use',
    cuts: [
      {
        module: 'lifecycle/quiet-gate',
        guard: "if (facts.lastUse === 'unreadable')",
        by: 'if (false)',
      },
    ],
  },
  {
    invariant: 'I15',
    fault: 'what a run decided that died goes on, whatever has used the old key since',
    shows: 'cannot tell its last use',
    cuts: [
      {
        module: 'lifecycle/rotation',
        guard: 'rotation.word?.althoughInUse === true',
        by: 'true',
      },
    ],
  },
  {
    invariant: 'I15',
    fault: 'a use that a run has seen is forgotten when AWS says less later',
    shows: 'it is in use, as a run has seen',
    forced: { 'uses-forgotten': 0.4 },
    cuts: [
      {
        module: 'lifecycle/quiet-gate',
        guard: 'if (seen !== undefined)',
        by: 'if (false)',
      },
    ],
  },
  {
    invariant: 'I15',
    fault: 'the silence of a key counts while it was Inactive',
    shows: 'it was taken back into use',
    forced: {
      ...noFaultOf('disk-', 'killed', 'report-'),
      'operator-undoes': 1,
      'operator-deletes': 0.4,
      'operator-deactivates': 0.3,
    },
    cuts: [
      {
        module: 'lifecycle/quiet-gate',
        guard: 'activeSince === undefined ? used : latestOf([used, activeSince])',
        by: 'used',
      },
    ],
  },
  {
    invariant: 'I15',
    fault: 'a key that somebody made Active by hand counts as Active all along',
    shows: 'it was taken back into use',
    forced: {
      ...noFaultOf('disk-', 'killed', 'report-'),
      'operator-reactivates': 0.6,
      'operator-deletes': 0.4,
      'operator-creates': 0,
    },
    cuts: [
      {
        module: 'lifecycle/active-since',
        guard: 'isNews ? now : sights.activeAgainSince(keyId)',
        by: 'undefined',
      },
    ],
  },
  {
    invariant: 'I15',
    fault: 'a deadline is kept that was taken back since it was announced',
    shows: 'it is in use',
    forced: {
      ...noFaultOf('disk-', 'operator-', 'details-', 'create-', 'key'),
      'deadline-changes': 0.9,
    },
    cuts: [
      {
        module: 'lifecycle/quiet-gate',
        guard: 'withdraws: facts.announcedDeadline !== undefined && !isTold',
        by: 'withdraws: false',
      },
    ],
  },
  {
    invariant: 'I15',
    fault: 'what runs have seen of a key is forgotten when its user is renamed',
    shows: 'days apart',
    forced: {
      ...noFaultOf('disk-', 'killed', 'operator-', 'report-'),
      'operator-renames': 0.3,
    },
    cuts: [
      {
        module: 'state/known-sightings',
        guard: 'return withFormerNames(id === undefined ? known : { ...known, keyId: id }, others)',
        by: 'return known',
      },
    ],
  },
  {
    invariant: 'I15',
    fault: 'a silence of more than a month, which runs have seen, is not waited for',
    shows: 'days apart',
    forced: noFaultOf('disk-', 'killed', 'operator-', 'report-'),
    cuts: [
      {
        module: 'lifecycle/quiet-gate',
        guard: 'longest > MONTHLY_GAP_DAYS',
        by: 'false',
      },
    ],
  },
];
