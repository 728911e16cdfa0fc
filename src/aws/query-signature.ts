// Signature Version 4 of calls that differ in their words alone. What is the same for all of them is
// worked out once, by the SDK's own signer: the canonical path and query, and which headers are signed.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html

import { createHmac, hash } from 'node:crypto';
import type { HttpRequest } from '@smithy/core/protocols';
import { getCanonicalHeaders, SignatureV4 } from '@smithy/signature-v4';
import { systemClock } from '../base/clock.ts';
import type { Credentials } from './credential-provider.ts';

export interface SigningScope {
  readonly region: string;
  readonly service: string;
}

export type Headers = Readonly<Record<string, string>>;

/** What a call has beside the headers that all have, to be signed with them. */
export interface Unsigned {
  readonly headers: Headers;
  readonly body: string;
}

/**
 * Returns all headers of the call, the signature among them. They are dated by this machine's own clock, as
 * the SDK dates them.
 */
export type Signer = (call: Unsigned, credentials: Credentials) => Headers;

const ALGORITHM = 'AWS4-HMAC-SHA256';

/** Signs requests to one place, with the headers of `request` and those of each call. */
export function openSigner(request: HttpRequest, { region, service }: SigningScope): Signer {
  const target = new CanonicalTarget(request).text;
  const common: Headers = getCanonicalHeaders(request);
  let known: { readonly credentials: Credentials; readonly day: string; readonly key: Buffer };
  const keyOf = (credentials: Credentials, day: string): Buffer => {
    if (known?.credentials === credentials && known.day === day) return known.key;
    const key = [day, region, service, 'aws4_request'].reduce<Buffer | string>(
      (secret, part) => createHmac('sha256', secret).update(part).digest(),
      `AWS4${credentials.secretAccessKey}`,
    );
    known = { credentials, day, key: key as Buffer };
    return known.key;
  };
  return ({ headers, body }, credentials) => {
    const time = systemClock
      .now()
      .toISOString()
      .replace(/[-:]|\.\d+/g, '');
    const day = time.slice(0, 8);
    const { accessKeyId, sessionToken } = credentials;
    const bodyHash = hash('sha256', body);
    const own: Record<string, string> = {
      ...headers,
      'x-amz-content-sha256': bodyHash,
      'x-amz-date': time,
    };
    if (sessionToken !== undefined) own['x-amz-security-token'] = sessionToken;
    const all: Record<string, string> = { ...common, ...own };
    const names = Object.keys(all).sort();
    const lines = names.map((name) => `${name}:${all[name]}\n`).join('');
    const signed = names.join(';');
    const scope = `${day}/${region}/${service}/aws4_request`;
    const canonical = hash('sha256', `${target}\n${lines}\n${signed}\n${bodyHash}`);
    const signature = createHmac('sha256', keyOf(credentials, day))
      .update(`${ALGORITHM}\n${time}\n${scope}\n${canonical}`)
      .digest('hex');
    const authorization = `${ALGORITHM} Credential=${accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
    return { ...request.headers, ...own, authorization };
  };
}

/** Method, path and query as they are signed. */
class CanonicalTarget extends SignatureV4 {
  readonly text: string;

  constructor(request: HttpRequest) {
    super({ credentials: NOBODY, region: '', service: '', sha256: NO_HASH });
    this.text = this.createCanonicalRequest(request, {}, '').split('\n', 3).join('\n');
  }
}

type SignerOptions = ConstructorParameters<typeof SignatureV4>[0];

const NOBODY = { accessKeyId: '', secretAccessKey: '' };
/** Never asked: nothing is signed by it. */
const NO_HASH = class {} as unknown as SignerOptions['sha256'];
