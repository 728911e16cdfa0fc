// Keys of a Kubernetes Secret as a destination: both halves in one write, by server-side apply, and only if
// nothing was written there since it was read (I13).

import { type Clock, machineClock } from '../../base/clock.ts';
import { KeyturnError, toKeyturnError } from '../../base/errors.ts';
import { command } from '../../base/hint.ts';
import { Secret } from '../../base/secret.ts';
import { bySetting, CREATE_MISSING } from '../../base/settings-words.ts';
import { HttpFailure } from '../../http/failure.ts';
import type { IssuedKey } from '../../lifecycle/issued-key.ts';
import type { DeliveryReceipt } from '../../lifecycle/record.ts';
import type { Destination, Held, Making } from '../destination.ts';
import { delivering, preparing } from '../failure.ts';
import type { Form } from '../forms/form.ts';
import type { NewPlaces, Opening } from '../kind.ts';
import { type Pair, type ReplacedKey, standIn } from '../look.ts';
import type { PlaceCredentials } from '../place-credentials.ts';
import type { ClusterApi } from './api.ts';
import type { Cluster } from './cluster.ts';
import { holdsPair, needsForce, pairIn, planned, wordsFor } from './examine.ts';
import { apiOfCluster, clusterAt } from './open-cluster.ts';
import { IN_CLUSTER, KUBERNETES, placeOfSecret, type SecretAt } from './place.ts';
import { examineWorkloads, restartWorkloads } from './restart.ts';
import {
  type KeyTexts,
  patchOf,
  readSecret,
  type SecretObject,
  textsOf,
  writtenAt,
} from './secret-object.ts';

/** How often a change of somebody else's between reading and writing is met with another attempt. */
const TRIES_MAX = 5;
const PAUSE_MS = 500;

interface SecretAtHand {
  readonly at: SecretAt;
  readonly place: string;
  readonly clock: Clock;
  readonly replaced: ReplacedKey;
  readonly form: Form | undefined;
  /** Found when it is first asked, so that a cluster that is out of reach is told where it matters. */
  readonly api: () => Promise<ClusterApi>;
  readonly newPlaces: NewPlaces | undefined;
}

/** Throws `not-deliverable` where an operator's place names no cluster that can be found. */
export async function kubernetesDestination(
  named: SecretAt,
  opening: Opening,
): Promise<Destination> {
  const { clock, user, oldKeyId, whoseKey, newPlaces, form } = opening;
  const at = named.cluster === undefined ? await pinned(named, opening) : named;
  const place = placeOfSecret(at);
  const replaced = { user, oldKeyId, whoseKey };
  const api = () => apiOf(at, opening);
  const secret = { at, place, clock, replaced, form, newPlaces, api };
  return {
    kind: KUBERNETES,
    place,
    prepare: (key = standIn(form)) => preparing(() => prepare(secret, key)),
    deliver: (key) => delivering(() => deliver(secret, key)),
    holds: (keyId) => delivering(() => holds(secret, keyId)),
    textsRead: () =>
      delivering(async () => {
        const object = await read(secret);
        return object === undefined ? [] : [new Secret(textsOf(object))];
      }),
    ...(newPlaces !== undefined && { making: making(secret, newPlaces) }),
  };
}

/** With the context and the cluster that are meant now. */
async function pinned(at: SecretAt, opening: Opening): Promise<SecretAt> {
  const { context, identity } = await preparing(() => clusterAt(at.context, opening));
  return { ...at, context, cluster: identity };
}

/** What a run has found out of clusters: signing in may take seconds, and a run has many users. */
const FOUND = new WeakMap<PlaceCredentials, Map<string, Promise<ClusterApi>>>();

async function apiOf(at: SecretAt, opening: Opening): Promise<ClusterApi> {
  const known = FOUND.get(opening.credentials) ?? new Map<string, Promise<ClusterApi>>();
  FOUND.set(opening.credentials, known);
  const key = `${at.context} ${at.cluster}`;
  const found = known.get(key) ?? openApi(at, opening);
  known.set(key, found);
  found.catch(() => known.delete(key));
  return await found;
}

async function openApi(at: SecretAt, opening: Opening): Promise<ClusterApi> {
  const cluster = await clusterAt(at.context, opening);
  refuseOther(cluster, at);
  return apiOfCluster(cluster, opening);
}

function refuseOther({ identity, context }: Cluster, at: SecretAt): void {
  if (identity === at.cluster) return;
  throw new KeyturnError(
    'not-deliverable',
    `the context ${JSON.stringify(context)} leads to ${identity} here, and ${at.namespace}/${at.name} is a place of the cluster ${at.cluster}`,
    { hint: `name the kubeconfig in KUBECONFIG whose context leads to ${at.cluster}` },
  );
}

async function read({ at, api }: SecretAtHand): Promise<SecretObject | undefined> {
  const body = await (await api()).secret(at);
  if (body === undefined) return undefined;
  const object = readSecret(body);
  if (object !== undefined) return object;
  throw new KeyturnError('not-deliverable', `what answers for ${wordsFor(at)} is no Secret`, {
    hint: 'check which address the context leads to',
  });
}

