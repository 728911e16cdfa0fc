// A look at the secrets before they are written, by reads alone (I14): are they there, may the token see and
// write them, who reads them. Whose key they hold nobody can see, unless the ID is in a variable.

import type { Clock } from '../../base/clock.ts';
import { KeyturnError } from '../../base/errors.ts';
import { looksLikeKeyId } from '../../base/key-id-text.ts';
import { HttpFailure } from '../../http/failure.ts';
import type { Form } from '../forms/form.ts';
import { type Pair, type ReplacedKey, refuseForeignKey } from '../look.ts';
import { looksLikeSecret } from '../stray-fields.ts';
import type { Audience, GithubApi, PublicKey, SecretFacts, Shared, Visibility } from './api.ts';
import type { GithubPlace, Store } from './place.ts';
import {
  archived,
  hidesRepository,
  missing,
  missingVariable,
  scopeMissing,
  unseen,
  withPermissions,
  wordsFor,
} from './refusals.ts';

export interface GithubParts {
  readonly at: GithubPlace;
  readonly store: Store;
  readonly api: GithubApi;
  readonly clock: Clock;
  readonly replaced: ReplacedKey;
  readonly form: Form | undefined;
  /** Whether what does not exist is made before the key is. */
  readonly makesMissing: boolean;
}

export interface SeenSecret extends SecretFacts {
  readonly name: string;
  /** Undefined outside of organizations. */
  readonly audience: Audience | undefined;
}

export interface Seen {
  /** In the order of the place: the ID's, where it is a secret, and the secret's. */
  readonly secrets: readonly SeenSecret[];
  /** Where the key ID is in one. */
  readonly variable: Omit<SeenSecret, keyof SecretFacts> | undefined;
  readonly publicKey: PublicKey;
  /** When GitHub answered, by its own clock; undefined where it did not say. */
  readonly seenAt: Date | undefined;
}

/** Throws `not-deliverable`, and HttpFailure where GitHub did not answer. */
export async function look(parts: GithubParts, pair: Pair): Promise<Seen> {
  const { at, store } = parts;
  try {
    return await lookAt(parts, pair);
  } catch (thrown) {
    if (thrown instanceof HttpFailure && thrown.status === 404) throw unseen(at, store);
    throw withPermissions(thrown, at, store);
  }
}

async function lookAt(parts: GithubParts, pair: Pair): Promise<Seen> {
  const { at, store, api } = parts;
  const { answer, ...publicKey } = await api.publicKey();
  const unscoped = scopeMissing(answer.header('x-oauth-scopes'), at, store);
  if (unscoped !== undefined) throw unscoped;
  await lookAtRepository(parts);
  const secrets = await Promise.all(secretNames(at).map((name) => seenSecret(parts, name)));
  const variable =
    at.pair.form === 'variable' ? await seenVariable(parts, at.pair.id, pair) : undefined;
  const date = Date.parse(answer.header('date') ?? '');
  return { secrets, variable, publicKey, seenAt: Number.isNaN(date) ? undefined : new Date(date) };
}

export function secretNames({ pair }: GithubPlace): readonly string[] {
  return pair.form === 'secrets' ? [pair.id, pair.secret] : [pair.secret];
}

/** A token that sees only the secrets is not shown the repository, and needs no more. */
async function lookAtRepository({ at, api }: GithubParts): Promise<void> {
  if (at.repo === undefined) return;
  const found = await api.repository(at.owner, at.repo).catch(() => undefined);
  if (found?.archived === true) throw archived(at);
}

/** Long before anything that is written now. */
const NEVER = '1970-01-01T00:00:00Z';

/** Nobody reads what is made for an organization until somebody says which repositories do. */
export function audienceOfNew({ isOfOrganization }: Store): Audience | undefined {
  return isOfOrganization ? { visibility: 'selected', repositories: [] } : undefined;
}

async function seenSecret(parts: GithubParts, name: string): Promise<SeenSecret> {
  const { at, store, api, makesMissing } = parts;
  const facts = await api.secret(name);
  if (facts === undefined) {
    const { owner, repo, environment } = at;
    const asks = store.service === 'actions' && repo !== undefined && environment === undefined;
    const isShared = asks && (await api.isSharedByOrganization(owner, repo, name)) === true;
    // It would hide the one of the organization from whoever reads that.
    if (!makesMissing || isShared) throw missing(name, at, { store, isShared });
    await refuseHiding({ kind: 'secret', name }, parts);
    const audience = audienceOfNew(store);
    return { name, updatedAt: NEVER, visibility: audience?.visibility, audience };
  }
  const audience = await audienceOf(api, { kind: 'secret', name }, facts.visibility);
  return { ...facts, name, audience };
}

/** What is made in an environment hides what its jobs read in the repository now. */
async function refuseHiding(shared: Shared, { at, store, api }: GithubParts): Promise<void> {
  const { owner, repo, environment } = at;
  if (repo === undefined || environment === undefined) return;
  if ((await api.isOfRepository(owner, repo, shared)) !== true) return;
  throw hidesRepository(shared, at, store);
}

/** Whoever reads it is to read it still: a write says that anew. */
async function audienceOf(
  api: GithubApi,
  shared: Shared,
  visibility: Visibility | undefined,
): Promise<Audience | undefined> {
  if (visibility === undefined) return undefined;
  const repositories = visibility === 'selected' ? await api.repositoriesOf(shared) : undefined;
  return { visibility, repositories };
}

async function seenVariable(parts: GithubParts, name: string, pair: Pair) {
  const { at, store, api, replaced, makesMissing } = parts;
  const found = await api.variable(name);
  if (found === undefined && makesMissing) {
    await refuseHiding({ kind: 'variable', name }, parts);
    return { name, audience: audienceOfNew(store) };
  }
  if (found === undefined) throw missingVariable(name, at, store);
  const where = `the variable ${name} of ${at.owner}${at.repo === undefined ? '' : `/${at.repo}`}`;
  const value = found.value.trim();
  await refuseForeignKey(value, where, { pair, replaced });
  if (looksLikeKeyId(value) || value.length <= PLACEHOLDER_LENGTH_MAX) {
    return { name, audience: await audienceOf(api, { kind: 'variable', name }, found.visibility) };
  }
  const what = looksLikeSecret(value)
    ? 'what looks like a secret, for everybody to read'
    : 'no key ID';
  throw new KeyturnError('not-deliverable', `${where} on GitHub holds ${what}`, {
    hint: `check the name; a variable that is to hold the key ID beside ${wordsFor(at, store)} holds one already, or a short placeholder`,
  });
}

/** Longer than the words that people put there, and shorter than anything that is meant. */
const PLACEHOLDER_LENGTH_MAX = 15;
