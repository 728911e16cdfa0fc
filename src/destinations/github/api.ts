// What is asked of GitHub's REST API about secrets and variables, by its own description (version 2022-11-28):
// the same calls for every store, below another path.

import { z } from 'zod';
import { KeyturnError } from '../../base/errors.ts';
import { type HttpAnswer, type HttpCall, pathOf } from '../../http/service.ts';
import type { SendCall } from '../service-place.ts';
import type { GithubPlace, Store } from './place.ts';

/** What GitHub tells of a secret: everything but its value. */
export interface SecretFacts {
  /** As GitHub writes it, to the second. */
  readonly updatedAt: string;
  /** Only of an organization's. */
  readonly visibility: Visibility | undefined;
}

export type Visibility = 'all' | 'private' | 'selected';

/** Who reads a secret of an organization: kept as it was, because a write without it changes it. */
export interface Audience {
  readonly visibility: Visibility;
  /** Undefined where not single repositories are chosen. */
  readonly repositories: readonly number[] | undefined;
}

export interface PublicKey {
  readonly id: string;
  /** In base64. */
  readonly key: string;
}

export interface SealedValue {
  readonly keyId: string;
  readonly box: string;
  /** Undefined outside of organizations. */
  readonly audience: Audience | undefined;
}

export interface VariableFacts {
  readonly value: string;
  /** Only of an organization's. */
  readonly visibility: Visibility | undefined;
}

/** What an organization shares with repositories. */
export interface Shared {
  readonly kind: 'secret' | 'variable';
  readonly name: string;
}

/** Below `…/secrets` and `…/variables` of one store. */
export interface GithubPaths {
  readonly secrets: string;
  readonly variables: string;
}

export function pathsFor(
  { owner, repo, environment }: GithubPlace,
  { service }: Store,
): GithubPaths {
  const owned = repo === undefined ? pathOf`orgs/${owner}` : pathOf`repos/${owner}/${repo}`;
  const below =
    environment === undefined
      ? `${owned}/${service}`
      : owned + pathOf`/environments/${environment}`;
  return { secrets: `${below}/secrets`, variables: `${below}/variables` };
}

const VISIBILITY = z.enum(['all', 'private', 'selected']).optional();
const SECRET = z.object({ updated_at: z.string().min(1), visibility: VISIBILITY });
const VARIABLE = z.object({ value: z.string(), visibility: VISIBILITY });
// GHES up to 3.x gives a number as the ID of some keys.
const PUBLIC_KEY = z.object({ key_id: z.coerce.string().min(1), key: z.string().min(1) });
const COUNT = z.object({ total_count: z.number() });
const SECRET_NAMES = z.object({ secrets: z.array(z.object({ name: z.string() })) });
const NAMED_VARIABLE = z.object({ name: z.string(), value: z.string() });
const VARIABLES = z.object({ variables: z.array(NAMED_VARIABLE) });
type NamedVariable = z.infer<typeof NAMED_VARIABLE>;
const REPOSITORIES = z.object({ repositories: z.array(z.object({ id: z.number() })) });
const REPOSITORY = z.object({
  archived: z.boolean().optional(),
  permissions: z.object({ admin: z.boolean().optional(), push: z.boolean().optional() }).optional(),
});
export type RepositoryFacts = z.infer<typeof REPOSITORY>;

/** Repositories a page, which is GitHub's most. */
const PER_PAGE = 100;
/** Of an organization with more than this many chosen repositories nothing is written. */
const PAGES_MAX = 100;

/** Of secrets and variables in one store. Throws HttpFailure, and undefined means that there is none. */
export class GithubApi {
  readonly #send: SendCall;
  readonly #paths: GithubPaths;

  constructor(send: SendCall, paths: GithubPaths) {
    this.#send = send;
    this.#paths = paths;
  }

  async secret(name: string): Promise<SecretFacts | undefined> {
    const found = await this.#find({ method: 'GET', path: this.#secret(name) });
    if (found === undefined) return undefined;
    const { updated_at: updatedAt, visibility } = parsed(SECRET, found);
    return { updatedAt, visibility };
  }

  /** The names of all secrets, over all pages. */
  async secretNames(): Promise<string[]> {
    const pages = this.#pages(this.#paths.secrets, SECRET_NAMES);
    const names: string[] = [];
    for await (const { secrets } of pages) names.push(...secrets.map(({ name }) => name));
    return names;
  }

  /** All variables, over all pages. */
  async variables(): Promise<NamedVariable[]> {
    const pages = this.#pages(this.#paths.variables, VARIABLES);
    const found: NamedVariable[] = [];
    for await (const { variables } of pages) found.push(...variables);
    return found;
  }

