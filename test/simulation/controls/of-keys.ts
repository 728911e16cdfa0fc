// Controls of which keys are touched, and of what is believed about them: I5 to I7, I11.

import type { AccountGateway } from '../../../src/aws/gateway.ts';
import type { AccessKeyId } from '../../../src/base/access-key-id.ts';
import type { AccessKey } from '../../../src/lifecycle/keys.ts';
import type { Seen, Sightings } from '../../../src/state/state-store.ts';
import { noFaultOf } from '../faults.ts';
import { readerWith, sightingsWith } from '../stand-ins.ts';
import type { Control } from './control.ts';

export const OF_KEYS: readonly Control[] = [
  {
    invariant: 'I5',
    fault: 'clean-up does not wait for the hold',
    shows: 'the hold is 30',
    sabotage: {
      account: (account) => ({
        ...account,
        policy: { ...account.policy, cleanUpDays: account.policy.cleanUpDays && 0 },
      }),
    },
  },
  {
    invariant: 'I5',
    fault: 'what a credential report shows is not remembered',
    shows: 'the hold is 30',
    forced: {
      ...noFaultOf('operator-', 'report-', 'disk-', 'destination-'),
      'operator-reactivates': 1,
      'operator-deactivates': 1,
    },
    sabotage: {
      state: (state) => ({
        ...state,
        sightings: sightingsWith(state.sightings, {
          remember: (seen) => state.sightings.remember(seen.filter((each) => !('slots' in each))),
        }),
      }),
    },
  },
  {
    invariant: 'I5',
    fault: 'a key counts as Inactive from of old',
    shows: 'the hold is 30',
    sabotage: {
      state: (state) => ({
        ...state,
        sightings: sightingsWith(state.sightings, { inactiveSince: () => new Date(0) }),
      }),
    },
  },
  {
    invariant: 'I5',
    fault: 'what a credential report shows counts under the name of that day alone',
    shows: 'the hold is 30',
    forced: {
      ...noFaultOf('report-', 'disk-'),
      'operator-retires-idle': 1,
      'operator-reactivates': 0.5,
      'operator-renames': 0.2,
    },
    sabotage: {
      state: (state) => ({ ...state, sightings: filedByName(state.sightings) }),
    },
  },
  {
    invariant: 'I5',
    fault: 'an Inactive key stays filed under the first name of its user',
    shows: 'the hold is 30',
    forced: {
      ...noFaultOf('report-', 'disk-', 'destination-'),
      'operator-renames': 1,
      'operator-reactivates': 1,
      'operator-deactivates': 1,
    },
    cuts: [
      {
        module: 'state/known-sightings',
        guard: 'const isRenamed = this.#keepName(key.id, user);',
        by: 'const isRenamed = false;',
      },
    ],
  },
  {
    invariant: 'I5',
    fault: 'clean-up does not ask whether a key is the only one of its user',
    shows: 'the only key of',
    cuts: [
      {
        module: 'lifecycle/retirement',
        guard: 'facts.others.length === 0',
        by: 'false',
      },
      { module: 'engine/change-key', guard: '!isOnlyKey', by: 'true' },
    ],
  },
  {
    invariant: 'I13',
    fault: 'clean-up does not ask whether a place holds a key',
    shows: 'goes while the secret of',
    forced: { ...noFaultOf('operator-'), 'operator-restores-place': 0.5 },
    cuts: [
      { module: 'lifecycle/decide-user', guard: 'if (holder === undefined)', by: 'if (true)' },
    ],
  },
  {
    invariant: 'I6',
    fault: 'keys that are not due are rotated',
    shows: 'is made Inactive at',
    sabotage: {
      gateway: (gateway) => ({
        ...gateway,
        reader: readerWith(gateway.reader, {
          listAccessKeys: async (user) => {
            const keys = await gateway.reader.listAccessKeys(user);
            return keys.map((key) => ({ ...key, createdAt: new Date(0) }));
          },
        }),
      }),
    },
  },
  {
    invariant: 'I6',
    fault: 'the word that nobody made a key by hand outweighs a use of it',
    shows: 'which is in use, is discarded',
    forced: { 'operator-names-orphans': 1, 'operator-helps': 1, 'reply-lost': 0.3 },
    sabotage: {
      account: (account) => ({
        ...account,
        gateway: {
          ...account.gateway,
          reader: readerWith(account.gateway.reader, {
            lastUse: async (keyId) => {
              const lastUse = await account.gateway.reader.lastUse(keyId);
              return account.policy.orphans.has(keyId) ? { used: 'never' } : lastUse;
            },
          }),
        },
      }),
    },
  },
  {
    invariant: 'I7',
    fault: 'the engine does not know which key signs its calls',
    shows: 'which signs the calls',
    sabotage: {
      gateway: (gateway) => ({
        ...gateway,
        caller: { ...gateway.caller, accessKeyId: 'ASIASIMULATEDUNKNOWN' as AccessKeyId },
      }),
    },
  },
  {
    invariant: 'I7',
    fault: 'a session whose ARN is a user is taken for nobody’s',
    shows: 'whose session signs the calls',
    sabotage: {
      gateway: (gateway) => ({
        ...gateway,
        caller: { ...gateway.caller, sessionOf: undefined },
      }),
    },
  },
  {
    invariant: 'I11',
    fault: 'a list that cannot be read is an empty list',
    shows: 'and knows no keys',
    sabotage: {
      gateway: (gateway) => ({
        ...gateway,
        reader: readerWith(gateway.reader, {
          listAccessKeys: (user) => gateway.reader.listAccessKeys(user).catch(() => []),
        }),
      }),
    },
  },
  {
    invariant: 'I11',
    fault: 'nobody counts the users whom AWS names',
    shows: 'leaves out',
    sabotage: {
      gateway: (gateway) => ({
        ...gateway,
        overview: {
          describeUsers: () => gateway.overview.describeUsers(),
          countUsers: async () => 0,
        },
      }),
    },
  },
  {
    invariant: 'I11',
    fault: 'users whom a credential report does not name are not looked for',
    shows: 'leaves out',
    sabotage: { gateway: onlyReportedUsers },
  },
  {
    invariant: 'I11',
    fault: 'whoever has the name that is in a credential report is taken for the user of that day',
    shows: 'leaves out',
    forced: {
      ...noFaultOf('report-', 'disk-'),
      'operator-renames': 0.6,
      'operator-deletes': 0,
      'count-denied': 1,
    },
    cuts: [
      {
        module: 'aws/report-inventory',
        guard: 'isAnyAnother(found.users, report)',
        by: 'false',
      },
    ],
  },
];

