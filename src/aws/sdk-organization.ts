// The accounts of an organization over the SDK. Loaded only when they are asked for.

import {
  type Account,
  ListAccountsCommand,
  OrganizationsClient,
} from '@aws-sdk/client-organizations';
import { KeyturnError } from '../base/errors.ts';
import { WITHOUT_ORGANIZATION } from '../base/settings-words.ts';
import type { ListedAccount } from './accounts-gateway.ts';
import { classifyUnlessStopped } from './classify.ts';
import { type ClientSettings, commonConfig, reportThrottling } from './clients.ts';
import type { CredentialProvider } from './credential-provider.ts';
import { repeatableRetries } from './retry.ts';
import { unreadable } from './sdk-answer.ts';

export interface OrganizationSource {
  readonly settings: ClientSettings;
  /** Undefined means AWS's own endpoint. */
  readonly endpoint: string | undefined;
  readonly region: string;
  readonly credentials: CredentialProvider;
  readonly signal: AbortSignal | undefined;
}

/** One for all calls of a run. */
export function organizationsClient(source: OrganizationSource): OrganizationsClient {
  const { settings, endpoint, region, credentials } = source;
  const client = new OrganizationsClient({
    ...commonConfig(settings),
    region,
    credentials,
    retryStrategy: repeatableRetries(settings.patience),
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  // All clients have the same stack; only the types of their commands differ.
  reportThrottling(client as unknown as Parameters<typeof reportThrottling>[0], settings.emit);
  return client;
}

export interface ListCall<Answer> {
  readonly permission: string;
  readonly send: (token: { NextToken?: string }) => Promise<Answer>;
}

/** The answers to a list, page by page. Throws what the calls throw. */
export async function* pagesOf<Answer extends { NextToken?: string | undefined }>(
  { endpoint, region, signal }: OrganizationSource,
  { permission, send }: ListCall<Answer>,
): AsyncGenerator<Answer> {
  const call = { permission, endpoint, region };
  let token: string | undefined;
  do {
    let answer: Answer;
    try {
      answer = await send(token === undefined ? {} : { NextToken: token });
    } catch (thrown) {
      throw classifyUnlessStopped(thrown, call, signal);
    }
    yield answer;
    // A server that pays no heed to tokens would lead around in a circle.
    if (token !== undefined && answer.NextToken === token) throw unreadable(call);
    // A page may be empty although there are more.
    token = answer.NextToken || undefined;
  } while (token !== undefined);
}

/** What stops a call early, as the SDK takes it. */
export function stopped({ signal }: OrganizationSource) {
  return signal === undefined ? {} : { abortSignal: signal };
}

export async function* listAccounts(source: OrganizationSource): AsyncGenerator<ListedAccount> {
  const client = organizationsClient(source);
  const permission = 'organizations:ListAccounts';
  let isAny = false;
  const pages = pagesOf(source, {
    permission,
    send: (token) => client.send(new ListAccountsCommand(token), stopped(source)),
  });
  for await (const { Accounts } of pages) {
    const accounts = (Accounts ?? []).map(toAccount);
    // I11: a page without the list is no answer of AWS, and must not read as "no accounts".
    if (Accounts === undefined || accounts.includes(undefined)) throw unreadable({ permission });
    isAny ||= accounts.length > 0;
    yield* accounts as ListedAccount[];
  }
  if (!isAny) throw nobody();
}

/** AWS is replacing Status by State; either may be missing. Without both, trying tells. */
function toAccount({
  Id: id,
  Name: name,
  Arn: arn,
  State,
  Status,
}: Account): ListedAccount | undefined {
  if (id === undefined || !/^\d{12}$/.test(id)) return undefined;
  const state: string = State ?? Status ?? 'unknown';
  // arn:PARTITION:organizations::MANAGEMENT:account/o-…/ID
  const isManagement = arn?.split(':')[4] === id;
  return { id, name, state, isActive: state === 'ACTIVE' || state === 'unknown', isManagement };
}

/** I11: an organization has at least the account that manages it. */
function nobody(): KeyturnError {
  return new KeyturnError('no-organization', 'organizations:ListAccounts named no account at all', {
    hint: [WITHOUT_ORGANIZATION],
  });
}
