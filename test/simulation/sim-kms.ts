// KMS as one simulated process reaches it, and as the referee does: who may look behind it.

import type { AwsDataKeys, KeyContext } from '../../src/base/aws-tables.ts';
import { KeyturnError } from '../../src/base/errors.ts';

/** How a process reaches a service, and what goes wrong on the way. */
export type Way = <T>(operation: string, serve: () => T) => Promise<T>;

interface DataKey {
  readonly plain: Uint8Array;
  readonly by: string;
  /** The context that it was made for. */
  readonly purpose: string;
}

export class SimKms {
  readonly #known = new Map<string, DataKey>();

  reachedBy(way: Way): AwsDataKeys {
    return {
      generate: (keyId, context) => way('GenerateDataKey', () => this.#generate(keyId, context)),
      unwrap: (keyId, wrapped, context) =>
        way('Decrypt', () => {
          const found = this.#known.get(nameOf(wrapped));
          const isBy = keyId === undefined || keyId === found?.by;
          if (isBy && found?.purpose === purposeOf(context)) return found.plain.slice();
          throw new KeyturnError('aws-error', 'InvalidCiphertextException');
        }),
    };
  }

  /** Behind its back. */
  plainOf(wrapped: Uint8Array): Uint8Array | undefined {
    return this.#known.get(nameOf(wrapped))?.plain;
  }

  #generate(keyId: string, context: KeyContext) {
    const number = this.#known.size + 1;
    const name = `data-key-${number}`;
    // Nothing of a run depends on its bytes.
    const plain = new Uint8Array(Buffer.alloc(32, name));
    this.#known.set(name, { plain: plain.slice(), by: keyId, purpose: purposeOf(context) });
    return { plain, wrapped: new Uint8Array(Buffer.from(name)) };
  }
}

function nameOf(wrapped: Uint8Array): string {
  return Buffer.from(wrapped).toString();
}

function purposeOf(context: KeyContext): string {
  return JSON.stringify(context);
}
