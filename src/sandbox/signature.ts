// Signature Version 4, the server's side, written from AWS's description of the algorithm.

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { Refusal } from './refusal.ts';

const ALGORITHM = 'AWS4-HMAC-SHA256';
const TERMINATOR = 'aws4_request';
const SKEW_MAX_MS = 15 * 60 * 1000;

/** A request as it came in; header names are lower-case. */
export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** The parts of an Authorization header. */
export interface Authorization {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly amzDate: string;
}

/** Reads the Authorization header. Throws the refusal that AWS gives to a missing or broken one. */
export function readAuthorization(request: RawRequest): Authorization {
  const header = request.headers.authorization;
  if (header === undefined) {
    throw new Refusal('MissingAuthenticationToken', 403, 'Request is missing Authentication Token');
  }
  if (!header.startsWith(`${ALGORITHM} `)) throw incomplete(`'${ALGORITHM}' is not the algorithm.`);
  const fields = new Map(
    header
      .slice(ALGORITHM.length + 1)
      .split(',')
      .map((part): [string, string] => {
        const [name = '', ...rest] = part.trim().split('=');
        return [name, rest.join('=')];
      }),
  );
  const credential = fields.get('Credential')?.split('/') ?? [];
  const signature = fields.get('Signature');
  const signedHeaders = fields.get('SignedHeaders')?.split(';');
  const amzDate = request.headers['x-amz-date'];
  if (credential.length !== 5)
    throw incomplete("Authorization header requires 'Credential' parameter.");
  if (signature === undefined)
    throw incomplete("Authorization header requires 'Signature' parameter.");
  if (signedHeaders === undefined) {
    throw incomplete("Authorization header requires 'SignedHeaders' parameter.");
  }
  if (amzDate === undefined || !/^\d{8}T\d{6}Z$/.test(amzDate)) {
    throw incomplete(
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
    );
  }
  const [accessKeyId = '', date = '', region = '', service = '', terminator = ''] = credential;
  if (terminator !== TERMINATOR) {
    throw mismatch(
      `Credential should be scoped with a valid terminator: '${TERMINATOR}', not '${terminator}'.`,
    );
  }
  return { accessKeyId, date, region, service, signedHeaders, signature, amzDate };
}

/** Checks date and signature. `nowMs` is the server's clock. Throws AWS's refusal. */
export function verifySignature(
  request: RawRequest,
  authorization: Authorization,
  secret: string,
  nowMs: number,
): void {
  if (authorization.date !== authorization.amzDate.slice(0, 8)) {
    throw mismatch(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${authorization.date}' != '${authorization.amzDate.slice(0, 8)}', from '${authorization.amzDate}'.`,
    );
  }
  if (!authorization.signedHeaders.includes('host')) {
    throw mismatch("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  }
  checkSkew(authorization.amzDate, nowMs);
  const expected = Buffer.from(signatureOf(request, authorization, secret));
  const given = Buffer.from(authorization.signature);
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) {
    throw mismatch(
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    );
  }
}

/** The signature that the request should carry, in lower-case hex. */
export function signatureOf(
  request: RawRequest,
  authorization: Authorization,
  secret: string,
): string {
  const { date, region, service, amzDate } = authorization;
  const scope = `${date}/${region}/${service}/${TERMINATOR}`;
  const canonical = canonicalRequest(request, authorization.signedHeaders);
  const toSign = [ALGORITHM, amzDate, scope, sha256(canonical)].join('\n');
  const signingKey = [date, region, service, TERMINATOR].reduce<string | Buffer>(
    (key, part) => createHmac('sha256', key).update(part).digest(),
    `AWS4${secret}`,
  );
  return createHmac('sha256', signingKey).update(toSign).digest('hex');
}

function canonicalRequest(request: RawRequest, signedHeaders: readonly string[]): string {
  const headers = signedHeaders.map((name) => {
    const value = request.headers[name] ?? '';
    return `${name}:${value.trim().replaceAll(/ +/g, ' ')}\n`;
  });
  return [
    request.method,
    request.path.split('/').map(encode).join('/'),
    canonicalQuery(request.query),
    headers.join(''),
    signedHeaders.join(';'),
    sha256(request.body),
  ].join('\n');
}

function canonicalQuery(query: string): string {
  if (query === '') return '';
  return query
    .split('&')
    .map((pair) => {
      const [name = '', ...value] = pair.split('=');
      return [encode(decode(name)), encode(decode(value.join('=')))] as const;
    })
    .sort(([nameA, valueA], [nameB, valueB]) => order(nameA, nameB) || order(valueA, valueB))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function order(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function checkSkew(amzDate: string, nowMs: number): void {
  const signedMs = Date.parse(
    amzDate.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  );
  const earliest = nowMs - SKEW_MAX_MS;
  const latest = nowMs + SKEW_MAX_MS;
  if (Number.isNaN(signedMs)) throw incomplete(`Date must be in ISO-8601 'basic format'.`);
  // Signatures carry whole seconds, so the server's clock is compared in whole seconds too.
  if (signedMs + 999 < earliest) {
    throw mismatch(
      `Signature expired: ${amzDate} is now earlier than ${basic(earliest)} (${basic(nowMs)} - 15 min.)`,
    );
  }
  if (signedMs > latest) {
    throw mismatch(
      `Signature not yet current: ${amzDate} is still later than ${basic(latest)} (${basic(nowMs)} + 15 min.)`,
    );
  }
}

function basic(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

function incomplete(message: string): Refusal {
  return new Refusal('IncompleteSignature', 400, message);
}

function mismatch(message: string): Refusal {
  return new Refusal('SignatureDoesNotMatch', 403, message);
}
