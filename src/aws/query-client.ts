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
import type { EventSink } from '../base/events.ts';
import { CallFailure } from './call-failure.ts';
import { isThrottle } from './classify.ts';
import type { Credentials } from './credential-provider.ts';
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
}

export function openQueryClient(parts: QueryClientParts): QueryClient {
  const { retries, emit } = parts;
  let signer: Signer | undefined;
  return {
    retries,
    call: async <Input extends object, Output>(
      operation: QueryOperation<Input, Output>,
      input: Input,
      signal?: AbortSignal,
    ) => {
      const draft = await parts.draft();
      // Before the call takes its turn: whoever has no credentials waits for nothing.
      await parts.credentials();
      signer ??= openSigner(draft.request, draft);
      const call = {
        signer,
        schema: operation.schema,
        body: writeQuery(operation.name, draft.version, input),
        id: randomUUID(),
        signal,
      };
      let token = await orAborted(retries.acquireInitialRetryToken(''), signal);
      for (;;) {
        const attempt = token.getRetryCount() + 1;
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
  { credentials, wire }: QueryClientParts,
  draft: Draft,
  call: Call,
): Promise<Outcome> {
  let response: HttpResponse | undefined;
  try {
    const request = requestOf(draft, call, await credentials());
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
