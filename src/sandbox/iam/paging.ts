// Marker paging. A marker names the last item that was given out, so a page never repeats or
// skips an item because others came or went in between.

import { type Call, optionalInteger } from '../operation.ts';
import { validationError } from '../refusal.ts';

const PAGE_SIZE_DEFAULT = 100;
const PAGE_SIZE_MAX = 1000;

export interface Page<T> {
  readonly items: readonly T[];
  readonly paging: { readonly IsTruncated: boolean; readonly Marker: string | undefined };
}

/** The page that the call asks for. `sorted` ascends by `nameOf`, compared as plain text. */
export function pageOf<T>(call: Call, sorted: readonly T[], nameOf: (item: T) => string): Page<T> {
  const size =
    optionalInteger(call, 'MaxItems', { min: 1, max: PAGE_SIZE_MAX }) ?? PAGE_SIZE_DEFAULT;
  const operation = call.params.Action ?? '';
  const marker = call.params.Marker;
  const after = marker === undefined ? undefined : readMarker(marker, operation);
  const start = after === undefined ? 0 : sorted.findIndex((item) => nameOf(item) > after);
  const items = start < 0 ? [] : sorted.slice(start, start + size);
  const last = items.at(-1);
  const isTruncated = start >= 0 && start + size < sorted.length;
  return {
    items,
    paging: {
      IsTruncated: isTruncated,
      Marker: isTruncated && last !== undefined ? writeMarker(operation, nameOf(last)) : undefined,
    },
  };
}

function writeMarker(operation: string, name: string): string {
  return Buffer.from(JSON.stringify([operation, name])).toString('base64');
}

function readMarker(marker: string, operation: string): string {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(marker, 'base64').toString('utf8'));
    if (Array.isArray(parsed) && parsed[0] === operation && typeof parsed[1] === 'string') {
      return parsed[1];
    }
  } catch {
    // Not JSON, so not a marker of ours: refused below like a marker of another operation.
  }
  throw validationError('Invalid Marker.');
}
