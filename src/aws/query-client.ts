// Calls of IAM and STS without the SDK's middleware, which takes most of the CPU of a call. What is sent
// follows a draft of the SDK's (query-draft.ts), what is answered is read by the SDK's own protocol, and
// attempts follow the same rules (retry.ts).

import { randomUUID } from 'node:crypto';
import { HttpRequest, type HttpResponse } from '@smithy/core/protocols';
import {
  getRetryAfterHint,
  isServerError,
  isThrottlingError,
  isTransientError,
} from '@smithy/core/retry';
import { assert } from '../base/errors.ts';
import type { EventSink } from '../base/events.ts';
import { CallFailure } from './call-failure.ts';
import { isThrottle } from './classify.ts';
import type { Credentials } from './credential-provider.ts';
import type { Fence } from './gateway.ts';
import type { Draft } from './query-draft.ts';
import { writeQuery } from './query-form.ts';
import type { QueryOperation } from './query-operations.ts';
import { openSigner, type Signer } from './query-signature.ts';
import type { RetryStrategy } from './retry.ts';

export interface QueryClientParts {
  readonly draft: () => Promise<Draft>;
  readonly credentials: () => Promise<Credentials>;
  readonly wire: QueryWire;
  readonly retries: RetryStrategy;
  readonly emit: EventSink;
  /** What it throws ends the call: no attempt leaves any more. */
  readonly fence?: Fence;
}

/** The way out: a request and its whole answer. */
export interface QueryWire {
  exchange(request: HttpRequest, signal?: AbortSignal): Promise<HttpResponse>;
}

export interface QueryClient {
  readonly retries: RetryStrategy;
  /** Rejects as the SDK's clients do. */
  call<Input extends object, Output>(
    operation: QueryOperation<Input, Output>,
    input: Input,
    signal?: AbortSignal,
  ): Promise<Output>;
  /** The same, and each attempt asks first whether it may leave. */
  fenced(fence: Fence): QueryClient;
}

export function openQueryClient(parts: QueryClientParts): QueryClient {
  return clientOver(parts, { signer: undefined });
}

/** What is worked out once for a client, and for all that are made of it. */
interface Common {
  signer: Signer | undefined;
}

function clientOver(parts: QueryClientParts, common: Common): QueryClient {
  const { retries, emit } = parts;
  return {
    retries,
    fenced: (fence) => clientOver({ ...parts, fence }, common),
    call: async <Input extends object, Output>(
      operation: QueryOperation<Input, Output>,
      input: Input,
      signal?: AbortSignal,
    ) => {
      const draft = await parts.draft();
      // Before the call takes its turn: whoever has no credentials waits for nothing.
      await parts.credentials();
      common.signer ??= openSigner(draft.request, draft);
      const call = {
        signer: common.signer,
        schema: operation.schema,
        body: writeQuery(operation.name, draft.version, input),
        id: randomUUID(),
        signal,
      };
      let token = await orAborted(retries.acquireInitialRetryToken(''), signal);
      for (;;) {
        const attempt = token.getRetryCount() + 1;
        emit({ code: 'call-sent', operation: operation.name });
        const outcome = await attemptCall(parts, draft, { ...call, attempt });
        if (outcome.thrown === undefined) {
          retries.recordSuccess(token);
          return outcome.answer as Output;
        }
        if (isThrottle(outcome.thrown)) {
          emit({ code: 'call-throttled', operation: operation.name, attempt });
        }
        token = await tokenAfter(outcome, { token, retries, signal });
      }
    },
  };
}

/** As the SDK's rules for attempts take it. */
type SdkError = Parameters<typeof isThrottlingError>[0];

interface Call {
  readonly signer: Signer;
  readonly schema: object;
  readonly body: string;
  /** Of all its attempts. */
  readonly id: string;
  readonly signal: AbortSignal | undefined;
  readonly attempt: number;
}

type Outcome = { readonly thrown: undefined; readonly answer: unknown } | Failed;

interface Failed {
  readonly thrown: SdkError;
  readonly response: HttpResponse | undefined;
}

async function attemptCall(
  { credentials, wire, fence }: QueryClientParts,
  draft: Draft,
  call: Call,
): Promise<Outcome> {
  let request: HttpRequest;
  try {
    request = requestOf(draft, call, await credentials());
  } catch (thrown) {
    return { thrown: asError(thrown, undefined), response: undefined };
  }
  // I9: by the time that AWS will judge, and for each attempt anew.
  await fence?.(signedAt(request));
  let response: HttpResponse | undefined;
  try {
    response = await wire.exchange(request, call.signal);
    return {
      thrown: undefined,
      answer: await draft.protocol.deserializeResponse(call.schema, {}, response),
    };
  } catch (thrown) {
    return { thrown: asError(thrown, response), response };
  }
}

function requestOf(draft: Draft, call: Call, credentials: Credentials): HttpRequest {
  const { body, id, attempt, signer } = call;
  const own = {
    'content-length': String(Buffer.byteLength(body)),
    'amz-sdk-invocation-id': id,
    'amz-sdk-request': `attempt=${attempt}; ${draft.attemptsMax}`,
  };
  return new HttpRequest({
    ...draft.request,
    headers: signer({ headers: own, body }, credentials),
    body,
  });
}

/** As in 20261128T163000Z. */
function signedAt({ headers }: HttpRequest): Date {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(headers['x-amz-date'] ?? '');
  const [year, month, day, hour, minute, second] = (parts ?? []).slice(1).map(Number);
  assert(year !== undefined && second !== undefined, 'a request has no date');
  return new Date(Date.UTC(year, (month ?? 1) - 1, day, hour, minute, second));
}

interface Tried {
  readonly token: RetryToken;
  readonly retries: RetryStrategy;
  readonly signal: AbortSignal | undefined;
}

type ErrorType = Parameters<RetryStrategy['refreshRetryTokenForRetry']>[1]['errorType'];
type RetryToken = Parameters<RetryStrategy['recordSuccess']>[0];

/** Throws the call's own error when it is not sent again. */
async function tokenAfter(failed: Failed, { token, retries, signal }: Tried): Promise<RetryToken> {
  const { thrown, response } = failed;
  const hint = response === undefined ? undefined : getRetryAfterHint(response);
  const info = {
    error: thrown,
    errorType: kindOf(thrown),
    ...(hint !== undefined && { retryAfterHint: hint }),
  };
  try {
    return await orAborted(retries.refreshRetryTokenForRetry(token, info), signal);
  } catch (refusal) {
    throw signal?.aborted && isAbortError(refusal) ? refusal : thrown;
  }
}

function kindOf(error: SdkError): ErrorType {
  if (isThrottlingError(error)) return 'THROTTLING';
  if (isTransientError(error)) return 'TRANSIENT';
  return isServerError(error) ? 'SERVER_ERROR' : 'CLIENT_ERROR';
}

/** As the SDK does it: whatever is thrown is an error, and what an answer led to has its status. */
function asError(thrown: unknown, response: HttpResponse | undefined): SdkError {
  const error: Error = thrown instanceof Error ? thrown : new CallFailure('Error', String(thrown));
  if (response === undefined || '$metadata' in error) return error as SdkError;
  const { statusCode, headers } = response;
  const requestId = Object.entries(headers).find(([name]) => /^x-[\w-]+-request-?id$/.test(name));
  return Object.assign(error, {
    $metadata: { httpStatusCode: statusCode, requestId: requestId?.[1] },
  }) as SdkError;
}

async function orAborted<T>(turn: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await turn;
  let stop = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(new CallFailure('AbortError', 'Request aborted'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([turn, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function isAbortError(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'AbortError';
}
