// The accounts of an organization over the SDK. Loaded only when they are asked for.

import {
  type Account,
  ListAccountsCommand,
  type ListAccountsCommandOutput,
  OrganizationsClient,
} from '@aws-sdk/client-organizations';
import { KeyturnError } from '../base/errors.ts';
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

export async function* listAccounts(source: OrganizationSource): AsyncGenerator<ListedAccount> {
  const { settings, endpoint, region, credentials, signal } = source;
  const client = new OrganizationsClient({
    ...commonConfig(settings),
    region,
    credentials,
    retryStrategy: repeatableRetries(settings.patience),
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  // All clients have the same stack; only the types of their commands differ.
  reportThrottling(client as unknown as Parameters<typeof reportThrottling>[0], settings.emit);
  const call = { permission: 'organizations:ListAccounts', endpoint, region };
  let token: string | undefined;
  let isAny = false;
  do {
    let answer: ListAccountsCommandOutput;
    try {
      answer = await client.send(
        new ListAccountsCommand(token === undefined ? {} : { NextToken: token }),
        signal === undefined ? {} : { abortSignal: signal },
      );
    } catch (thrown) {
      throw classifyUnlessStopped(thrown, call, signal);
    }
    const accounts = (answer.Accounts ?? []).map(toAccount);
    // I11: a page without the list is no answer of AWS, and must not read as "no accounts".
    if (answer.Accounts === undefined || accounts.includes(undefined)) throw unreadable(call);
    isAny ||= accounts.length > 0;
    yield* accounts as ListedAccount[];
    // A server that pays no heed to tokens would lead around in a circle.
    if (token !== undefined && answer.NextToken === token) throw unreadable(call);
    // A page may be empty although there are more.
    token = answer.NextToken || undefined;
  } while (token !== undefined);
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
    hint: 'leave --organization out for the account of the caller alone, or name accounts with --accounts',
  });
}
