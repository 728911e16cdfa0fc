// A GitLab for tests: CI/CD variables of projects and groups. Each check says where it is from; D is GitLab's
// documentation (docs.gitlab.com), C its code (gitlab.com/gitlab-org/gitlab, read at 17.x to 18.x). It shares no code
// with what it checks, and python-gitlab speaks to it as well (python-gitlab.test.ts).

import {
  type Ending,
  type JsonAnswer,
  type JsonFault,
  type JsonRequest,
  type JsonService,
  serveJson,
} from '../json-server.ts';

export interface StoredVariable {
  key: string;
  value: string;
  variable_type: 'env_var' | 'file';
  protected: boolean;
  masked: boolean;
  hidden: boolean;
  raw: boolean;
  environment_scope: string;
  description: string | null;
}

export const TOKEN = 'glpat-testtesttesttest';

const NOT_FOUND = (what: string) => ({ status: 404, body: { message: `404 ${what} Not Found` } });

export class FakeGitlab implements JsonService {
  /** By `projects` or `groups` and the path, such as "projects acme/app". */
  readonly owners = new Map<string, StoredVariable[]>();
  readonly requests: JsonRequest[] = [];
  scopes: readonly string[] = ['api'];
  fault: JsonFault | undefined;
  url = '';

  put(owner: string, variable: Partial<StoredVariable> & { key: string; value: string }): void {
    const all = this.owners.get(owner) ?? [];
    const scope = variable.environment_scope ?? '*';
    const others = all.filter(
      ({ key, environment_scope: other }) => key !== variable.key || other !== scope,
    );
    const stored: StoredVariable = {
      variable_type: 'env_var',
      protected: false,
      masked: false,
      hidden: false,
      raw: false,
      environment_scope: '*',
      description: null,
      ...variable,
    };
    this.owners.set(owner, [...others, stored]);
  }

  /** What a job is given. */
  value(owner: string, key: string, scope = '*'): string | undefined {
    return this.owners
      .get(owner)
      ?.find((each) => each.key === key && each.environment_scope === scope)?.value;
  }

  answer(request: JsonRequest): JsonAnswer {
    const { method, path, headers } = request;
    const bearer = headers.authorization?.replace('Bearer ', '');
    // D api/rest/authentication: PRIVATE-TOKEN or Authorization, else 401.
    if ((headers['private-token'] ?? bearer) !== TOKEN) {
      return { status: 401, body: { message: '401 Unauthorized' } };
    }
    // D api/personal_access_tokens, "Self-inform".
    if (path === 'personal_access_tokens/self') {
      return { status: 200, body: { id: 1, active: true, scopes: this.scopes } };
    }
    // D auth/tokens: read_api reads only; the body is that of api/rest/troubleshooting.
    if (method !== 'GET' && !this.scopes.includes('api')) {
      return { status: 403, body: { error: 'insufficient_scope', scope: 'api' } };
    }
    const [, are = '', owner = '', key] =
      /^(projects|groups)\/([^/]+)\/variables(?:\/([^/]+))?$/.exec(path) ?? [];
    // D api/rest, "Namespaced paths": the path is one part, encoded.
    const name = `${are} ${decodeURIComponent(owner)}`;
    const all = this.owners.get(name);
    if (all === undefined) return NOT_FOUND(are === 'groups' ? 'Group' : 'Project');
    if (key === undefined)
      return method === 'POST' ? this.#create(name, request) : listed(all, request);
    return this.#one(are, all, { ...request, key: decodeURIComponent(key) });
  }

  #one(
    are: string,
    all: StoredVariable[],
    { method, query, body, key }: JsonRequest & { readonly key: string },
  ): JsonAnswer {
    const scope = query.get('filter[environment_scope]');
    const found = all.filter(
      (each) => each.key === key && (scope === null || each.environment_scope === scope),
    );
    const isUnfilteredGroupPut = are === 'groups' && method === 'PUT' && scope === null;
    // C lib/api/helpers/variables_helpers.rb#find_variable; of a group PUT without a filter
    // lib/api/group_variables.rb says that some variable is updated.
    if (found.length > 1 && !isUnfilteredGroupPut) {
      const message =
        "409 Conflict - There are multiple variables with provided parameters. Please use 'filter[environment_scope]'";
      return { status: 409, body: { message } };
    }
    const [variable] = found;
    if (variable === undefined) return NOT_FOUND(are === 'groups' ? 'GroupVariable' : 'Variable');
    if (method === 'GET') return { status: 200, body: shown(variable) };
    if (method === 'DELETE') {
      all.splice(all.indexOf(variable), 1);
      return { status: 204 };
    }
    // C declared_params(include_missing: false): what is not sent stays.
    const next = { ...variable, ...sent(body) };
    const fault = faultIn(next, variable);
    if (fault !== undefined) return { status: 400, body: { message: fault } };
    Object.assign(variable, next);
    return { status: 200, body: shown(variable) };
  }

  #create(owner: string, { body }: JsonRequest): JsonAnswer {
    const { key, value, environment_scope: scope = '*' } = sent(body);
    if (key === undefined || value === undefined) {
      return { status: 400, body: { error: 'key is missing, value is missing' } };
    }
    // D api/project_level_variables, "Create a variable".
    if (this.value(owner, key, scope) !== undefined) {
      return { status: 400, body: { message: { key: [`(${key}) has already been taken`] } } };
    }
    const isHidden = body.masked_and_hidden === true;
    const more = isHidden ? { masked: true, hidden: true } : {};
    this.put(owner, { ...sent(body), key, value, ...more });
    const made = this.owners.get(owner)?.at(-1);
    return { status: 201, body: made && shown(made) };
  }
}

/** C lib/api/ci/variables.rb: the parameters that are declared. */
function sent(body: Record<string, unknown>): Partial<StoredVariable> {
  const names = [
    'key',
    'value',
    'variable_type',
    'protected',
    'masked',
    'raw',
    'environment_scope',
    'description',
  ];
  return Object.fromEntries(Object.entries(body).filter(([name]) => names.includes(name)));
}

function faultIn(next: StoredVariable, before: StoredVariable): unknown {
  // C app/models/concerns/ci/maskable.rb
  if (next.masked && !/^[a-zA-Z0-9_+=/@:.~-]{8,}$/.test(next.value))
    return { value: ['is invalid'] };
  // C app/models/concerns/ci/hidable_variable.rb
  if (before.hidden && next.masked !== before.masked) {
    return { base: ['Updating masked attribute is not allowed on updates for hidden variables.'] };
  }
  // D api/group_level_variables: at most 255 characters.
  if ((next.description ?? '').length > 255) return { description: ['is too long'] };
  return undefined;
}

/** C lib/api/entities/ci/variable.rb: a hidden value is null, and there are no times. */
function shown(variable: StoredVariable): object {
  return { ...variable, value: variable.hidden ? null : variable.value };
}

/** D api/rest, "Offset-based pagination". */
function listed(all: readonly StoredVariable[], { query }: JsonRequest): JsonAnswer {
  const perPage = Number(query.get('per_page') ?? 20);
  const page = Number(query.get('page') ?? 1);
  const body = all.slice((page - 1) * perPage, page * perPage).map(shown);
  const next = page * perPage < all.length ? String(page + 1) : '';
  return { status: 200, body, headers: { 'x-next-page': next, 'x-page': String(page) } };
}

export function startGitlab(test: Ending): Promise<FakeGitlab> {
  return serveJson(test, new FakeGitlab(), { base: '/api/v4' });
}
