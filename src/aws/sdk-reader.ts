// KeyReader over the SDK.

import { isAccessKeyId } from '../base/access-key-id.ts';
import { type Call, type CallTarget, classifyUnlessStopped } from './classify.ts';
import type { AccessKey, IamUser, KeyReader, KeyStatus } from './gateway.ts';
import type { QueryClient } from './query-client.ts';
import {
  type AnswerOf,
  GET_ACCESS_KEY_LAST_USED,
  LIST_ACCESS_KEYS,
  LIST_USERS,
} from './query-operations.ts';
import { itemsOf, toPage, unreadable } from './sdk-answer.ts';
import { whereUsed } from './where-used.ts';

/** The most users that AWS gives at a time. */
export const USERS_PER_PAGE = 1_000;

export function createReader(
  client: QueryClient,
  target: CallTarget,
  signal?: AbortSignal,
): KeyReader {
  async function ask<T>(call: Call, send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (thrown) {
      throw classifyUnlessStopped(thrown, call, signal);
    }
  }

  function listUsers(): AsyncGenerator<IamUser> {
    const call = { ...target, permission: 'iam:ListUsers' };
    return itemsOf(call, (marker) => {
      const input = { MaxItems: USERS_PER_PAGE, ...(marker !== undefined && { Marker: marker }) };
      return ask(call, async () => {
        const answer = await client.call(LIST_USERS, input, signal);
        return toPage({ answer, raw: answer.Users, call }, toUser);
      });
    });
  }

  async function listAccessKeys(userName: string): Promise<AccessKey[]> {
    const call = { ...target, permission: 'iam:ListAccessKeys', user: userName };
    const pages = itemsOf(call, (marker) => {
      const input = { UserName: userName, ...(marker !== undefined && { Marker: marker }) };
      return ask(call, async () => {
        const answer = await client.call(LIST_ACCESS_KEYS, input, signal);
        return toPage({ answer, raw: answer.AccessKeyMetadata, call }, toAccessKey);
      });
    });
    const keys: AccessKey[] = [];
    for await (const key of pages) keys.push(key);
    return keys;
  }

  const lastUse: KeyReader['lastUse'] = (keyId) => {
    const call = { ...target, permission: 'iam:GetAccessKeyLastUsed' };
    return ask(call, async () => {
      const input = { AccessKeyId: keyId };
      const answer = await client.call(GET_ACCESS_KEY_LAST_USED, input, signal);
      if (answer.AccessKeyLastUsed === undefined) throw unreadable(call);
      const { LastUsedDate: at, ServiceName: service, Region: region } = answer.AccessKeyLastUsed;
      const owner = answer.UserName;
      if (at === undefined) return { used: 'never', owner };
      return { used: 'at', at, ...whereUsed(service, region), owner };
    });
  };

  return { listUsers, listAccessKeys, lastUse };
}

/** From ListUsers, or from the account details: both tell them in the same words. */
export function toUser(raw: { UserName?: string | undefined; Arn?: string | undefined }) {
  if (!raw.UserName || !raw.Arn) return undefined;
  return { name: raw.UserName, arn: raw.Arn };
}

type KeyList = AnswerOf<typeof LIST_ACCESS_KEYS>;
type AccessKeyMetadata = NonNullable<KeyList['AccessKeyMetadata']>[number];

const STATUSES: readonly KeyStatus[] = ['Active', 'Inactive', 'Expired'];

/** A status that we do not know is not guessed: the whole answer counts as unreadable. */
function toAccessKey(raw: AccessKeyMetadata): AccessKey | undefined {
  const { AccessKeyId: id, Status, CreateDate: createdAt } = raw;
  const status = STATUSES.find((known) => known === Status);
  if (id === undefined || !isAccessKeyId(id)) return undefined;
  if (status === undefined) return undefined;
  if (createdAt === undefined || Number.isNaN(createdAt.getTime())) return undefined;
  return { id, status, createdAt };
}
