// When the readers of a place have a new value, and how strong the proof is that the place holds it. That a
// place holds a key does not mean that anybody has read it: the end of the old key counts from here (I15).

/**
 * When readers see a new value: minutes after it was written where they keep a copy for so long. With
 * `when-queued` a job has the value of the moment at which it was put into the queue, however long it waits there:
 * it may begin with the former one weeks after others of the same place have followed.
 */
export type Settle =
  | 'at-once'
  | 'next-start'
  | 'when-queued'
  | 'unknown'
  | { readonly minutes: number };

/**
 * What a place shows of a write: the value itself, a marker that the same write left, the time of the last
 * write, or no more than that the write was accepted.
 */
export type Proof = 'value' | 'marker' | 'timestamp' | 'status';

export interface ReaderTerms {
  readonly settle: Settle;
  readonly proof: Proof;
}

/** Receipts of journals that say nothing of it: every place of that time was read back. */
export const FORMER_TERMS: ReaderTerms = { settle: 'unknown', proof: 'value' };

export function termsOf({ settle, proof }: Partial<ReaderTerms>): ReaderTerms {
  return { settle: settle ?? FORMER_TERMS.settle, proof: proof ?? FORMER_TERMS.proof };
}

/** How long after the delivery the slowest of the readers that follow by themselves has the new value. */
export function settleMinutes(terms: readonly Partial<ReaderTerms>[]): number {
  return Math.max(
    0,
    ...terms.map(({ settle }) => (typeof settle === 'object' ? settle.minutes : 0)),
  );
}

/** Whether time alone brings every reader the new value, so that a use of the new key need not show it. */
export function followsByItself(terms: readonly Partial<ReaderTerms>[]): boolean {
  return terms
    .map(termsOf)
    .every(({ settle }) => settle === 'at-once' || typeof settle === 'object');
}

/** Whether a reader may have yet to begin with the former value, whatever is seen of others. */
export function mayBeginLate(terms: readonly Partial<ReaderTerms>[]): boolean {
  return terms.some(({ settle }) => settle === 'when-queued');
}

/** Whether every place was read back, so that what its readers find is known. */
export function isReadBack(terms: readonly Partial<ReaderTerms>[]): boolean {
  return terms.map(termsOf).every(({ proof }) => proof === 'value');
}

/** How a delivery was confirmed, in the words of the documents. */
export function confirmedBy(proof: Proof): 'read-back' | 'written' {
  return proof === 'value' ? 'read-back' : 'written';
}
