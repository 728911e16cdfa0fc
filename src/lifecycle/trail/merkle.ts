// The root of the Merkle tree of RFC 6962 over lines, in one pass: what a checkpoint of C2SP says of a log.

import { createHash } from 'node:crypto';

/** Takes leaves one after the other and keeps as many hashes as the number of them has binary digits. */
export class MerkleRoot {
  /** Roots of whole subtrees, the largest first. */
  readonly #whole: { readonly leaves: number; readonly hash: Buffer }[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(leaf: string): void {
    let subtree = { leaves: 1, hash: hashed(0, Buffer.from(leaf)) };
    for (;;) {
      const last = this.#whole.at(-1);
      if (last?.leaves !== subtree.leaves) break;
      this.#whole.pop();
      subtree = { leaves: 2 * subtree.leaves, hash: hashed(1, last.hash, subtree.hash) };
    }
    this.#whole.push(subtree);
    this.#size += 1;
  }

  /** In base64, as checkpoints have it. */
  get root(): string {
    const [last, ...larger] = this.#whole.toReversed();
    if (last === undefined) return createHash('sha256').digest('base64');
    return larger.reduce((root, { hash }) => hashed(1, hash, root), last.hash).toString('base64');
  }
}

function hashed(domain: 0 | 1, ...parts: readonly Buffer[]): Buffer {
  const hash = createHash('sha256').update(Buffer.from([domain]));
  for (const part of parts) hash.update(part);
  return hash.digest();
}
