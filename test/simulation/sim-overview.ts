// The simulated account as a whole: how many users it has, and who they are.

import type { AccountOverview, DescribedUser, UserFactsReader } from '../../src/aws/gateway.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import type { SimProcess } from './machine.ts';
import type { Read } from './sim-reports.ts';
import type { Stage } from './stage.ts';
import { ACCOUNT } from './world.ts';

export function simOverview(
  { world, faults, referee }: Stage,
  process: SimProcess,
  read: Read,
): AccountOverview {
  return {
    async *describeUsers(): AsyncGenerator<DescribedUser> {
      const users = await read('GetAccountAuthorizationDetails', () => {
        if (faults.hit('details-denied')) {
          throw new KeyturnError('access-denied', 'simulated denial of the account details');
        }
        return [...world.users.values()].filter((user) => {
          if (!faults.hit('details-miss-user')) return true;
          referee.leavesOut(process, user);
          return false;
        });
      });
      for (const { name } of users) {
        yield {
          name,
          arn: `arn:aws:iam::${ACCOUNT}:user/${name}`,
          path: '/',
          groups: [],
          tags: {},
        };
      }
    },
    countUsers: () =>
      read('GetAccountSummary', () => {
        if (!faults.hit('count-denied')) return world.users.size;
        referee.countDenied(process);
        throw new KeyturnError('access-denied', 'simulated denial of GetAccountSummary');
      }),
  };
}

/** One user at a time; nobody has tags or groups. */
export function simUserFacts(read: Read): UserFactsReader {
  return {
    tagsOf: () => read('ListUserTags', () => ({})),
    groupsOf: () => read('ListGroupsForUser', () => []),
    membersOf: () => read('GetGroup', () => []),
  };
}
