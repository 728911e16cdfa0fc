// Secrets of KV engines as they are found: below a mount or a path, or in every KV engine that the token sees.

import { toKeyturnError } from '../../base/errors.ts';
import type { Looking, PlaceListing, SeenPlace } from '../listing.ts';
import { readOptions } from '../place-options.ts';
import { placeText, type VaultPlace, vaultPlace, WAY_OPTIONS } from './place.ts';

export const vaultListing: PlaceListing = {
  takes:
    'a mount, or a path in one, with options as ?namespace=NAME behind it; nothing for every KV engine that the token sees',
  example: 'secret/app',
  faultIn: (scope) => {
    const read = readOptions(scope, WAY_OPTIONS);
    if (typeof read === 'string') return read;
    return isScope(read.text) ? undefined : 'a part of the path is empty or dots alone';
  },
  async *list(scope, looking) {
    const read = readOptions(scope, WAY_OPTIONS);
    if (typeof read === 'string') return;
    yield* await found(read.text.replace(/^\/+|\/+$/g, ''), read.options, looking);
  },
};

function isScope(path: string): boolean {
  const trimmed = path.replace(/^\/+|\/+$/g, '');
  return trimmed === '' || trimmed.split('/').every((part) => !/^\.{0,2}$|[\p{Cc}*]/u.test(part));
}

const SECRETS_AT_ONCE = 4;

async function found(
  path: string,
  options: VaultPlace['options'],
  looking: Looking,
): Promise<AsyncIterable<SeenPlace>> {
  const [{ openClient }, { settled }, { KvTree }, { severalAtOnce }] = await Promise.all([
    import('./open-client.ts'),
    import('./settings.ts'),
    import('./kv-tree.ts'),
    import('../several-at-once.ts'),
  ]);
  const at = settled({ path: path === '' ? 'any/path' : path, options }, looking.credentials);
  const client = await openClient(at, looking);
  const tree = new KvTree(client);
  const seen = async (
    leaf: Awaited<ReturnType<typeof tree.leaf>>,
  ): Promise<SeenPlace | undefined> => {
    const name = placeText({ path: leaf.path, options });
    if (leaf.error !== undefined) return { kind: 'unread', name, error: leaf.error };
    try {
      const held = await leaf.read();
      if (held === undefined) return undefined;
      return {
        kind: 'read',
        name,
        text: held,
        deliverWith: (fields) => named({ path: leaf.path, fields, options }),
      };
    } catch (thrown) {
      const error = toKeyturnError(thrown);
      if (error.isStop || looking.signal.aborted) throw thrown;
      return { kind: 'unread', name, error };
    }
  };
  return (async function* () {
    for await (const place of severalAtOnce(tree.below(path), SECRETS_AT_ONCE, seen)) {
      if (place !== undefined) yield place;
    }
  })();
}

/** Undefined for a path that no place could name. */
function named(place: VaultPlace): string | undefined {
  const text = placeText(place);
  return vaultPlace(text) === undefined ? undefined : text;
}
