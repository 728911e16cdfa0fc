// I14 for a Secret: whether a pair may be written there, before a key is made and once more at the write. A
// Secret has more writers than other places: whoever owns the keys, or makes the whole object from a
// source of its own, would put the old pair back.

import { KeyturnError } from '../../base/errors.ts';
import { Secret } from '../../base/secret.ts';
import { deliveringTo } from '../../base/settings-words.ts';
import type { Form } from '../forms/form.ts';
import { textAt } from '../json-fields.ts';
import { halvesAt } from '../key-fields.ts';
import { editedText, type Pair, type ReplacedKey, refuseTooManyBytes } from '../look.ts';
import { editedAmong, onePlace, pairOfValue } from '../one-value.ts';
import type { PairFields } from '../pair-fields.ts';
import { namesOf, type VariableNames } from '../variable-names.ts';
import { KUBERNETES, placeOfSecret, type SecretAt, secretAskedAs } from './place.ts';
import {
  FIELD_MANAGER,
  type FieldOwner,
  type KeyTexts,
  othersAt,
  type SecretObject,
  sizeWith,
  textsOf,
} from './secret-object.ts';

/** As the API has it for all data of one Secret. */
const BYTES_MAX = 1_048_576;

/** What a person does once by hand does not come back by itself, nor what was written in keyturn's own name. */
const HANDS: readonly string[] = [FIELD_MANAGER, 'kubectl-create', 'kubectl-edit', 'kubectl-patch'];

/** Types that Kubernetes or Helm writes for itself. */
const TYPES_OF_OTHERS: Readonly<Record<string, string>> = {
  'kubernetes.io/service-account-token': 'the token of a service account, which Kubernetes writes',
  'bootstrap.kubernetes.io/token': 'a token for new nodes, which Kubernetes reads',
  'helm.sh/release.v1': 'a release of Helm, which Helm writes',
};

/** Who owns keys under which name, in words. */
const OWNERS: readonly (readonly [RegExp, string])[] = [
  [/^kubectl-client-side-apply$|^before-first-apply$/, 'whose next kubectl apply'],
  [/^(?:Helm|helm)$/, 'whose next helm upgrade'],
  [/^argocd/, 'whose next sync'],
  [/^(?:kustomize|helm)-controller$/, 'whose next reconciliation'],
  [/external-?secrets/i, 'whose next refresh'],
];

export interface Examined {
  readonly at: SecretAt;
  readonly replaced: ReplacedKey;
  readonly form: Form | undefined;
}

export function wordsFor({ namespace, name, context, cluster }: SecretAt): string {
  const where = context ?? cluster;
  return `the Secret ${namespace}/${name}${where === undefined ? '' : ` of ${where}`}`;
}

/**
 * What the keys would hold. Throws `not-deliverable` for a Secret that may not be written, and tells nothing of
 * its content.
 */
export async function planned(
  object: SecretObject,
  examined: Examined,
  pair: Pair,
): Promise<KeyTexts> {
  const { at, replaced } = examined;
  const where = wordsFor(at);
  refuseKind(object, where);
  refuseController(object, at, replaced.user);
  refuseOwners(object, at, replaced.user);
  const all = textsOf(object);
  const after =
    at.pair.form === 'halves'
      ? await editedText(all, halvesOf(examined, at.pair), { pair, replaced })
      : await editedAmong(all, [at.pair.name], { place: oneOf(examined), pair, replaced });
  const texts = new Map(
    namesOf(at.pair).map((name) => [name, new Secret(textAt(after, [name]) ?? '')]),
  );
  refuseTooManyBytes(sizeWith(object, texts), BYTES_MAX, where);
  return texts;
}

function halvesOf({ at, replaced }: Examined, names: Extract<VariableNames, { form: 'halves' }>) {
  const fields: PairFields = { id: [names.id], secret: [names.secret] };
  const deliverWith = ({ id: [id], secret: [secret] }: PairFields) =>
    `${KUBERNETES}=${asked({ ...at, pair: { form: 'halves', id, secret } }, replaced.user)}`;
  return { where: wordsFor(at), fields, deliverAs: deliverWith(fields), deliverWith };
}

