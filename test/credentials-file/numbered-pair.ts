// Pairs whose halves can be seen to belong together.

import { Secret } from '../../src/base/secret.ts';
import type { KeyPair } from '../../src/credentials-file/edit.ts';

export function numberedPair(number: number): KeyPair {
  const digits = String(number).padStart(8, '0');
  return { id: `AKIAEXAMPLE0${digits}`, secret: new Secret(`secret/of/AKIAEXAMPLE0${digits}`) };
}

/** The number of a pair that is whole. Throws when the halves are of two pairs. */
export function numberOf(settings: Readonly<Record<string, string>> | undefined): number {
  const { aws_access_key_id: id = '', aws_secret_access_key: secret = '' } = settings ?? {};
  if (!id.startsWith('AKIAEXAMPLE0') || secret !== `secret/of/${id}`) {
    throw new TypeError(`not a whole pair: ${id} with ${secret}`);
  }
  return Number(id.slice('AKIAEXAMPLE0'.length));
}
