// Secrets of a cluster as they are found: of all namespaces, or of one.

import { KeyturnError } from '../../base/errors.ts';
import { Secret } from '../../base/secret.ts';
import type { Looking, PlaceListing, SeenPlace } from '../listing.ts';
import type { PairFields } from '../pair-fields.ts';
import { placeOfSecret, type SecretAt, secretAt } from './place.ts';

export const kubernetesListing: PlaceListing = {
  takes:
    'NAMESPACE, or CONTEXT/NAMESPACE where the context is not the current one; * stands for all namespaces',
  example: 'apps',
  faultIn: (scope) =>
    scope === '' || scopeAt(scope) !== undefined
      ? undefined
      : 'it is neither a namespace nor a context with a namespace behind it',
  async *list(scope, looking) {
    const at = scope === '' ? { context: undefined, namespace: undefined } : scopeAt(scope);
    if (at !== undefined) yield* secretsOf(at, looking);
  },
};

type Scope = {
  readonly context: string | undefined;
  /** Undefined for all of them. */
  readonly namespace: string | undefined;
};

/** Written as a place is, without its last part. */
function scopeAt(scope: string): Scope | undefined {
  const isAll = scope === '*' || scope.endsWith('/*');
  const at = secretAt(`${isAll ? scope.replace(/\*$/, 'all') : scope}/any`);
  if (at === undefined || /[#?]/.test(scope)) return undefined;
  return { context: at.context, namespace: isAll ? undefined : at.namespace };
}

async function* secretsOf(
  { context, namespace }: Scope,
  looking: Looking,
): AsyncGenerator<SeenPlace> {
  const [{ openCluster }, { readSecret, textsOf, recordIn }] = await Promise.all([
    import('./open-cluster.ts'),
    import('./secret-object.ts'),
  ]);
  const api = await openCluster(context, looking);
  for await (const item of api.secretsIn(namespace)) {
    // Items of a list do not say what they are.
    const object = readSecret({ ...recordIn(item), kind: 'Secret' });
    const { name, namespace: own } = recordIn(recordIn(item).metadata);
    if (object === undefined || typeof name !== 'string' || typeof own !== 'string') {
      throw new KeyturnError('not-deliverable', 'what answers is no list of Secrets', {
        hint: 'check which address the context leads to',
      });
    }
    const at = { context, namespace: own, name };
    yield {
      kind: 'read',
      name: placeOf(at),
      text: new Secret(textsOf(object)),
      deliverWith: (fields) => placeWith(at, fields),
    };
  }
}

type Named = Pick<SecretAt, 'context' | 'namespace' | 'name'>;

const USUAL = { form: 'halves', id: 'AWS_ACCESS_KEY_ID', secret: 'AWS_SECRET_ACCESS_KEY' } as const;

function placeOf(at: Named, pair: SecretAt['pair'] = USUAL): string {
  return placeOfSecret({ ...at, pair, restart: [], force: [], cluster: undefined });
}

/** Undefined for keys that no place could name: of an object in a value, for instance. */
function placeWith(at: Named, { id, secret }: PairFields): string | undefined {
  if (id.length > 1 || secret.length > 1) return undefined;
  const place = placeOf(at, { form: 'halves', id: id[0], secret: secret[0] });
  return secretAt(place) === undefined ? undefined : place;
}
