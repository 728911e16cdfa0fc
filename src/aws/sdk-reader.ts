// KeyReader over the SDK. An answer is believed only when it has the marks of AWS's own: the SDK reads
// any well-formed page, such as a proxy's, as an empty list (I11).

import {
  type AccessKeyMetadata,
  GetAccessKeyLastUsedCommand,
  type IAMClient,
  ListAccessKeysCommand,
  ListUsersCommand,
} from '@aws-sdk/client-iam';
import { isAccessKeyId } from '../base/access-key-id.ts';
import { KeyturnError } from '../base/errors.ts';
import { type Call, type CallTarget, classifyUnlessStopped } from './classify.ts';
import type { AccessKey, IamUser, KeyReader, KeyStatus } from './gateway.ts';

/** The most that ListUsers gives at a time. */
const USERS_PER_PAGE = 1_000;

export function createReader(
  client: IAMClient,
  target: CallTarget,
  signal?: AbortSignal,
): KeyReader {
  const sendOptions = signal === undefined ? {} : { abortSignal: signal };

  async function ask<T>(call: Call, send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (thrown) {
      throw classifyUnlessStopped(thrown, call, signal);
    }
  }

  function usersPage(marker: string | undefined): Promise<Page<IamUser>> {
    const call = { ...target, permission: 'iam:ListUsers' };
    const input = { MaxItems: USERS_PER_PAGE, ...(marker !== undefined && { Marker: marker }) };
    return ask(call, async () => {
      const answer = await client.send(new ListUsersCommand(input), sendOptions);
      return toPage(answer, answer.Users, toUser, call);
    });
  }

  async function* listUsers(): AsyncGenerator<IamUser> {
    for (
      let next: Promise<Page<IamUser>> | undefined = usersPage(undefined);
      next !== undefined;
    ) {
      const page: Page<IamUser> = await next;
      next = page.nextMarker === undefined ? undefined : usersPage(page.nextMarker);
      // The next page travels while this one is worked on; its failure is met by the await above.
      next?.catch(() => {});
      yield* page.items;
    }
  }

  async function listAccessKeys(userName: string): Promise<AccessKey[]> {
    const call = { ...target, permission: 'iam:ListAccessKeys', user: userName };
    const keys: AccessKey[] = [];
    let marker: string | undefined;
    do {
      const input = { UserName: userName, ...(marker !== undefined && { Marker: marker }) };
      const page: Page<AccessKey> = await ask(call, async () => {
        const answer = await client.send(new ListAccessKeysCommand(input), sendOptions);
        return toPage(answer, answer.AccessKeyMetadata, toAccessKey, call);
      });
      keys.push(...page.items);
      marker = page.nextMarker;
    } while (marker !== undefined);
    return keys;
  }

  const lastUse: KeyReader['lastUse'] = (keyId) => {
    const call = { ...target, permission: 'iam:GetAccessKeyLastUsed' };
    return ask(call, async () => {
      const input = { AccessKeyId: keyId };
      const answer = await client.send(new GetAccessKeyLastUsedCommand(input), sendOptions);
      if (answer.AccessKeyLastUsed === undefined) throw unreadable(call);
      const { LastUsedDate: at, ServiceName: service } = answer.AccessKeyLastUsed;
      const owner = answer.UserName;
      return at === undefined ? { used: 'never', owner } : { used: 'at', at, service, owner };
    });
  };

  return { listUsers, listAccessKeys, lastUse };
}

interface Page<T> {
  readonly items: readonly T[];
  /** Undefined on the last page. */
  readonly nextMarker: string | undefined;
}

function toPage<Raw, T>(
  answer: { IsTruncated?: boolean | undefined; Marker?: string | undefined },
  raw: Raw[] | undefined,
  convert: (raw: Raw) => T | undefined,
  call: Call,
): Page<T> {
  // AWS always sends the list, if only an empty one, and says whether there is more; some servers
  // that speak its protocol leave one of the two out. A page with neither is not a list at all.
  const isList = raw !== undefined || answer.IsTruncated !== undefined;
  const items = (raw ?? []).map(convert);
  const isClear =
    answer.IsTruncated === false || Boolean(answer.Marker) === Boolean(answer.IsTruncated);
  if (!isList || !isClear || items.includes(undefined)) throw unreadable(call);
  return {
    items: items as T[],
    nextMarker: answer.IsTruncated === true ? answer.Marker : undefined,
  };
}

function unreadable(call: Call): KeyturnError {
  const about = call.user === undefined ? '' : ` for user ${call.user}`;
  return new KeyturnError(
    'aws-error',
    `${call.permission}${about} was answered with something that is not aws's answer`,
    { hint: 'check for a proxy between this machine and the endpoint' },
  );
}

function toUser(raw: { UserName?: string | undefined; Arn?: string | undefined }) {
  if (!raw.UserName || !raw.Arn) return undefined;
  return { name: raw.UserName, arn: raw.Arn };
}

const STATUSES: readonly string[] = ['Active', 'Inactive', 'Expired'] satisfies KeyStatus[];

/** A status that we do not know is not guessed: the whole answer counts as unreadable. */
function toAccessKey(raw: AccessKeyMetadata): AccessKey | undefined {
  const { AccessKeyId: id, Status: status, CreateDate: createdAt } = raw;
  if (id === undefined || !isAccessKeyId(id)) return undefined;
  if (status === undefined || !STATUSES.includes(status)) return undefined;
  if (createdAt === undefined || Number.isNaN(createdAt.getTime())) return undefined;
  return { id, status, createdAt };
}
