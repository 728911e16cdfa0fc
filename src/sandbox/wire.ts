// The form of an answer, by the protocol of the service that gives it.

import { JSON_CONTENT_TYPE, jsonFailure, jsonSuccess } from './json-protocol.ts';
import type { Service } from './operation.ts';
import { queryFailure, querySuccess, XML_CONTENT_TYPE } from './query-protocol.ts';
import type { Refusal } from './refusal.ts';
import type { ResultFields } from './result.ts';

/** An answer that is ready to be sent. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The error code as the caller is told it; undefined for success. */
  readonly errorCode: string | undefined;
}

export function successAnswer(
  service: Service,
  operationName: string,
  result: ResultFields | undefined,
  requestId: string,
): Answer {
  const body =
    service.protocol === 'json'
      ? jsonSuccess(result)
      : querySuccess(service, operationName, result, requestId);
  return { status: 200, body, headers: headersOf(service, requestId), errorCode: undefined };
}

export function failureAnswer(service: Service, refusal: Refusal, requestId: string): Answer {
  const isJson = service.protocol === 'json';
  const { status, body, code } = isJson
    ? jsonFailure(service, refusal)
    : queryFailure(service, refusal, requestId);
  const headers = headersOf(service, requestId);
  if (isJson) headers['x-amzn-errortype'] = code;
  return { status, body, headers, errorCode: code };
}

function headersOf(service: Service, requestId: string): Record<string, string> {
  const contentType = service.protocol === 'json' ? JSON_CONTENT_TYPE : XML_CONTENT_TYPE;
  return { 'content-type': contentType, 'x-amzn-requestid': requestId };
}
