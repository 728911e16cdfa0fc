// The secrets below a path of a KV engine, folder by folder. A folder that may not be listed is told, and the others
// follow (I11).

import { type KeyturnError, toKeyturnError } from '../../base/errors.ts';
import type { Secret } from '../../base/secret.ts';
import { HttpFailure } from '../../http/failure.ts';
import type { VaultClient } from './client.ts';
import { encoded, kvIn, type Mount, mountOf, mountsSeen } from './kv.ts';

export interface Leaf {
  /** With its mount. */
  readonly path: string;
  /** Undefined for one that holds nothing now. */
  read(): Promise<Secret | undefined>;
  /** Why a folder could not be listed. */
  readonly error?: KeyturnError;
}

/** Deeper than people keep secrets. */
const DEPTH_MAX = 32;

export class KvTree {
  readonly #client: VaultClient;

  constructor(client: VaultClient) {
    this.#client = client;
  }

  /** All secrets, when the path is empty: of every engine that the token sees. */
  async *below(path: string): AsyncGenerator<Leaf> {
    if (path === '') {
      for (const mount of await mountsSeen(this.#client)) yield* this.#folder(mount, '', 0);
      return;
    }
    const { rest, ...mount } = await mountOf(path, this.#client);
    // A path may be a secret, a folder, or both.
    const trimmed = rest.replace(/\/$/, '');
    if (trimmed !== '') yield this.leaf(mount, trimmed);
    yield* this.#folder(mount, trimmed === '' ? '' : `${trimmed}/`, 0);
  }

  leaf(mount: Mount, rest: string): Leaf {
    return {
      path: `${mount.mount}/${rest}`,
      read: async () => {
        const held = await kvIn(mount, rest, this.#client).read();
        return held.kind === 'held' ? held.text : undefined;
      },
    };
  }

  async *#folder(mount: Mount, folder: string, depth: number): AsyncGenerator<Leaf> {
    let names: readonly string[];
    try {
      names = await this.#names(mount, folder);
    } catch (thrown) {
      const error = toKeyturnError(thrown);
      const isOne = thrown instanceof HttpFailure && thrown.status === 403 && folder !== '';
      if (!isOne) throw thrown;
      yield { path: `${mount.mount}/${folder}`, read: async () => undefined, error };
      return;
    }
    for (const name of names) {
      const below = `${folder}${name}`;
      if (!name.endsWith('/')) yield this.leaf(mount, below);
      else if (depth < DEPTH_MAX) yield* this.#folder(mount, below, depth + 1);
    }
  }

  async #names({ mount, engine }: Mount, folder: string): Promise<readonly string[]> {
    const inEngine = engine === 2 ? `${mount}/metadata/${folder}` : `${mount}/${folder}`;
    const policyPath = inEngine.replace(/\/?$/, '/');
    const answer = await this.#client.send({
      method: 'GET',
      path: `v1/${encoded(inEngine.replace(/\/$/, ''))}`,
      query: { list: 'true' },
      accepts: [404],
      needs: { path: `${policyPath}*`, capabilities: ['list'] },
    });
    const { data } = (answer.json() ?? {}) as { data?: { keys?: unknown } };
    const keys = answer.status === 404 ? [] : data?.keys;
    return Array.isArray(keys) ? keys.filter((each) => typeof each === 'string') : [];
  }
}
