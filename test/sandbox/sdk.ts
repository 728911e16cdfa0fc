// The AWS SDK as a client of the sandbox: one try per call, so that a test sees each answer.

import { IAMClient } from '@aws-sdk/client-iam';
import { STSClient } from '@aws-sdk/client-sts';
import type { Sandbox } from '../../src/sandbox/index.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface ClientOptions {
  readonly region?: string;
  readonly maxAttempts?: number;
}

function clientConfig(sandbox: Sandbox, credentials: Credentials, options: ClientOptions) {
  return {
    endpoint: sandbox.url,
    region: options.region ?? 'us-east-1',
    credentials,
    maxAttempts: options.maxAttempts ?? 1,
  };
}

/** The administrator of an account, or of the first one. */
export function administrator(sandbox: Sandbox, accountId?: string): Credentials {
  const env = sandbox.endpointEnv(accountId);
  return {
    accessKeyId: env.AWS_ACCESS_KEY_ID ?? '',
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? '',
  };
}

/** Credentials of a key as the sandbox holds it. */
export function credentialsOf(key: { readonly id: string; readonly secret: string }): Credentials {
  return { accessKeyId: key.id, secretAccessKey: key.secret };
}

export function iamOf(
  sandbox: Sandbox,
  credentials: Credentials = administrator(sandbox),
  options: ClientOptions = {},
): IAMClient {
  return new IAMClient(clientConfig(sandbox, credentials, options));
}

export function stsOf(
  sandbox: Sandbox,
  credentials: Credentials = administrator(sandbox),
  options: ClientOptions = {},
): STSClient {
  return new STSClient(clientConfig(sandbox, credentials, options));
}

/** The name of the error that a call ends with. Fails the test when the call succeeds. */
export async function errorName(call: Promise<unknown>): Promise<string> {
  return (await errorOf(call)).name;
}

/** The error that a call ends with. Fails the test when the call succeeds. */
export async function errorOf(call: Promise<unknown>): Promise<Error> {
  try {
    await call;
  } catch (thrown) {
    if (thrown instanceof Error) return thrown;
    throw thrown;
  }
  throw new RangeError('the call succeeded');
}
