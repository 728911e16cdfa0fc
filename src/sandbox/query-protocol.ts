// The AWS query protocol: form fields in, XML out.

import type { Params, QueryService } from './operation.ts';
import type { Failure, Refusal } from './refusal.ts';
import type { ResultFields } from './result.ts';
import type { RawRequest } from './signature.ts';
import { element } from './xml.ts';

export const XML_CONTENT_TYPE = 'text/xml';

/** The fields of the request, from its query and from its form body. */
export function readParams(request: RawRequest): Params {
  const fields = new URLSearchParams(request.query);
  const isForm = (request.headers['content-type'] ?? '').startsWith(
    'application/x-www-form-urlencoded',
  );
  if (isForm) {
    for (const [name, value] of new URLSearchParams(request.body.toString('utf8'))) {
      fields.append(name, value);
    }
  }
  return Object.fromEntries(fields);
}

export function querySuccess(
  service: QueryService,
  operationName: string,
  result: ResultFields | undefined,
  requestId: string,
): string {
  const body =
    element(`${operationName}Result`, result) +
    element('ResponseMetadata', { RequestId: requestId });
  return `<${operationName}Response xmlns="${service.xmlNamespace}">${body}</${operationName}Response>\n`;
}

export function queryFailure(service: QueryService, refusal: Refusal, requestId: string): Failure {
  const error = element('Error', {
    Type: refusal.status < 500 ? 'Sender' : 'Receiver',
    Code: refusal.code,
    Message: refusal.message,
  });
  const body = `<ErrorResponse xmlns="${service.xmlNamespace}">${error}${element('RequestId', requestId)}</ErrorResponse>\n`;
  return { code: refusal.code, status: refusal.status, body };
}
