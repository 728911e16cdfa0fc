// Asks AWS who signs, with the AWS SDK: an answer that keyturn had no part in.

import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { silenceSdkWarnings } from '../../src/aws/quiet-sdk.ts';
import type { WhoSigns } from './claims.ts';

export function whoSignsAt(endpoint: string, signal: AbortSignal): WhoSigns {
  silenceSdkWarnings();
  return async ({ id, secret }) => {
    const client = new STSClient({
      endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: id, secretAccessKey: secret },
      maxAttempts: 1,
    });
    try {
      const { Arn } = await client.send(new GetCallerIdentityCommand(), { abortSignal: signal });
      return Arn ?? 'nothing';
    } catch (thrown) {
      signal.throwIfAborted();
      return thrown instanceof Error ? thrown.name : String(thrown);
    } finally {
      client.destroy();
    }
  };
}
