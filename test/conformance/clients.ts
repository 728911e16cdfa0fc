// The AWS SDK as the client of a target: one try per call, so that a test sees each answer.

import assert from 'node:assert/strict';
import { IAMClient } from '@aws-sdk/client-iam';
import { STSClient } from '@aws-sdk/client-sts';
import type { LongTermCredentials, TargetAccount } from './target.ts';

export type Credentials = LongTermCredentials;

export interface CallOptions {
  readonly region?: string;
  /** How far the clock of the client is wrong. */
  readonly clockOffsetMs?: number;
}

export interface Refusal {
  /** AWS's own code, as it stands in the answer. */
  readonly code: string;
  readonly status: number;
  readonly message: string;
}

function configuration(account: TargetAccount, credentials: Credentials, options: CallOptions) {
  return {
    endpoint: account.endpoint,
    region: options.region ?? 'us-east-1',
    credentials,
    maxAttempts: 1,
    systemClockOffset: options.clockOffsetMs ?? 0,
  };
}

export function iamOf(
  account: TargetAccount,
  credentials: Credentials = account.administrator.credentials,
  options: CallOptions = {},
): IAMClient {
  return new IAMClient(configuration(account, credentials, options));
}

export function stsOf(
  account: TargetAccount,
  credentials: Credentials = account.administrator.credentials,
  options: CallOptions = {},
): STSClient {
  return new STSClient(configuration(account, credentials, options));
}

interface ServiceError extends Error {
  readonly Code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** How AWS refuses a call. Fails the test when the call succeeds or never got an answer. */
export async function refusalOf(call: Promise<unknown>): Promise<Refusal> {
  const refusal = await call.then(() => undefined, readRefusal);
  return refusal ?? assert.fail('AWS accepted the call');
}

/** What AWS answered; throws what it is given when that is no answer of AWS. */
export function readRefusal(thrown: ServiceError): Refusal {
  const status = thrown.$metadata?.httpStatusCode;
  if (status === undefined) throw thrown;
  return { code: thrown.Code ?? thrown.name, status, message: thrown.message };
}

/** Fails the test unless AWS refuses the call with this code and HTTP status. */
export async function assertRefused(
  call: Promise<unknown>,
  code: string,
  status: number,
): Promise<void> {
  const refusal = await refusalOf(call);
  assert.deepEqual({ code: refusal.code, status: refusal.status }, { code, status });
}