  async *#pages<T>(path: string, schema: z.ZodType<T>): AsyncGenerator<T> {
    let count = 0;
    for (let page = 1; page <= PAGES_MAX; page += 1) {
      const query = { per_page: PER_PAGE, page };
      const answer = await this.#send({ method: 'GET', path, query });
      const { total_count: total } = parsed(COUNT, answer);
      count += PER_PAGE;
      yield parsed(schema, answer);
      if (count >= total) return;
    }
  }

  async variable(name: string): Promise<VariableFacts | undefined> {
    const found = await this.#find({ method: 'GET', path: this.#variable(name) });
    if (found === undefined) return undefined;
    const { value, visibility } = parsed(VARIABLE, found);
    return { value, visibility };
  }

  /** The answer with it, because its headers tell what the token may do. */
  async publicKey(): Promise<PublicKey & { readonly answer: HttpAnswer }> {
    const call = { method: 'GET', path: `${this.#paths.secrets}/public-key` } as const;
    const answer = await this.#send(call);
    const { key_id: id, key } = parsed(PUBLIC_KEY, answer);
    return { id, key, answer };
  }

  /** Undefined when the repository does not exist for this token. */
  async repository(owner: string, repo: string): Promise<RepositoryFacts | undefined> {
    const found = await this.#find({ method: 'GET', path: pathOf`repos/${owner}/${repo}` });
    return found && parsed(REPOSITORY, found);
  }

  /** Whether the repository has a secret, or a variable, of that name; undefined where nobody tells. */
  async isOfRepository(owner: string, repo: string, { kind, name }: Shared) {
    const path = `${pathOf`repos/${owner}/${repo}`}/actions/${kind}s${pathOf`/${name}`}`;
    const answer = await this.#send({ method: 'GET', path, accepts: [404] }).catch(() => undefined);
    return answer && answer.status !== 404;
  }

  /** Whether an organization's secret of that name reaches the repository; undefined where nobody tells. */
  async isSharedByOrganization(owner: string, repo: string, name: string) {
    const path = `${pathOf`repos/${owner}/${repo}`}/actions/organization-secrets`;
    const query = { per_page: PER_PAGE };
    const found = await this.#find({ method: 'GET', path, query }).catch(() => undefined);
    const names = z.object({ secrets: z.array(z.object({ name: z.string() })) });
    const told = names.safeParse(found?.json());
    return told.success
      ? told.data.secrets.some((each) => each.name.toUpperCase() === name)
      : undefined;
  }

  /** The IDs of the repositories that it was given to one by one, over all pages. */
  async repositoriesOf(shared: Shared): Promise<number[]> {
    const ids: number[] = [];
    for (let page = 1; page <= PAGES_MAX; page += 1) {
      const query = { per_page: PER_PAGE, page };
      const path = `${this.#pathOf(shared)}/repositories`;
      const answer = await this.#send({ method: 'GET', path, query });
      const { repositories } = parsed(REPOSITORIES, answer);
      ids.push(...repositories.map(({ id }) => id));
      if (repositories.length < PER_PAGE) return ids;
    }
    throw new KeyturnError(
      'not-deliverable',
      `${shared.name} is given to more than ${PAGES_MAX * PER_PAGE} repositories, one by one`,
      { hint: 'give it to all or to all private repositories of the organization' },
    );
  }

  async giveTo(shared: Shared, repository: number): Promise<void> {
    const path = `${this.#pathOf(shared)}/repositories/${repository}`;
    await this.#send({ method: 'PUT', path, isRepeatable: true });
  }

  /** Resolves with true when the secret was made anew, because there was none any more. */
  async putSecret(name: string, { keyId, box, audience }: SealedValue): Promise<boolean> {
    const { status } = await this.#send({
      method: 'PUT',
      path: this.#secret(name),
      body: { encrypted_value: box, key_id: keyId, ...(audience && bodyOf(audience)) },
      isRepeatable: true,
    });
    // Something in between may answer for GitHub, and then nothing was written.
    if (status !== 201 && status !== 204) throw notGithub();
    return status === 201;
  }

  async setVariable(name: string, value: string, audience: Audience | undefined): Promise<void> {
    const body = { name, value, ...(audience && bodyOf(audience)) };
    await this.#send({ method: 'PATCH', path: this.#variable(name), body, isRepeatable: true });
  }

  /** Nothing is said of one that somebody else has made meanwhile. */
  async createVariable(name: string, value: string, audience: Audience | undefined): Promise<void> {
    const body = { name, value, ...(audience && bodyOf(audience)) };
    const path = this.#paths.variables;
    await this.#send({ method: 'POST', path, body, accepts: [409] });
  }

  #pathOf({ kind, name }: Shared): string {
    return kind === 'secret' ? this.#secret(name) : this.#variable(name);
  }

  #secret(name: string): string {
    return `${this.#paths.secrets}${pathOf`/${name}`}`;
  }

  #variable(name: string): string {
    return `${this.#paths.variables}${pathOf`/${name}`}`;
  }

  async #find(call: HttpCall): Promise<HttpAnswer | undefined> {
    const answer = await this.#send({ ...call, accepts: [404] });
    return answer.status === 404 ? undefined : answer;
  }
}

function bodyOf({ visibility, repositories }: Audience) {
  return {
    visibility,
    ...(repositories !== undefined && { selected_repository_ids: repositories }),
  };
}

/** Throws for an answer that is not one of GitHub's: some proxies answer everything with 200. */
function parsed<T>(schema: z.ZodType<T>, answer: HttpAnswer): T {
  const result = schema.safeParse(answer.json());
  if (result.success) return result.data;
  throw notGithub();
}

function notGithub(): KeyturnError {
  return new KeyturnError(
    'delivery-failed',
    'what answered is not GitHub: its answer has another form',
    {
      hint: 'check GITHUB_API_URL: of GitHub Enterprise Server it ends in /api/v3',
    },
  );
}
