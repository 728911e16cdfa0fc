// UserFactsReader over the SDK.

import { KeyturnError } from '../base/errors.ts';
import { type Call, type CallTarget, classifyUnlessStopped } from './classify.ts';
import type { UserFactsReader } from './gateway.ts';
import type { QueryClient } from './query-client.ts';
import {
  type AnswerOf,
  GET_GROUP,
  LIST_GROUPS_FOR_USER,
  LIST_USER_TAGS,
} from './query-operations.ts';
import { itemsOf, type Page, toPage } from './sdk-answer.ts';
import { toUser, USERS_PER_PAGE } from './sdk-reader.ts';

/** The most tags, and groups, that AWS gives at a time. */
const PER_PAGE = 1_000;

export function createUserFacts(
  client: QueryClient,
  target: CallTarget,
  signal?: AbortSignal,
): UserFactsReader {
  async function all<T>(
    call: Call,
    page: (marker: { Marker?: string }) => Promise<Page<T>>,
  ): Promise<T[]> {
    const items: T[] = [];
    const pages = itemsOf(call, async (marker) => {
      try {
        return await page(marker === undefined ? {} : { Marker: marker });
      } catch (thrown) {
        throw classifyUnlessStopped(thrown, call, signal);
      }
    });
    for await (const item of pages) items.push(item);
    return items;
  }

  const tagsOf: UserFactsReader['tagsOf'] = async (user) => {
    const call = { ...target, permission: 'iam:ListUserTags', user };
    const pairs = await all(call, async (marker) => {
      const input = { UserName: user, MaxItems: PER_PAGE, ...marker };
      const answer = await client.call(LIST_USER_TAGS, input, signal);
      return toPage({ answer, raw: answer.Tags, call }, pairOf);
    });
    return Object.fromEntries(pairs);
  };

  const groupsOf: UserFactsReader['groupsOf'] = async (user) => {
    const call = { ...target, permission: 'iam:ListGroupsForUser', user };
    return await all(call, async (marker) => {
      const input = { UserName: user, MaxItems: PER_PAGE, ...marker };
      const answer = await client.call(LIST_GROUPS_FOR_USER, input, signal);
      return toPage({ answer, raw: answer.Groups, call }, ({ GroupName }) => GroupName);
    });
  };

  const membersOf: UserFactsReader['membersOf'] = async (group) => {
    const call = { ...target, permission: 'iam:GetGroup' };
    try {
      const users = await all(call, async (marker) => {
        const input = { GroupName: group, MaxItems: USERS_PER_PAGE, ...marker };
        const answer = await client.call(GET_GROUP, input, signal);
        return toPage({ answer, raw: answer.Users, call }, toUser);
      });
      return users.map(({ name }) => name);
    } catch (thrown) {
      // Of a name that is not there AWS says the same, whatever it is the name of.
      if (thrown instanceof KeyturnError && thrown.code === 'unknown-user') return [];
      throw thrown;
    }
  };

  return { tagsOf, groupsOf, membersOf };
}

type Tag = NonNullable<AnswerOf<typeof LIST_USER_TAGS>['Tags']>[number];

function pairOf({ Key, Value = '' }: Tag): readonly [string, string] | undefined {
  return Key ? [Key, Value] : undefined;
}
