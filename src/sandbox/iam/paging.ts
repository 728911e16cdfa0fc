// Marker paging. A marker names the last item that was given out, so a page never repeats or
// skips an item because others came or went in between. It also says whether the page that it leads
// to is an empty one, as AWS may have them although there is more.

import { type Call, optionalInteger } from '../operation.ts';
import { validationError } from '../refusal.ts';

const PAGE_SIZE_DEFAULT = 100;
const PAGE_SIZE_MAX = 1000;

export interface Page<T> {
  readonly items: readonly T[];
  readonly paging: { readonly IsTruncated: boolean; readonly Marker: string | undefined };
}

interface Position {
  /** The name of the last item given out; null at the beginning. */
  readonly after: string | null;
  readonly isEmpty: boolean;
}

/** The page that the call asks for. `sorted` ascends by `nameOf`, compared as plain text. */
export function pageOf<T>(call: Call, sorted: readonly T[], nameOf: (item: T) => string): Page<T> {
  const size =
    optionalInteger(call, 'MaxItems', { min: 1, max: PAGE_SIZE_MAX }) ?? PAGE_SIZE_DEFAULT;
  const operation = call.params.Action ?? '';
  const { after, isEmpty } = readPosition(call, operation);
  const start = after === null ? 0 : sorted.findIndex((item) => nameOf(item) > after);
  const rest = start < 0 ? [] : sorted.slice(start);
  const items = isEmpty ? [] : rest.slice(0, size);
  const isTruncated = items.length < rest.length;
  const last = items.at(-1);
  const next = {
    after: last === undefined ? after : nameOf(last),
    isEmpty: call.account.hasEmptyPages && !isEmpty,
  };
  return {
    items,
    paging: {
      IsTruncated: isTruncated,
      Marker: isTruncated ? writeMarker(operation, next) : undefined,
    },
  };
}

function writeMarker(operation: string, { after, isEmpty }: Position): string {
  return Buffer.from(JSON.stringify([operation, after, isEmpty])).toString('base64');
}

function readPosition({ account, params }: Call, operation: string): Position {
  if (params.Marker === undefined) return { after: null, isEmpty: account.hasEmptyPages };
  try {
    const parsed: unknown = JSON.parse(Buffer.from(params.Marker, 'base64').toString('utf8'));
    if (Array.isArray(parsed) && parsed[0] === operation) {
      return { after: parsed[1], isEmpty: parsed[2] === true };
    }
  } catch {
    // Not JSON, so not a marker of ours: refused below like a marker of another operation.
  }
  throw validationError('Invalid Marker.');
}
