// Signature Version 4 of a call, by the SDK's own signer.

import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import type { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Credentials } from './credential-provider.ts';
import type { SigningScope } from './query-draft.ts';

/** As the SDK's signer takes a hash. */
class Sha256 {
  readonly #hash: Hash | Hmac;

  constructor(secret?: string | Uint8Array) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret);
  }

  update(data: string | Uint8Array): void {
    this.#hash.update(data);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }

  reset(): void {}
}

/** Signs with what the credentials are now. */
export async function signRequest(
  request: HttpRequest,
  { region, service }: SigningScope,
  credentials: () => Promise<Credentials>,
): Promise<HttpRequest> {
  const signer = new SignatureV4({
    credentials: credentials as ConstructorParameters<typeof SignatureV4>[0]['credentials'],
    region,
    service,
    sha256: Sha256 as unknown as ConstructorParameters<typeof SignatureV4>[0]['sha256'],
  });
  return (await signer.sign(request, { signingDate: new Date() })) as HttpRequest;
}
