// What counts as an answer of AWS. One is believed only when it has the marks of AWS's own: the SDK
// reads any well-formed page, such as a proxy's, as an empty list (I11).

import { KeyturnError } from '../base/errors.ts';
import type { Call } from './classify.ts';

export interface Page<T> {
  readonly items: readonly T[];
  /** Undefined on the last page. */
  readonly nextMarker: string | undefined;
}

/** Throws `aws-error` when the answer is no page of a list, or an item cannot be converted. */
export function toPage<Raw, T>(
  { answer, raw, call }: RawPage<Raw>,
  convert: (raw: Raw) => T | undefined,
): Page<T> {
  // AWS always sends the list, if only an empty one, and says whether there is more; some servers
  // that speak its protocol leave one of the two out. A page with neither is not a list at all.
  const isList = raw !== undefined || answer.IsTruncated !== undefined;
  const items = (raw ?? []).map(convert);
  const isClear =
    answer.IsTruncated === false || Boolean(answer.Marker) === Boolean(answer.IsTruncated);
  if (!isList || !isClear || items.includes(undefined)) throw unreadable(call);
  return {
    items: items as T[],
    nextMarker: answer.IsTruncated === true ? answer.Marker : undefined,
  };
}

export interface RawPage<Raw> {
  readonly answer: { IsTruncated?: boolean | undefined; Marker?: string | undefined };
  /** The list in the answer. */
  readonly raw: Raw[] | undefined;
  readonly call: Call;
}

/** The items of all pages, empty pages in the middle included. */
export async function* itemsOf<T>(
  call: Call,
  pageAfter: (marker: string | undefined) => Promise<Page<T>>,
): AsyncGenerator<T> {
  let marker: string | undefined;
  let next: Promise<Page<T>> | undefined = pageAfter(undefined);
  while (next !== undefined) {
    const page: Page<T> = await next;
    // A server that pays no heed to markers would lead around in a circle.
    if (marker !== undefined && page.nextMarker === marker) throw unreadable(call);
    marker = page.nextMarker;
    next = marker === undefined ? undefined : pageAfter(marker);
    // The next page travels while this one is worked on; its failure is met by the await above.
    next?.catch(() => {});
    yield* page.items;
  }
}

export function unreadable({ permission, user }: Pick<Call, 'permission' | 'user'>): KeyturnError {
  const about = user === undefined ? '' : ` for user ${user}`;
  return new KeyturnError(
    'aws-error',
    `${permission}${about} was answered with something that is not aws's answer`,
    { hint: 'check for a proxy between this machine and the endpoint' },
  );
}
