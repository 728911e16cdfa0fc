// The account of a key, whosever it is. Asked about keys that stand in places and are none of the account's.

import { GetAccessKeyInfoCommand, type STSClient } from '@aws-sdk/client-sts';
import { classifyUnlessStopped } from './classify.ts';
import { type ClientSettings, openStsClient } from './clients.ts';
import type { CredentialProvider } from './credential-provider.ts';
import type { AccountGateway } from './gateway.ts';
import { repeatableRetries } from './retry.ts';
import { readFailure } from './sdk-failure.ts';

interface Parts {
  readonly settings: ClientSettings;
  readonly credentials: CredentialProvider;
  readonly signal: AbortSignal | undefined;
}

/** Opens its client at the first question. */
export function keyAccountReader({
  settings,
  credentials,
  signal,
}: Parts): Exclude<AccountGateway['accountOf'], undefined> {
  let client: STSClient | undefined;
  return async (keyId) => {
    client ??= openStsClient(settings, credentials, repeatableRetries(settings.patience));
    try {
      const command = new GetAccessKeyInfoCommand({ AccessKeyId: keyId });
      const options = signal === undefined ? {} : { abortSignal: signal };
      return (await client.send(command, options)).Account;
    } catch (thrown) {
      // So AWS calls an ID that it has never given out.
      if (readFailure(thrown).awsCode === 'ValidationError') return undefined;
      const permission = 'sts:GetAccessKeyInfo';
      const { stsEndpoint: endpoint, region } = settings;
      throw classifyUnlessStopped(thrown, { permission, endpoint, region }, signal);
    }
  };
}
