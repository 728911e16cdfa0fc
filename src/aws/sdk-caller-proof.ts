// GetCallerIdentity, signed by the SDK and never sent from here: Vault's AWS method sends it itself, and takes
// who AWS says that signed for the caller.

import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { CallerProofOptions, SignedCall } from '../base/aws-stores.ts';
import { assert } from '../base/errors.ts';
import type { CredentialProvider } from './credential-provider.ts';

/** Signatures for the global endpoint are those of this region (AWS's reference of STS, "Endpoints"). */
const GLOBAL = { endpoint: 'https://sts.amazonaws.com', region: 'us-east-1' };

const NOT_SENT = { name: 'NotSent', message: 'kept, and not sent' };

interface SentRequest {
  readonly method: string;
  readonly hostname: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export async function signCallerProof(
  { region, headers }: CallerProofOptions,
  credentials: CredentialProvider,
): Promise<SignedCall> {
  let kept: SentRequest | undefined;
  const client = new STSClient({
    ...(region === undefined ? GLOBAL : { region }),
    credentials,
    maxAttempts: 1,
    requestHandler: {
      handle: async (request: SentRequest) => {
        kept = request;
        throw NOT_SENT;
      },
    } as never,
  });
  client.middlewareStack.add(
    (next) => async (given) => {
      Object.assign((given.request as SentRequest).headers, headers);
      return await next(given);
    },
    { step: 'build', name: 'keyturnHeaders' },
  );
  await client.send(new GetCallerIdentityCommand()).catch((thrown: unknown) => {
    if (kept === undefined) throw thrown;
  });
  assert(typeof kept?.body === 'string', 'the query protocol of STS sends text');
  const { method, hostname, path, headers: signed, body } = kept;
  return { method, url: `https://${hostname}${path}`, headers: signed, body };
}
