// AWS JSON 1.1: the operation in a header, JSON in and out.

import type { JsonFields, JsonService, Params, SharedCode } from './operation.ts';
import type { Failure, Refusal } from './refusal.ts';
import { isList, type ResultFields, type ResultValue } from './result.ts';
import type { RawRequest } from './signature.ts';

export const JSON_CONTENT_TYPE = 'application/x-amz-json-1.1';

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/** The JSON object in the body; undefined when there is none. */
export function readInput(request: RawRequest): JsonFields | undefined {
  try {
    const input: unknown = JSON.parse(request.body.toString('utf8'));
    const isObject = typeof input === 'object' && input !== null && !Array.isArray(input);
    return isObject ? (input as JsonFields) : undefined;
  } catch {
    return undefined;
  }
}

/** The fields as texts: for the log and for faults. */
export function textsOf(input: JsonFields): Params {
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}

/** The body of a success; an operation without a result answers with an empty body. */
export function jsonSuccess(result: ResultFields | undefined): string {
  return result === undefined ? '' : JSON.stringify(toJson(result));
}

/** A refusal in the words of this protocol: what all services share has names of its own here. */
export function jsonFailure(service: JsonService, refusal: Refusal): Failure {
  const frontCode = FRONT_CODES.get(refusal.code);
  if (frontCode !== undefined) {
    const body = JSON.stringify({ __type: frontCode, message: refusal.message });
    return { code: frontCode, status: 400, body };
  }
  const own = isShared(refusal.code) ? service.refusals[refusal.code] : undefined;
  const code = own?.code ?? refusal.code;
  const message = own?.message ?? refusal.message;
  // Some refusals of AWS have no text.
  const text = message === '' ? {} : { Message: message };
  const body = JSON.stringify({ __type: code, ...text, ...refusal.details });
  // This protocol has 400 for every refusal that is not AWS's own failure.
  return { code, status: own !== undefined && refusal.status < 500 ? 400 : refusal.status, body };
}

/** What is refused before the service itself sees it. */
const FRONT_CODES: ReadonlyMap<string, string> = new Map([
  ['InvalidClientTokenId', 'UnrecognizedClientException'],
  ['SignatureDoesNotMatch', 'InvalidSignatureException'],
  ['IncompleteSignature', 'IncompleteSignatureException'],
  ['MissingAuthenticationToken', 'MissingAuthenticationTokenException'],
  ['ExpiredToken', 'ExpiredTokenException'],
  ['ValidationError', 'ValidationException'],
  ['SerializationException', 'SerializationException'],
  ['UnknownOperationException', 'UnknownOperationException'],
]);

function isShared(code: string): code is SharedCode {
  return code === 'AccessDenied' || code === 'Throttling' || code === 'ServiceFailure';
}

function toJson(value: ResultValue): Json {
  if (value === undefined) return null;
  if (value instanceof Date) return value.getTime() / 1000;
  if (isList(value)) return value.map(toJson);
  if (typeof value !== 'object') return value;
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  const given = entries.filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(given.map(([name, inner]) => [name, toJson(inner)]));
}
