// What is asked of GitLab's REST API about CI/CD variables (docs.gitlab.com/api/project_level_variables and
// group_level_variables). The scope is always named, because without it GitLab picks a variable of that name
// for itself, and never sent as a value, which would move the variable.

import { z } from 'zod';
import { KeyturnError } from '../../base/errors.ts';
import { printable } from '../../base/printable.ts';
import { Secret } from '../../base/secret.ts';
import { type HttpAnswer, type HttpCall, pathOf } from '../../http/service.ts';
import type { SendCall } from '../service-place.ts';
import type { GitlabPlace, Owners } from './place.ts';

export interface Variable {
  readonly name: string;
  /** Undefined where it is hidden: GitLab shows it to nobody. */
  readonly value: Secret | undefined;
  readonly isMasked: boolean;
  readonly description: string;
  readonly scope: string;
  /** What a write must leave as it is: protected, masked, raw, hidden, and the type. */
  readonly traits: string;
}

const VARIABLE = z.object({
  key: z.string(),
  value: z.string().nullable(),
  variable_type: z.string().optional(),
  protected: z.boolean().optional(),
  masked: z.boolean().optional(),
  hidden: z.boolean().optional(),
  raw: z.boolean().optional(),
  environment_scope: z.string().optional(),
  description: z.string().nullable().optional(),
});

const TOKEN = z.object({ scopes: z.array(z.string()) });

const PER_PAGE = 100;
const PAGES_MAX = 100;

export class GitlabApi {
  readonly #send: SendCall;
  readonly #owner: string;
  readonly #path: string;

  constructor(send: SendCall, { path }: GitlabPlace, { are }: Owners) {
    this.#send = send;
    this.#path = path;
    this.#owner = `${are}${pathOf`/${path}`}`;
  }

  /** Undefined where there is none of that name and scope, or nothing to be seen. */
  async variable(name: string, scope: string): Promise<Variable | undefined> {
    const answer = await this.#send({ ...this.#call('GET', name, scope), accepts: [404] });
    return answer.status === 404 ? undefined : variableIn(answer);
  }

  /** Whether variables of that name have several scopes. */
  async hasSeveral(name: string): Promise<boolean> {
    const path = `${this.#owner}/variables${pathOf`/${name}`}`;
    const { status } = await this.#send({ method: 'GET', path, accepts: [404, 409] });
    return status === 409;
  }

  /**
   * The nearest group above that has a variable of that name, which one here would hide; undefined where there is
   * none, as far as the token sees.
   */
  async inheritedFrom(name: string): Promise<string | undefined> {
    const parts = this.#path.split('/');
    for (let count = parts.length - 1; count > 0; count -= 1) {
      const group = parts.slice(0, count).join('/');
      const path = `groups${pathOf`/${group}`}/variables${pathOf`/${name}`}`;
      const { status } = await this.#send({ method: 'GET', path, accepts: [403, 404, 409] });
      if (status === 200 || status === 409) return group;
    }
    return undefined;
  }

  /** The scopes that variables of that name have. */
  async scopesOf(name: string): Promise<string[]> {
    const scopes: string[] = [];
    for await (const variable of this.all()) {
      if (variable.name === name) scopes.push(variable.scope);
    }
    return scopes;
  }

  /** All variables, page by page. */
  async *all(): AsyncGenerator<Variable> {
    for (let page = 1; page <= PAGES_MAX; page += 1) {
      const query = { per_page: PER_PAGE, page };
      const answer = await this.#send({ method: 'GET', path: `${this.#owner}/variables`, query });
      const all = parsed(z.array(VARIABLE), answer);
      yield* all.map(variableOf);
      if (all.length < PER_PAGE) return;
    }
  }

  /** Undefined where the token cannot be asked about: of a CI job, or of OAuth. */
  async tokenScopes(): Promise<readonly string[] | undefined> {
    const path = 'personal_access_tokens/self';
    const answer = await this.#send({ method: 'GET', path, accepts: [400, 403, 404] });
    const told = TOKEN.safeParse(answer.json());
    return told.success ? told.data.scopes : undefined;
  }

  /** What GitLab answers that the variable is now. Everything that is not sent stays. */
  async update(
    { name, scope }: Pick<Variable, 'name' | 'scope'>,
    body: { readonly value: Secret; readonly description?: string },
  ): Promise<Variable> {
    const call = { ...this.#call('PUT', name, scope), body, isRepeatable: true };
    return variableIn(await this.#send(call));
  }

  /** Nothing is said of one that somebody else has made meanwhile: it is looked at like any other. */
  async create(
    { name, scope }: Pick<Variable, 'name' | 'scope'>,
    body: { readonly value: string; readonly masked: boolean },
  ): Promise<void> {
    const path = `${this.#owner}/variables`;
    const answer = await this.#send({
      method: 'POST',
      path,
      body: { key: name, environment_scope: scope, ...body },
      accepts: [400],
    });
    if (answer.status === 400) {
      if ((await this.variable(name, scope)) === undefined) throw this.#refused(answer);
      return;
    }
    // A GitLab without the licence for scopes of groups takes the parameter and ignores it.
    const made = variableIn(answer);
    if (made.scope === scope) return;
    await this.#send({
      ...this.#call('DELETE', name, made.scope),
      isRepeatable: true,
      accepts: [404],
    });
    throw new KeyturnError(
      'not-deliverable',
      `GitLab makes ${name} for every environment, and not for ${scope}: scopes of groups are not in its licence`,
      { hint: 'it was taken away again; name the place without a scope' },
    );
  }

  #refused(answer: HttpAnswer): KeyturnError {
    const { message } = (answer.json() ?? {}) as { message?: unknown };
    return new KeyturnError(
      'not-deliverable',
      `GitLab does not make the variable: ${printable(JSON.stringify(message ?? 'no reason'))}`,
      { hint: 'make it by hand, or name another one' },
    );
  }

  #call(method: 'GET' | 'PUT' | 'DELETE', name: string, scope: string): HttpCall {
    const query = { 'filter[environment_scope]': scope };
    return { method, path: `${this.#owner}/variables${pathOf`/${name}`}`, query };
  }
}

function variableIn(answer: HttpAnswer): Variable {
  return variableOf(parsed(VARIABLE, answer));
}

function variableOf(found: z.infer<typeof VARIABLE>): Variable {
  const { key: name, masked = false, hidden = false, raw, variable_type: type } = found;
  return {
    name,
    value: hidden || found.value === null ? undefined : new Secret(found.value),
    isMasked: masked,
    description: found.description ?? '',
    scope: found.environment_scope ?? '*',
    traits: JSON.stringify([type, found.protected, masked, raw, hidden]),
  };
}

/** Throws for an answer that is not one of GitLab's: some proxies answer everything with 200. */
function parsed<T>(schema: z.ZodType<T>, answer: HttpAnswer): T {
  const result = schema.safeParse(answer.json());
  if (result.success) return result.data;
  throw new KeyturnError(
    'delivery-failed',
    'what answered is not GitLab: its answer has another form',
    { hint: 'check GITLAB_HOST, or CI_API_V4_URL, which ends in /api/v4' },
  );
}
