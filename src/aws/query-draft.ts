// What the SDK would send, but for the words of the call: where to, with which headers, signed for which
// region and service. The SDK's own client drafts one call, which is caught before it leaves; its rules
// for endpoints, variants, user agents, application IDs and tracing therefore hold for every call after it.

import type { HttpRequest } from '@smithy/core/protocols';
import { openSigner, type Signer } from './query-signature.ts';

/** What is used of a client of the SDK. */
export interface DraftingClient {
  readonly config: { readonly protocol: QueryProtocol };
}

/** What is used of the SDK's reader of answers. */
export interface QueryProtocol {
  deserializeResponse(operation: object, context: object, response: object): Promise<unknown>;
}

export interface Draft {
  /** As drafted; its headers are those that every call has. */
  readonly request: HttpRequest;
  /** Signs calls to the same place. */
  readonly sign: Signer;
  /** Of the service's API. */
  readonly version: string;
  /** As the SDK words it in a header. */
  readonly attemptsMax: string;
  readonly protocol: QueryProtocol;
}

/** What a client is opened with, so that its call is caught. */
export interface Catching {
  readonly requestHandler: {
    readonly metadata: { readonly handlerProtocol: string };
    handle(request: HttpRequest): Promise<never>;
  };
  readonly retryStrategy: typeof NEVER_AGAIN;
}

/** A client of the SDK that was opened to be caught, and any call of it. */
export interface Drafting {
  readonly client: DraftingClient;
  send(): Promise<unknown>;
}

/** Makes the draft when it is first asked for; again where the SDK could not make it. */
export function draftOnce(open: (catching: Catching) => Drafting): () => Promise<Draft> {
  let made: Promise<Draft> | undefined;
  return () => {
    if (made !== undefined) return made;
    const making = draftCall(open);
    making.catch(() => {
      made = undefined;
    });
    made = making;
    return making;
  };
}

/** Throws what keeps the SDK from drafting: no credentials, no such endpoint, no such region. */
async function draftCall(open: (catching: Catching) => Drafting): Promise<Draft> {
  let request: HttpRequest | undefined;
  const requestHandler = {
    metadata: { handlerProtocol: 'http/1.1' },
    handle: (drafted: HttpRequest): Promise<never> => {
      request = drafted;
      return Promise.reject(DRAFTED);
    },
  };
  const { client, send } = open({ requestHandler, retryStrategy: NEVER_AGAIN });
  const failure = await send().catch((thrown: unknown) => thrown);
  if (request === undefined) throw failure;
  return read(request, client);
}

/** Ends the SDK's own call when it was caught. */
const DRAFTED = 'drafted';

const NEVER_AGAIN = {
  acquireInitialRetryToken: async () => ({
    getRetryCount: () => 0,
    getRetryDelay: () => 0,
    getRetryCost: () => 0,
  }),
  refreshRetryTokenForRetry: (): Promise<never> => Promise.reject(DRAFTED),
  recordSuccess: () => {},
};

/** What a call says of itself and its attempts. */
const OWN_HEADERS = ['content-length', 'amz-sdk-invocation-id', 'amz-sdk-request'];

/** Headers that say something of one call, one attempt or one signature. */
const OF_ONE_CALL = new Set([
  ...OWN_HEADERS,
  'authorization',
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-security-token',
]);

function read(request: HttpRequest, { config }: DraftingClient): Draft {
  const { headers } = request;
  // Credential=ID/DATE/REGION/SERVICE/aws4_request
  const [, region = '', service = ''] =
    /Credential=[^/]+\/\d+\/([^/]+)\/([^/]+)\//.exec(headers.authorization ?? '') ?? [];
  const version = new URLSearchParams(String(request.body)).get('Version') ?? '';
  const attemptsMax = headers['amz-sdk-request']?.replace(/^attempt=1; /, '') ?? '';
  request.headers = Object.fromEntries(
    Object.entries(headers).filter(([name]) => !OF_ONE_CALL.has(name.toLowerCase())),
  );
  const sign = openSigner(request, { region, service }, OWN_HEADERS);
  return { request, sign, version, attemptsMax, protocol: config.protocol };
}
