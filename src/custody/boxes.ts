// The box that a store seals with, and the others: what an earlier run sealed otherwise is opened as it was
// sealed, so the kind of custody can be changed while secrets wait.

import { KeyturnError } from '../base/errors.ts';
import type { Secret } from '../base/secret.ts';
import type { Box, BoxedKey, BoxKind, BoxOf, Sealed } from './box.ts';

/** Each opened when something is there that was sealed by it. Throws where this run cannot. */
export type BoxOpeners = { readonly [Kind in BoxKind]: () => Promise<BoxOf<Kind>> };

export class Boxes {
  /** Seals from now on; undefined where secrets lie in the store as they are. */
  readonly chosen: Box | undefined;
  readonly #openers: BoxOpeners | undefined;
  readonly #known = new Map<string, { readonly sealed: Sealed; readonly secret: Secret }>();

  constructor(chosen: Box | undefined, openers?: BoxOpeners | undefined) {
    this.chosen = chosen;
    this.#openers = openers;
  }

  /** What this process sealed or opened is known by what is kept: nobody is asked about it again. */
  async open(key: BoxedKey, sealed: Sealed): Promise<Secret> {
    const known = this.#known.get(nameOf(key));
    if (known !== undefined && isSame(known.sealed, sealed)) return known.secret;
    const secret = await this.#opened(key, sealed);
    this.learn(key, sealed, secret);
    return secret;
  }

  learn(key: BoxedKey, sealed: Sealed, secret: Secret): void {
    this.#known.set(nameOf(key), { sealed, secret });
  }

  /** As far as this process knows. */
  sealedOf(key: Pick<BoxedKey, 'account' | 'keyId'>): Sealed | undefined {
    return this.#known.get(nameOf(key))?.sealed;
  }

  forget(key: Pick<BoxedKey, 'account' | 'keyId'>): void {
    this.#known.delete(nameOf(key));
  }

  /** Deletes what is elsewhere; nothing where the store has all. */
  async drop(ref: string): Promise<void> {
    const box = await this.#boxOf('secrets-manager');
    await box.elsewhere?.drop(ref);
  }

  async #opened(key: BoxedKey, sealed: Sealed): Promise<Secret> {
    switch (sealed.by) {
      case 'kms':
        return await (await this.#boxOf('kms')).open(key, sealed);
      case 'age':
        return await (await this.#boxOf('age')).open(key, sealed);
      case 'secrets-manager':
        return await (await this.#boxOf('secrets-manager')).open(key, sealed);
    }
  }

  async #boxOf<Kind extends BoxKind>(kind: Kind): Promise<BoxOf<Kind>> {
    if (this.chosen?.kind === kind) return this.chosen as unknown as BoxOf<Kind>;
    const opener = this.#openers?.[kind] as (() => Promise<BoxOf<Kind>>) | undefined;
    if (opener !== undefined) return await opener();
    throw new KeyturnError('internal', `nothing here opens what was sealed by ${kind}`);
  }
}

function nameOf({ account, keyId }: Pick<BoxedKey, 'account' | 'keyId'>): string {
  return `${account}/${keyId}`;
}

export function isSame(one: Sealed, other: Sealed): boolean {
  switch (one.by) {
    case 'kms':
      return other.by === 'kms' && sameBytes(one.ct, other.ct) && sameBytes(one.dk, other.dk);
    case 'age':
      return other.by === 'age' && sameBytes(one.ct, other.ct);
    case 'secrets-manager':
      return other.by === 'secrets-manager' && one.ref === other.ref;
  }
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
