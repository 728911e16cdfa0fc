// What is sealed, as fields of an item or of a file.

import type { Sealed } from './box.ts';

export type SealedFields = Readonly<Record<string, string | Uint8Array>>;

/** Every field that one of the kinds has: a kind that takes the place of another removes the rest. */
export const SEALED_FIELDS = ['by', 'ct', 'iv', 'dk', 'ref'] as const;

export function fieldsOf(sealed: Sealed): SealedFields {
  // The first of the kinds had no name for itself.
  if (sealed.by === 'kms') return { ct: sealed.ct, iv: sealed.iv, dk: sealed.dk };
  return { ...sealed };
}

/** Undefined for what is none of the kinds, or not whole. */
export function sealedIn({ by = 'kms', ct, iv, dk, ref }: Fields): Sealed | undefined {
  if (by === 'kms' && isBytes(ct) && isBytes(iv) && isBytes(dk)) return { by, ct, iv, dk };
  if (by === 'age' && isBytes(ct)) return { by, ct };
  if (by === 'secrets-manager' && typeof ref === 'string') return { by, ref };
  return undefined;
}

interface Fields {
  readonly by?: unknown;
  readonly ct?: unknown;
  readonly iv?: unknown;
  readonly dk?: unknown;
  readonly ref?: unknown;
}

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}
