// GetCallerIdentity, signed by the SDK and never sent from here: Vault's AWS method sends it itself, and takes
// who AWS says that signed for the caller.

import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { CallerProofOptions, SignedCall } from '../base/aws-stores.ts';
import { assert } from '../base/errors.ts';
import type { CredentialProvider } from './credential-provider.ts';

/** Signatures for the global endpoint are those of this region (AWS's reference of STS, "Endpoints"). */
const GLOBAL = { endpoint: 'https://sts.amazonaws.com', region: 'us-east-1' };

interface SentRequest {
  readonly method: string;
  readonly hostname: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** What the client would have sent. */
class Kept {
  readonly request: SentRequest;

  constructor(request: SentRequest) {
    this.request = request;
  }
}

export async function signCallerProof(
  { region, headers }: CallerProofOptions,
  credentials: CredentialProvider,
): Promise<SignedCall> {
  const client = new STSClient({
    ...(region === undefined ? GLOBAL : { region }),
    credentials,
    maxAttempts: 1,
    requestHandler: {
      handle: async (request: SentRequest) => {
        throw new Kept(request);
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
  const kept = await client.send(new GetCallerIdentityCommand()).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(kept instanceof Kept)) throw kept;
  const { method, hostname, path, headers: signed, body } = kept.request;
  assert(typeof body === 'string', 'the query protocol of STS sends text');
  return { method, url: `https://${hostname}${path}`, headers: signed, body };
}
