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

type Headers = Readonly<Record<string, string>>;

/**
 * Adds the signature to the headers of a call, which are those of the request that the signer was opened with and
 * the call's own. Returns the time that the signature bears, by this machine's own clock, as the SDK dates calls.
 */
export type Signer = (
  headers: Record<string, string>,
  body: string,
  credentials: Credentials,
) => Date;

const ALGORITHM = 'AWS4-HMAC-SHA256';

/** Signs requests to one place, with the headers of `request`, and those `own` to each call. */
export function openSigner(
  request: HttpRequest,
  { region, service }: SigningScope,
  own: readonly string[],
): Signer {
  const target = new CanonicalTarget(request).text;
  const common: Headers = getCanonicalHeaders(request);
  const names = [...own, HASH, DATE];
  const ofKey = new SignedHeaders(common, names);
  const ofSession = new SignedHeaders(common, [...names, TOKEN]);
  const keys = new SigningKeys(region, service);
  const hashOf = lastHash();
  let second = { at: new Date(Number.NaN), time: '' };
  return (headers, body, credentials) => {
    const atMs = Math.floor(systemClock.now().getTime() / 1_000) * 1_000;
    if (atMs !== second.at.getTime()) second = secondOf(atMs);
    const { at, time } = second;
    const day = time.slice(0, 8);
    const { accessKeyId, sessionToken } = credentials;
    const bodyHash = hashOf(body);
    headers[HASH] = bodyHash;
    headers[DATE] = time;
    if (sessionToken !== undefined) headers[TOKEN] = sessionToken;
    const signed = sessionToken === undefined ? ofKey : ofSession;
    const scope = `${day}/${region}/${service}/aws4_request`;
    const canonical = hash('sha256', `${target}\n${signed.lines(headers)}\n${bodyHash}`);
    const signature = createHmac('sha256', keys.keyOf(credentials, day))
      .update(`${ALGORITHM}\n${time}\n${scope}\n${canonical}`)
      .digest('hex');
    headers.authorization = `${ALGORITHM} Credential=${accessKeyId}/${scope}, SignedHeaders=${signed.names}, Signature=${signature}`;
    return at;
  };
}

/** Many calls leave in one. */
function secondOf(atMs: number) {
  const at = new Date(atMs);
  return { at, time: at.toISOString().replace(/[-:]|\.\d+/g, '') };
}

const HASH = 'x-amz-content-sha256';
const DATE = 'x-amz-date';
const TOKEN = 'x-amz-security-token';

/** Which headers are signed, and their canonical text with gaps for what differs from call to call. */
class SignedHeaders {
  readonly names: string;
  readonly #gaps: readonly { readonly before: string; readonly name: string }[];
  readonly #end: string;

  constructor(common: Headers, own: readonly string[]) {
    const names = [...Object.keys(common), ...own].sort();
    const gaps: { before: string; name: string }[] = [];
    let before = '';
    for (const name of names) {
      before += `${name}:`;
      if (own.includes(name)) {
        gaps.push({ before, name });
        before = '\n';
      } else before += `${common[name]}\n`;
    }
    this.names = names.join(';');
    this.#gaps = gaps;
    this.#end = `${before}\n${this.names}`;
  }

  /** A line for each, an empty one, and their names. */
  lines(headers: Headers): string {
    let lines = '';
    for (const { before, name } of this.#gaps) lines += before + headers[name];
    return lines + this.#end;
  }
}

/** A key of a pair is made for a day, and kept for as long as the pair is. */
class SigningKeys {
  readonly #region: string;
  readonly #service: string;
  readonly #known = new WeakMap<Credentials, { readonly day: string; readonly key: Buffer }>();

  constructor(region: string, service: string) {
    this.#region = region;
    this.#service = service;
  }

  keyOf(credentials: Credentials, day: string): Buffer {
    const known = this.#known.get(credentials);
    if (known?.day === day) return known.key;
    const key = [day, this.#region, this.#service, 'aws4_request'].reduce<Buffer | string>(
      (secret, part) => createHmac('sha256', secret).update(part).digest(),
      `AWS4${credentials.secretAccessKey}`,
    ) as Buffer;
    this.#known.set(credentials, { day, key });
    return key;
  }
}

/** Whoever asks for the caller asks the same each time. */
function lastHash(): (body: string) => string {
  let last = '';
  let hashed = hash('sha256', last);
  return (body) => {
    if (body !== last) {
      last = body;
      hashed = hash('sha256', body);
    }
    return hashed;
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
