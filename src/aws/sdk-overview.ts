// AccountOverview over the SDK.

import { type CallTarget, classifyUnlessStopped } from './classify.ts';
import type { AccountOverview, DescribedUser } from './gateway.ts';
import type { QueryClient } from './query-client.ts';
import {
  type AnswerOf,
  GET_ACCOUNT_AUTHORIZATION_DETAILS,
  GET_ACCOUNT_SUMMARY,
} from './query-operations.ts';
import { itemsOf, toPage, unreadable } from './sdk-answer.ts';
import { toUser, USERS_PER_PAGE } from './sdk-reader.ts';

export function createOverview(
  client: QueryClient,
  target: CallTarget,
  signal?: AbortSignal,
): AccountOverview {
  function describeUsers(): AsyncGenerator<DescribedUser> {
    const call = { ...target, permission: 'iam:GetAccountAuthorizationDetails' };
    return itemsOf(call, async (marker) => {
      const input = { Filter: ['User' as const], MaxItems: USERS_PER_PAGE };
      const from = marker === undefined ? input : { ...input, Marker: marker };
      try {
        const answer = await client.call(GET_ACCOUNT_AUTHORIZATION_DETAILS, from, signal);
        return toPage({ answer, raw: answer.UserDetailList, call }, toDescribed);
      } catch (thrown) {
        throw classifyUnlessStopped(thrown, call, signal);
      }
    });
  }

  async function countUsers(): Promise<number> {
    const call = { ...target, permission: 'iam:GetAccountSummary' };
    try {
      const { SummaryMap } = await client.call(GET_ACCOUNT_SUMMARY, {}, signal);
      const { Users: users } = SummaryMap ?? {};
      if (users !== undefined && Number.isSafeInteger(users)) return users;
    } catch (thrown) {
      throw classifyUnlessStopped(thrown, call, signal);
    }
    throw unreadable(call);
  }

  return { describeUsers, countUsers };
}

type Details = AnswerOf<typeof GET_ACCOUNT_AUTHORIZATION_DETAILS>;
type UserDetail = NonNullable<Details['UserDetailList']>[number];

/**
 * AWS leaves the tags of a user out who has none, and always sends the groups: an answer without those is no whole
 * description, and tells of neither (I11).
 */
function toDescribed(raw: UserDetail): DescribedUser | undefined {
  const user = toUser(raw);
  if (user === undefined) return undefined;
  const { Path: path, GroupList: groups, Tags = [] } = raw;
  const pairs = Tags.map(({ Key, Value = '' }) => [Key ?? '', Value] as const);
  const isWhole = groups !== undefined && pairs.every(([name]) => name !== '');
  return { ...user, path, groups, tags: isWhole ? Object.fromEntries(pairs) : undefined };
}
