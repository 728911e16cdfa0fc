// The words of a call, as the query protocol writes them: a form whose first fields name the call.
// https://smithy.io/2.0/aws/protocols/aws-query-protocol.html

import { extendedEncodeURIComponent as encode } from '@smithy/core/protocols';
import { assert } from '../base/errors.ts';

/** Texts, numbers and lists of texts: the calls that we make take nothing else. */
export function writeQuery(name: string, version: string, input: object): string {
  let form = `Action=${name}&Version=${version}`;
  for (const [key, value] of Object.entries(input)) {
    if (value === undefined) continue;
    if (Array.isArray(value)) {
      value.forEach((item, index) => {
        form += field(`${key}.member.${index + 1}`, item);
      });
    } else form += field(key, value);
  }
  return form;
}

function field(key: string, value: unknown): string {
  assert(typeof value === 'string' || typeof value === 'number', `${key} is no text or number`);
  return `&${key}=${encode(String(value))}`;
}
