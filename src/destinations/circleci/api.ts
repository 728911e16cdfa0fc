// What is asked of CircleCI's API v2 (circleci.com/docs/api/v2). Values come back as four x and their last four
// characters. These are content, so they are compared here and told nowhere.

import { z } from 'zod';
import { KeyturnError } from '../../base/errors.ts';
import { Secret } from '../../base/secret.ts';
import { type HttpAnswer, type HttpCall, pathOf } from '../../http/service.ts';
import type { SendCall } from '../service-place.ts';
import { type CirclePlace, type Holders, holderOf } from './place.ts';

export interface Variable {
  readonly name: string;
  /** The last characters of the value; undefined where CircleCI does not show them. */
  readonly tail: Secret | undefined;
  /** When it was last written, of a context; when it was made, of a project. */
  readonly stamp: string;
}

const PAGE = { next_page_token: z.string().nullish() };
const CONTEXTS = z.object({
  items: z.array(z.object({ id: z.string(), name: z.string() })),
  ...PAGE,
});
const CONTEXT_VARIABLE = z.object({
  variable: z.string(),
  truncated_value: z.string().nullish(),
  created_at: z.string().optional(),
  updated_at: z.string().optional(),
});
const CONTEXT_VARIABLES = z.object({ items: z.array(CONTEXT_VARIABLE), ...PAGE });
// Its name of the time differs between the reference and the official client.
const PROJECT_VARIABLE = z.object({
  name: z.string(),
  value: z.string(),
  'created-at': z.string().nullish(),
  created_at: z.string().nullish(),
});

const PROJECT_VARIABLES = z.object({ items: z.array(PROJECT_VARIABLE), ...PAGE });

const PAGES_MAX = 100;
const TAIL_LENGTH = 4;

export class CircleApi {
  readonly #send: SendCall;
  readonly #at: CirclePlace;
  readonly #are: Holders['are'];
  #contextId: Promise<string> | undefined;

  constructor(send: SendCall, at: CirclePlace, { are }: Holders) {
    this.#send = send;
    this.#at = at;
    this.#are = are;
  }

  /** In the order of the names; undefined for each that is not there. */
  async variables(names: readonly string[]): Promise<(Variable | undefined)[]> {
    if (this.#are === 'projects')
      return await Promise.all(names.map((name) => this.#ofProject(name)));
    const all = await this.#ofContext();
    return names.map((name) => all.find((each) => each.name === name));
  }

  /** The names of all variables. */
  async names(): Promise<string[]> {
    if (this.#are === 'contexts') return (await this.#ofContext()).map(({ name }) => name);
    const items = await this.#pages(PROJECT_VARIABLES, `${this.#project()}/envvar`, {});
    return items.map(({ name }) => name);
  }

  /** Makes the variable, or gives it the value: neither way there is a moment without it. */
  async write(name: string, value: Secret): Promise<void> {
    const call: HttpCall =
      this.#are === 'projects'
        ? { method: 'POST', path: `${this.#project()}/envvar`, body: { name, value } }
        : {
            method: 'PUT',
            path: `${await this.#variablesPath()}${pathOf`/${name}`}`,
            body: { value },
          };
    const answer = await this.#send({ ...call, isRepeatable: true });
    if (this.#are === 'projects') parsed(PROJECT_VARIABLE, answer);
    else parsed(CONTEXT_VARIABLE, answer);
  }

  async #ofProject(name: string): Promise<Variable | undefined> {
    const path = `${this.#project()}/envvar${pathOf`/${name}`}`;
    const answer = await this.#send({ method: 'GET', path, accepts: [404] });
    if (answer.status === 404) return undefined;
    const { value, created_at: created, 'created-at': made } = parsed(PROJECT_VARIABLE, answer);
    return { name, tail: tailIn(value), stamp: made ?? created ?? '' };
  }

  async #ofContext(): Promise<Variable[]> {
    const path = await this.#variablesPath();
    const items = await this.#pages(CONTEXT_VARIABLES, path, {});
    return items.map(({ variable, truncated_value: masked, updated_at: at, created_at: made }) => ({
      name: variable,
      tail: tailIn(masked ?? ''),
      stamp: at ?? made ?? '',
    }));
  }

  #project(): string {
    const [vcs = '', owner = ''] = this.#at.organization.split('/');
    return pathOf`project/${vcs}/${owner}/${this.#at.name}`;
  }

  async #variablesPath(): Promise<string> {
    this.#contextId ??= this.#findContext();
    this.#contextId.catch(() => {
      this.#contextId = undefined;
    });
    return `${pathOf`context/${await this.#contextId}`}/environment-variable`;
  }

  /** Names of contexts are unique in an organization. */
  async #findContext(): Promise<string> {
    const { organization, name } = this.#at;
    if (organization === '') return name;
    const all = await this.#pages(CONTEXTS, 'context', { 'owner-slug': organization });
    const found = all.find((each) => each.name === name);
    if (found !== undefined) return found.id;
    throw new KeyturnError(
      'not-deliverable',
      `there is no context ${holderOf(this.#at)} on CircleCI`,
      {
        hint: 'check the name, and that the owner of the token is a member of the organization',
      },
    );
  }

  async #pages<Item>(
    schema: z.ZodType<{ items: Item[]; next_page_token?: string | null | undefined }>,
    path: string,
    query: Readonly<Record<string, string>>,
  ): Promise<Item[]> {
    const items: Item[] = [];
    let token: string | undefined;
    for (let page = 1; page <= PAGES_MAX; page += 1) {
      const answer = await this.#send({
        method: 'GET',
        path,
        query: { ...query, 'page-token': token },
      });
      const told = parsed(schema, answer);
      items.push(...told.items);
      token = told.next_page_token ?? undefined;
      if (token === undefined) return items;
    }
    return items;
  }
}

/** Behind the x that stand for what is hidden; of a short value nothing is shown. */
function tailIn(masked: string): Secret | undefined {
  const shown = masked.replace(/^x{4}/, '');
  return shown.length === TAIL_LENGTH ? new Secret(shown) : undefined;
}

/** What CircleCI would show of the value. */
export function tailOf(value: string): string {
  return value.slice(-TAIL_LENGTH);
}

/** Throws for an answer that is not one of CircleCI's: some proxies answer everything with 200. */
function parsed<T>(schema: z.ZodType<T>, answer: HttpAnswer): T {
  const result = schema.safeParse(answer.json());
  if (result.success) return result.data;
  throw new KeyturnError(
    'delivery-failed',
    'what answered is not CircleCI: its answer has another form',
    {
      hint: 'check CIRCLECI_HOST: it is scheme and host alone',
    },
  );
}