function oneOf({ at, replaced, form }: Examined) {
  const deliverAs = `${KUBERNETES}=${asked(at, replaced.user)}`;
  return onePlace({ where: wordsFor(at), deliverAs }, form);
}

/** The pair that the Secret holds, in the form that it has there. */
export function pairIn(object: SecretObject, examined: Examined) {
  const { pair } = examined.at;
  const all = textsOf(object);
  if (pair.form === 'object') return pairOfValue(textAt(all, [pair.name]), oneOf(examined));
  const { id, secret } = halvesAt(all, { id: [pair.id], secret: [pair.secret] });
  // Whoever wrote the ID alone left a pair that is none.
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

export function holdsPair(object: SecretObject, examined: Examined, pair: Pair): boolean {
  const found = pairIn(object, examined);
  return found?.id === pair.keyId && found.secret.reveal() === pair.secret.reveal();
}

function refuseKind({ isBeingDeleted, isImmutable, type }: SecretObject, where: string): void {
  if (isBeingDeleted) {
    throw new KeyturnError('not-deliverable', `${where} is being deleted`, {
      hint: 'wait until it is gone, make it anew, and run again',
    });
  }
  if (isImmutable) {
    throw new KeyturnError(
      'not-deliverable',
      `${where} is immutable, and nothing makes it mutable again`,
      {
        hint: 'make another Secret without immutable: true, let the pods read that one, and deliver there',
      },
    );
  }
  const whose = Object.hasOwn(TYPES_OF_OTHERS, type) ? TYPES_OF_OTHERS[type] : undefined;
  if (whose === undefined) return;
  throw new KeyturnError('not-deliverable', `${where} is ${whose}: its type is ${type}`, {
    hint: 'deliver to a Secret of type Opaque',
  });
}

/** Whoever makes the whole object from a source of its own, such as ExternalSecret or SealedSecret. */
function refuseController({ controllers }: SecretObject, at: SecretAt, user: string): void {
  const owner = controllers.find((each) => !at.force.includes(each));
  if (owner === undefined) return;
  throw new KeyturnError(
    'not-deliverable',
    `${wordsFor(at)} is made by ${owner}, which would put its own value back`,
    {
      hint: [
        'deliver to the source that it is made from; if it leaves the keys alone, say so:',
        forcing(at, owner, user),
      ],
    },
  );
}

/** A conflict of field managers, told before a key is made. */
function refuseOwners(object: SecretObject, at: SecretAt, user: string): void {
  const owner = othersAt(object, at).find(({ manager }) => !isGivenUp(manager, at));
  if (owner === undefined) return;
  const { manager } = owner;
  throw new KeyturnError(
    'not-deliverable',
    `${JSON.stringify(manager)} owns ${keysOf(owner, at)} of ${wordsFor(at)}, ${nextOf(manager)} would put its own value back or fail, and force does not name it`,
    {
      hint: [
        'take the keys out of what it applies, or deliver to the source that it takes them from; to write over them all the same:',
        forcing(at, manager, user),
      ],
    },
  );
}

/** Whether the API is told to take the keys over from others; each of them was looked at. */
export function needsForce(object: SecretObject, at: SecretAt): boolean {
  return othersAt(object, at).length > 0;
}

function isGivenUp(manager: string, { force }: SecretAt): boolean {
  return HANDS.includes(manager) || force.includes(manager);
}

function keysOf({ keys }: FieldOwner, { pair }: SecretAt): string {
  return namesOf(pair)
    .filter((key) => keys.includes(key))
    .join(' and ');
}

function nextOf(manager: string): string {
  return OWNERS.find(([name]) => name.test(manager))?.[1] ?? 'whose next write';
}

function forcing(at: SecretAt, whom: string, user: string) {
  const force = [...at.force, whom];
  return deliveringTo(`${KUBERNETES}=${asked({ ...at, force }, user)}`);
}

function asked(at: SecretAt, user: string): string {
  const place = placeOfSecret(at);
  return secretAskedAs(place, user)?.template ?? place;
}
