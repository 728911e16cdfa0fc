// Calls in AWS JSON 1.1 without an SDK, so that a test sees the bytes of the answer.

import { type RawRequest, signatureOf } from '../../src/sandbox/signature.ts';
import type { Credentials } from './sdk.ts';

export interface JsonCall {
  readonly endpoint: string;
  readonly credentials: Credentials;
  readonly service: 'organizations' | 'secretsmanager' | 'ssm';
  readonly operation: string;
  /** A text is sent as it is. */
  readonly input?: object | string;
  /** What the credential scope names; the service when left out. */
  readonly scope?: string;
  /** us-east-1 when left out. */
  readonly region?: string;
}

export interface JsonAnswer {
  readonly status: number;
  /** The value of x-amzn-errortype; undefined for success. */
  readonly errorType: string | undefined;
  readonly contentType: string | null;
  /** The body as it came. */
  readonly text: string;
  /** Undefined for a body that is not JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: JSON of any shape, looked into by each test.
  readonly json: any;
}

const TARGETS = {
  organizations: 'AWSOrganizationsV20161128',
  secretsmanager: 'secretsmanager',
  ssm: 'AmazonSSM',
} as const;

/** Signs and sends one call. */
export async function callJson(call: JsonCall): Promise<JsonAnswer> {
  const { input = {} } = call;
  const body = typeof input === 'string' ? input : JSON.stringify(input);
  const response = await fetch(call.endpoint, {
    method: 'POST',
    headers: signedHeaders(call, body),
    body,
  });
  const text = await response.text();
  return {
    status: response.status,
    errorType: response.headers.get('x-amzn-errortype') ?? undefined,
    contentType: response.headers.get('content-type'),
    text,
    json: text.startsWith('{') ? JSON.parse(text) : undefined,
  };
}

function signedHeaders(call: JsonCall, body: string): Record<string, string> {
  const { service, operation, scope = service, region = 'us-east-1' } = call;
  const { accessKeyId, secretAccessKey, sessionToken } = call.credentials;
  const at = new Date();
  const amzDate = `${at.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  const date = amzDate.slice(0, 8);
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-date': amzDate,
    'x-amz-target': `${TARGETS[service]}.${operation}`,
    ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
  };
  const signed = { ...headers, host: new URL(call.endpoint).host };
  const names = Object.keys(signed).sort();
  const request: RawRequest = {
    method: 'POST',
    path: '/',
    query: '',
    headers: signed,
    body: Buffer.from(body),
  };
  const claim = {
    accessKeyId,
    date,
    region,
    service: scope,
    signedHeaders: names,
    amzDate,
  };
  const signature = signatureOf(request, { ...claim, signature: '' }, secretAccessKey);
  const credential = `${accessKeyId}/${date}/${region}/${scope}/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return { ...headers, authorization };
}