async function existing(secret: SecretAtHand): Promise<SecretObject> {
  const object = await read(secret);
  if (object !== undefined) return object;
  const { context, namespace, name } = secret.at;
  const names = context === undefined || context === IN_CLUSTER ? [] : ['--context', context];
  throw new KeyturnError(
    'not-deliverable',
    `there is no ${wordsFor(secret.at).slice('the '.length)}`,
    {
      hint: [
        bySetting(
          CREATE_MISSING,
          (how) =>
            `check the name; a Secret that pods are to read from now on is made first, or with ${how}:`,
        ),
        command('kubectl', ...names, '--namespace', namespace, 'create', 'secret', 'generic', name),
      ],
    },
  );
}

/** By reads alone; whether it may be written is asked with a POST that stores nothing. */
async function prepare(secret: SecretAtHand, key: Pair): Promise<void> {
  const { at } = secret;
  const api = await secret.api();
  const object = secret.newPlaces === undefined ? await existing(secret) : await read(secret);
  if (object === undefined) await refuseDenied(api, at, 'create');
  else await planned(object, secret, key);
  await refuseDenied(api, at, 'patch');
  await examineWorkloads(at, api);
}

async function refuseDenied(
  api: ClusterApi,
  at: SecretAt,
  verb: 'patch' | 'create',
): Promise<void> {
  const { namespace, name } = at;
  // A right to create cannot be one for a name: the object has none yet.
  const named = verb === 'create' ? undefined : name;
  const may = await api.mayI({ verb, group: '', resource: 'secrets', namespace, name: named });
  if (may !== false) return;
  throw new KeyturnError(
    'not-deliverable',
    `the account of ${at.context} may not ${verb} ${wordsFor(at)}`,
    {
      hint: `give it a Role with ${verb} on secrets${named === undefined ? '' : `, resourceNames: [${name}]`}; docs/destinations/kubernetes.md has one`,
    },
  );
}

async function deliver(secret: SecretAtHand, key: IssuedKey): Promise<DeliveryReceipt> {
  const { at, place } = secret;
  const api = await secret.api();
  const object = await api.turns.take(`${at.namespace}/${at.name}`, () => write(secret, key, api));
  if (at.restart.length > 0) await restart(secret, object, api);
  return { kind: KUBERNETES, reference: place };
}

/** The Secret as it is once it has the pair, read back. */
async function write(secret: SecretAtHand, key: IssuedKey, api: ClusterApi): Promise<SecretObject> {
  const { at, clock } = secret;
  let isWritten = false;
  for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
    const object = await existing(secret);
    // An earlier attempt came through, this run's or another's.
    if (holdsPair(object, secret, key)) return object;
    if (isWritten) throw forgotten(at);
    const texts = await planned(object, secret, key);
    isWritten = await applied(secret, { object, key, texts, api });
    if (!isWritten) await clock.sleep(PAUSE_MS * tries);
  }
  throw new KeyturnError('delivery-failed', `${wordsFor(at)} is changed by somebody all the time`, {
    hint: 'look who writes it (kubectl get secret --show-managed-fields), then run again',
  });
}

interface Attempt {
  readonly object: SecretObject;
  readonly key: IssuedKey;
  readonly texts: KeyTexts;
  readonly api: ClusterApi;
}

/** Whether the cluster says that it is done; what came of a lost answer is read. */
async function applied(secret: SecretAtHand, attempt: Attempt): Promise<boolean> {
  const { at } = secret;
  const { object, key, texts, api } = attempt;
  try {
    const patch = patchOf(object, at, texts);
    return (await api.apply(at, patch, needsForce(object, at))) === 'done';
  } catch (thrown) {
    const isUnknown = thrown instanceof HttpFailure && thrown.outcome === 'unknown';
    if (!isUnknown) throw thrown;
    const now = await read(secret).catch(() => undefined);
    if (now === undefined || !holdsPair(now, secret, key)) throw thrown;
    return true;
  }
}

function forgotten(at: SecretAt): KeyturnError {
  return new KeyturnError(
    'delivery-failed',
    `${wordsFor(at)} was written, and does not have the new pair`,
    {
      hint: 'somebody puts the old one back, or an admission webhook changes what is written: look who, then run again',
    },
  );
}

async function restart(
  { at, clock }: SecretAtHand,
  object: SecretObject,
  api: ClusterApi,
): Promise<void> {
  try {
    const now = `${machineClock(clock).now().toISOString().slice(0, 'YYYY-MM-DDThh:mm:ss'.length)}Z`;
    await restartWorkloads({ at, api, clock }, writtenAt(object, at) ?? now);
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    if (error.isStop) throw error;
    throw new KeyturnError(
      'delivery-failed',
      `${wordsFor(at)} has the new pair, and the restart of what reads it has not come to its end: ${error.message}`,
      {
        hint: [...error.hintParts, 'the next run tries it again; both keys work until then'],
        cause: { code: error.code },
      },
    );
  }
}

async function holds(secret: SecretAtHand, keyId: string): Promise<Held | undefined> {
  const object = await read(secret);
  if (object === undefined || pairIn(object, secret)?.id !== keyId) return undefined;
  return { texts: [new Secret(textsOf(object))] };
}

/** A Secret without data, of type Opaque; tags become annotations, which take any text. */
function making(secret: SecretAtHand, { tags }: NewPlaces): Making {
  const { at, place } = secret;
  const { namespace, name } = at;
  return {
    missing: () => preparing(async () => ((await read(secret)) === undefined ? [place] : [])),
    make: () =>
      preparing(async () => {
        if ((await read(secret)) !== undefined) return;
        const metadata = { namespace, name, annotations: tags };
        const api = await secret.api();
        await api.create(at, { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata });
      }),
  };
}
