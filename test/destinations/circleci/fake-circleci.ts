// A CircleCI for tests: variables of projects and contexts. Each check says where it is from; R is the reference
// of API v2 (circleci.com/docs/api/v2, and its openapi-final.json in CircleCI's documentation), L the
// official client (github.com/CircleCI-Public/circleci-cli, internal/apiclient). Pages have one item each.

import type { Clock } from '../../../src/base/clock.ts';
import {
  type Ending,
  type JsonAnswer,
  type JsonFault,
  type JsonRequest,
  type JsonService,
  serveJson,
} from '../json-server.ts';

interface Stored {
  value: string;
  createdAt: string;
  updatedAt: string;
}

export const TOKEN = 'CCIPAT_testtesttesttesttest';
export const CONTEXT_ID = '0407a4cd-7d9d-4359-a2ad-0a7c67c0ba96';

const NOT_FOUND = { status: 404, body: { message: 'Not found' } };

export class FakeCircle implements JsonService {
  /** By the slug of a project or the ID of a context, and the name. */
  readonly variables = new Map<string, Map<string, Stored>>();
  /** By the slug of their organization. */
  readonly contexts = new Map<string, { readonly id: string; readonly name: string }[]>();
  readonly requests: JsonRequest[] = [];
  readonly clock: Clock;
  fault: JsonFault | undefined;
  url = '';

  constructor(clock: Clock) {
    this.clock = clock;
  }

  put(holder: string, name: string, value: string): void {
    const all = this.variables.get(holder) ?? new Map<string, Stored>();
    const now = this.clock.now().toISOString();
    // Whether a second POST moves the time of a project's variable is not documented: here it does not.
    all.set(name, { value, createdAt: all.get(name)?.createdAt ?? now, updatedAt: now });
    this.variables.set(holder, all);
  }

  /** What a job is given. */
  value(holder: string, name: string): string | undefined {
    return this.variables.get(holder)?.get(name)?.value;
  }

  answer(request: JsonRequest): JsonAnswer {
    const { headers } = request;
    const path = decodeURIComponent(request.path);
    // R Authentication: Circle-Token, or the token in other places, which we do not use.
    if (headers['circle-token'] !== TOKEN) {
      return { status: 401, body: { message: 'You must log in first.' } };
    }
    if (path === 'context') return this.#listContexts(request);
    const [, context, name] =
      /^context\/([^/]+)\/environment-variable(?:\/(.+))?$/.exec(path) ?? [];
    if (context !== undefined) return this.#ofContext(context, name, request);
    const [, slug, envvar] = /^project\/([^/]+\/[^/]+\/[^/]+)\/envvar(?:\/(.+))?$/.exec(path) ?? [];
    if (slug !== undefined) return this.#ofProject(slug, envvar, request);
    return NOT_FOUND;
  }

  /** L context.go ListContexts: owner-slug, items, next_page_token, page-token. */
  #listContexts({ query }: JsonRequest): JsonAnswer {
    const all = this.contexts.get(query.get('owner-slug') ?? '') ?? [];
    return paged(
      all.map((each) => ({ ...each, created_at: '2024-01-01T00:00:00Z' })),
      query,
    );
  }

  #ofContext(id: string, name: string | undefined, { method, query, body }: JsonRequest) {
    const all = this.variables.get(id);
    if (all === undefined) return NOT_FOUND;
    // L context.go ContextEnvVar: variable, truncated_value, created_at, updated_at, context_id.
    const shown = (each: string) => {
      const stored = all.get(each);
      return {
        variable: each,
        truncated_value: masked(stored?.value ?? ''),
        created_at: stored?.createdAt,
        updated_at: stored?.updatedAt,
        context_id: id,
      };
    };
    if (method === 'GET' && name === undefined) return paged([...all.keys()].map(shown), query);
    // R addEnvironmentVariableToContext: PUT with value, adds or updates, 200. There is no GET of one.
    if (method !== 'PUT' || name === undefined) return NOT_FOUND;
    if (typeof body.value !== 'string') return { status: 400, body: { message: 'value' } };
    // D contexts, limits: values up to 32k characters.
    if (body.value.length > 32_768) return { status: 400, body: { message: 'too long' } };
    this.put(id, name, body.value);
    return { status: 200, body: shown(name) };
  }

  #ofProject(slug: string, name: string | undefined, { method, body, query }: JsonRequest) {
    const all = this.variables.get(slug);
    if (all === undefined) return NOT_FOUND;
    const shown = (each: string) => ({
      name: each,
      value: masked(all.get(each)?.value ?? ''),
      'created-at': all.get(each)?.createdAt,
    });
    // R getEnvVar: the masked value.
    if (method === 'GET' && name !== undefined) {
      return all.has(name) ? { status: 200, body: shown(name) } : NOT_FOUND;
    }
    // R listEnvVars: items with masked values, page by page.
    if (method === 'GET') return paged([...all.keys()].map(shown), query);
    // R createEnvVar: POST of name and value, 201 with the masked value; there is neither PUT nor PATCH.
    // L project.go SetEnvVar: the same POST creates or updates.
    if (method !== 'POST' || name !== undefined) return NOT_FOUND;
    const { name: given, value } = body;
    if (typeof given !== 'string' || typeof value !== 'string') {
      return { status: 400, body: { message: 'name and value' } };
    }
    this.put(slug, given, value);
    return { status: 201, body: shown(given) };
  }
}

/** R listEnvVars: "four 'x' characters plus the last four ASCII characters of the value". */
function masked(value: string): string {
  return `xxxx${value.length > 4 ? value.slice(-4) : ''}`;
}

function paged(items: readonly object[], query: URLSearchParams): JsonAnswer {
  const index = Number(query.get('page-token') ?? 0);
  const next = index + 1 < items.length ? String(index + 1) : null;
  return { status: 200, body: { items: items.slice(index, index + 1), next_page_token: next } };
}

export function startCircle(test: Ending, clock: Clock): Promise<FakeCircle> {
  return serveJson(test, new FakeCircle(clock), { base: '/api/v2' });
}
