// AccountOverview over the SDK.

import {
  GetAccountAuthorizationDetailsCommand,
  GetAccountSummaryCommand,
  type IAMClient,
} from '@aws-sdk/client-iam';
import { type CallTarget, classifyUnlessStopped } from './classify.ts';
import type { AccountOverview, IamUser } from './gateway.ts';
import { itemsOf, toPage, unreadable } from './sdk-answer.ts';
import { toUser, USERS_PER_PAGE } from './sdk-reader.ts';

export function createOverview(
  client: IAMClient,
  target: CallTarget,
  signal?: AbortSignal,
): AccountOverview {
  const sendOptions = signal === undefined ? {} : { abortSignal: signal };

  function describeUsers(): AsyncGenerator<IamUser> {
    const call = { ...target, permission: 'iam:GetAccountAuthorizationDetails' };
    return itemsOf(call, async (marker) => {
      const input = { Filter: ['User' as const], MaxItems: USERS_PER_PAGE };
      const command = new GetAccountAuthorizationDetailsCommand(
        marker === undefined ? input : { ...input, Marker: marker },
      );
      try {
        const answer = await client.send(command, sendOptions);
        return toPage({ answer, raw: answer.UserDetailList, call }, toUser);
      } catch (thrown) {
        throw classifyUnlessStopped(thrown, call, signal);
      }
    });
  }

  async function countUsers(): Promise<number> {
    const call = { ...target, permission: 'iam:GetAccountSummary' };
    try {
      const { SummaryMap } = await client.send(new GetAccountSummaryCommand(), sendOptions);
      const { Users: users } = SummaryMap ?? {};
      if (users !== undefined && Number.isSafeInteger(users)) return users;
    } catch (thrown) {
      throw classifyUnlessStopped(thrown, call, signal);
    }
    throw unreadable(call);
  }

  return { describeUsers, countUsers };
}