/** By the time of day, far enough apart that no two names have keys of one date. */
function shiftedFor(user: string, createdAt: Date): Date {
  let number = 0;
  for (const character of user) number = (number * 31 + character.charCodeAt(0)) % 1_000;
  return new Date(createdAt.getTime() + number * 10_000);
}

/** A memory in which the date of a key says nothing without the name of its user. */
function filedByName(sightings: Sightings): Sightings {
  const dated = (user: string, key: AccessKey): AccessKey => ({
    ...key,
    createdAt: shiftedFor(user, key.createdAt),
  });
  const filed = (seen: Seen): Seen => {
    if ('keyIds' in seen || 'used' in seen || 'activeAgain' in seen) return seen;
    if ('inactive' in seen) {
      const inactive = [...seen.inactive].map(({ user, key, keys }) => ({
        user,
        key: dated(user, key),
        keys: keys.map((each) => dated(user, each)),
      }));
      return { at: seen.at, inactive };
    }
    const moved = (slots: typeof seen.slots) =>
      [...slots].map(({ user, createdAt }) => ({ user, createdAt: shiftedFor(user, createdAt) }));
    return {
      at: seen.at,
      slots: moved(seen.slots),
      inactiveSlots: moved(seen.inactiveSlots ?? []),
    };
  };
  return sightingsWith(sightings, {
    lastActive: (user, key, keys) =>
      sightings.lastActive(
        user,
        dated(user, key),
        keys.map((each) => dated(user, each)),
      ),
    remember: (seen) => sightings.remember(seen.map(filed)),
  });
}

function onlyReportedUsers(gateway: AccountGateway): AccountGateway {
  let named: readonly string[] | undefined;
  return {
    ...gateway,
    reports: {
      ...gateway.reports,
      fetch: async () => {
        const report = await gateway.reports.fetch();
        if (typeof report === 'object') {
          named = report.csv.split('\n').map((row) => row.split(',')[0] ?? '');
        }
        return report;
      },
    },
    reader: readerWith(gateway.reader, {
      async *listUsers() {
        for await (const user of gateway.reader.listUsers()) {
          if (named?.includes(user.name) !== false) yield user;
        }
      },
    }),
  };
}
