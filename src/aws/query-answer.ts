// What the answer to a call of IAM or STS says, where it is written plainly and is one of those that come by the
// hundred. All others are left to the SDK's own protocol, so that they mean the same as ever.

import type { HttpResponse } from '@smithy/core/protocols';
import { type Members, readPlainXml } from './plain-xml.ts';
import type { PlainAnswer, QueryOperation } from './query-operations.ts';

interface Metadata {
  readonly httpStatusCode?: number | undefined;
  readonly requestId?: string | undefined;
}

/** An answer, and what AWS calls the request. */
export type Answered<Output> = Output & { readonly $metadata: Metadata };

/** Undefined where the SDK has to read the answer. Throws what AWS refused, as the SDK does. */
export function readPlainAnswer<Input, Output>(
  operation: QueryOperation<Input, Output>,
  { statusCode, headers, body }: HttpResponse,
): Answered<Output> | undefined {
  if (!Buffer.isBuffer(body)) return undefined;
  const $metadata = { httpStatusCode: statusCode, requestId: requestIdIn(headers) };
  if (statusCode === 200) {
    const fields = operation.answer && fieldsIn(body.toString(), operation.answer);
    return fields && (Object.assign(fields, { $metadata }) as Answered<Output>);
  }
  if (statusCode === 400 || statusCode === 403) assertNotRefused(body.toString(), $metadata);
  return undefined;
}

function fieldsIn(text: string, { root, result, shape }: PlainAnswer): object | undefined {
  const fields = readPlainXml<Members>(text, root, shape);
  return result === undefined ? fields : (fields?.[result] as object | undefined);
}

function requestIdIn(headers: HttpResponse['headers']): string | undefined {
  return headers['x-amzn-requestid'] ?? headers['x-amzn-request-id'] ?? headers['x-amz-request-id'];
}

const REFUSAL = {
  members: { Error: { members: { Type: 'text', Code: 'text', Message: 'text' } } },
} as const satisfies Members;

/** For which the SDK has no schema, so that their name is their code: a key that spreads, and a call too many. */
const READ_HERE = new Set(['InvalidClientTokenId', 'Throttling']);

function assertNotRefused(text: string, metadata: Metadata): void {
  const { Type, Code, Message } = readPlainXml(text, 'ErrorResponse', REFUSAL)?.Error ?? {};
  if (Code === undefined || !READ_HERE.has(Code) || !Message) return;
  throw new AwsRefusal({ Type, Code, Message }, metadata);
}

interface Refused {
  readonly Type: string | undefined;
  readonly Code: string;
  readonly Message: string;
}

/** As the SDK shapes what the query protocol refuses (sdk-failure.ts). */
class AwsRefusal extends Error {
  override readonly name: string;
  readonly $fault = 'client';
  readonly $metadata: Metadata;
  readonly Error: Refused;

  constructor(refused: Refused, metadata: Metadata) {
    super(refused.Message);
    this.name = refused.Code;
    this.$metadata = metadata;
    this.Error = refused;
  }
}
