// A GitHub for tests: secrets and variables as its REST reference describes them, with the traits that cost
// others their secrets. It shares no code with what it checks, and opens boxes with libsodium.
//
// Where its behaviour is from:
//   statuses, fields, required fields    GitHub's OpenAPI description, version 2022-11-28
//   404 for what a token may not see     docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api
//   names in capitals, GITHUB_ refused   docs.github.com/actions/reference/security/secrets#naming-your-secrets
//   a list left out is an empty one      github.com/external-secrets/external-secrets issue 6514
//   422 for a key_id that is not current github.com/github/rest-api-description issue 419
//   403 with retry-after, 429            docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api

import sodium from 'libsodium-wrappers';
import type { Clock } from '../../../src/base/clock.ts';
import {
  type Ending,
  type JsonAnswer,
  type JsonFault,
  type JsonRequest,
  type JsonService,
  serveJson,
} from '../json-server.ts';

export interface StoredSecret {
  value: string;
  createdAt: string;
  updatedAt: string;
  visibility?: string;
  repositories?: number[];
}

export type StoredVariable = Omit<StoredSecret, 'createdAt'>;

interface KeyPair {
  readonly id: string;
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
}

export const TOKEN = 'ghp_testtesttesttesttesttesttesttest0000';

export class FakeGithub implements JsonService {
  /** By the path of their store, such as repos/acme/app/actions, and their name. */
  readonly secrets = new Map<string, StoredSecret>();
  readonly variables = new Map<string, StoredVariable>();
  readonly repositories = new Map<string, Record<string, unknown>>();
  readonly requests: JsonRequest[] = [];
  readonly tokens = new Set([TOKEN]);
  scopes: string | undefined;
  fault: JsonFault | undefined;
  url = '';
  readonly #keys = new Map<string, KeyPair>();
  readonly clock: Clock;
  #keyCount = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  put(store: string, name: string, secret: { value: string } & Partial<StoredSecret>): void {
    const at = this.#now();
    this.secrets.set(`${store} ${name}`, { createdAt: at, updatedAt: at, ...secret });
  }

  putVariable(store: string, name: string, value: string, more: Partial<StoredVariable> = {}) {
    this.variables.set(`${store} ${name}`, { value, updatedAt: this.#now(), ...more });
  }

  /** What a runner is given. */
  value(store: string, name: string): string | undefined {
    return this.secrets.get(`${store} ${name}`)?.value;
  }

  /** GitHub makes a new public key; what was sealed for the former one is refused from now on. */
  rotateKeys(): void {
    this.#keys.clear();
  }

  answer(request: JsonRequest): JsonAnswer {
    const { method, path, headers } = request;
    const token = /^Bearer (.*)$/.exec(headers.authorization ?? '')?.[1] ?? '';
    if (headers['user-agent'] === undefined) return { status: 403, body: { message: 'no agent' } };
    if (!this.tokens.has(token)) return { status: 401, body: { message: 'Bad credentials' } };
    const secret = /^(.+)\/secrets\/([^/]+)$/.exec(path);
    const list = /^(.+)\/(secrets|variables)\/([^/]+)\/repositories(?:\/(\d+))?$/.exec(path);
    const variable = /^(.+)\/variables\/([^/]+)$/.exec(path);
    const variables = /^(.+)\/variables$/.exec(path)?.[1];
    if (variables !== undefined && method === 'POST') return this.#make(variables, request);
    const all = /^(.+)\/(secrets|variables)$/.exec(path);
    if (all && method === 'GET') return this.#listed(request, all[1] ?? '', all[2] ?? '');
    if (list) {
      const shared = list[2] === 'secrets' ? this.secrets : this.variables;
      const found = shared.get(`${list[1]} ${list[3]?.toUpperCase()}`);
      return repositoriesOf(request, found, list[4]);
    }
    if (secret?.[2] === 'public-key') return this.#publicKey(secret[1] ?? '');
    if (secret) return this.#secret(request, secret[1] ?? '', (secret[2] ?? '').toUpperCase());
    if (variable) return this.#variable(request, `${variable[1]} ${variable[2]?.toUpperCase()}`);
    if (path.endsWith('/organization-secrets')) return this.#shared(path);
    const repository = this.repositories.get(path);
    if (method === 'GET' && repository) return { status: 200, body: repository };
    return { status: 404, body: { message: 'Not Found' } };
  }

  /** Names and times of secrets, values of variables too; per_page and page, and how many there are. */
  #listed({ query }: JsonRequest, store: string, what: string): JsonAnswer {
    const found = [...(what === 'secrets' ? this.secrets : this.variables)]
      .filter(([key]) => key.startsWith(`${store} `))
      .map(([key, { value, updatedAt }]) => ({
        name: key.slice(store.length + 1),
        updated_at: updatedAt,
        ...(what === 'variables' && { value }),
      }));
    const size = Number(query.get('per_page') ?? 30);
    const start = (Number(query.get('page') ?? 1) - 1) * size;
    const body = { total_count: found.length, [what]: found.slice(start, start + size) };
    return { status: 200, body };
  }

  #now(): string {
    return this.clock
      .now()
      .toISOString()
      .replace(/\.\d+Z$/, 'Z');
  }

  #exists(store: string): boolean {
    return [...this.secrets.keys(), ...this.variables.keys()].some((key) =>
      key.startsWith(`${store} `),
    );
  }

  #keyOf(store: string): KeyPair {
    const known = this.#keys.get(store);
    if (known !== undefined) return known;
    this.#keyCount += 1;
    const made = { id: `56802806970000${this.#keyCount}`, ...sodium.crypto_box_keypair() };
    this.#keys.set(store, made);
    return made;
  }

  #publicKey(store: string): JsonAnswer {
    if (!this.#exists(store)) return { status: 404, body: { message: 'Not Found' } };
    const { id, publicKey } = this.#keyOf(store);
    return { status: 200, body: { key_id: id, key: Buffer.from(publicKey).toString('base64') } };
  }

  #secret({ method, body }: JsonRequest, store: string, name: string): JsonAnswer {
    const key = `${store} ${name}`;
    const found = this.secrets.get(key);
    if (method === 'GET') {
      if (found === undefined) return { status: 404, body: { message: 'Not Found' } };
      const { createdAt: created_at, updatedAt: updated_at, visibility } = found;
      const list = `${this.url}/${store}/secrets/${name}/repositories`;
      const more = visibility === undefined ? {} : { visibility, selected_repositories_url: list };
      return { status: 200, body: { name, created_at, updated_at, ...more } };
    }
    if (!this.#exists(store)) return { status: 404, body: { message: 'Not Found' } };
    const { key_id: keyId, encrypted_value: box, visibility, selected_repository_ids: ids } = body;
    const pair = this.#keyOf(store);
    if (name.startsWith('GITHUB_')) return refused('Secret names must not start with GITHUB_.');
    if (typeof keyId !== 'string') return refused('"key_id" wasn\'t supplied.');
    if (keyId !== pair.id) return refused('Bad request - secret was not encrypted with key_id.');
    if (typeof box !== 'string' || !BASE64.test(box)) return refused('not base64');
    if (store.startsWith('orgs/') && typeof visibility !== 'string') return refused('visibility');
    const bytes = Buffer.from(box, 'base64');
    let value: string;
    try {
      const opened = sodium.crypto_box_seal_open(bytes, pair.publicKey, pair.privateKey);
      value = Buffer.from(opened).toString('utf8');
    } catch {
      return refused('the box cannot be opened');
    }
    const at = this.#now();
    this.secrets.set(key, {
      value,
      createdAt: found?.createdAt ?? at,
      updatedAt: at,
      ...audienceIn(visibility, ids),
    });
    return found === undefined ? { status: 201, body: {} } : { status: 204 };
  }

  #variable({ method, body }: JsonRequest, key: string): JsonAnswer {
    const found = this.variables.get(key);
    if (found === undefined) return { status: 404, body: { message: 'Not Found' } };
    const at = this.#now();
    if (method === 'PATCH') {
      const { value, visibility = found.visibility, selected_repository_ids: ids } = body;
      const audience = audienceIn(visibility, ids);
      this.variables.set(key, { value: String(value), updatedAt: at, ...audience });
      return { status: 204 };
    }
    const name = key.split(' ')[1];
    const { value, visibility } = found;
    const more = visibility === undefined ? {} : { visibility };
    const told = { name, value, created_at: at, updated_at: found.updatedAt, ...more };
    return { status: 200, body: told };
  }

  /** By the description: 201, and 409 where there is one of that name. */
  #make(store: string, { body }: JsonRequest): JsonAnswer {
    const { name, value, visibility, selected_repository_ids: ids } = body;
    if (!this.#exists(store)) return { status: 404, body: { message: 'Not Found' } };
    if (this.variables.has(`${store} ${name}`)) {
      return { status: 409, body: { message: 'Already exists - Variable already exists' } };
    }
    this.putVariable(store, String(name), String(value), audienceIn(visibility, ids));
    return { status: 201, body: {} };
  }

  #shared(path: string): JsonAnswer {
    const [, owner] = /^repos\/([^/]+)\//.exec(path) ?? [];
    const secrets = [...this.secrets]
      .filter(([key]) => key.startsWith(`orgs/${owner}/actions `))
      .map(([key, { createdAt: created_at, updatedAt: updated_at }]) => ({
        name: key.split(' ')[1],
        ...{ created_at, updated_at },
      }));
    return { status: 200, body: { total_count: secrets.length, secrets } };
  }
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function refused(message: string): JsonAnswer {
  return { status: 422, body: { message, documentation_url: 'https://docs.github.com/rest' } };
}

export async function startGithub(test: Ending, clock: Clock): Promise<FakeGithub> {
  await sodium.ready;
  const github = new FakeGithub(clock);
  const headers = () => ({
    date: clock.now().toUTCString(),
    ...(github.scopes !== undefined && { 'x-oauth-scopes': github.scopes }),
  });
  return await serveJson(test, github, { headers });
}

/** As short as the description allows. */
function repositoryOf(id: number): Record<string, unknown> {
  return { id };
}

/** A list that is left out is an empty one. */
function audienceIn(visibility: unknown, ids: unknown): Partial<StoredSecret> {
  if (typeof visibility !== 'string') return {};
  if (visibility !== 'selected') return { visibility };
  return { visibility, repositories: Array.isArray(ids) ? ids.map(Number) : [] };
}

function repositoriesOf(
  { method, query }: JsonRequest,
  shared: Partial<StoredSecret> | undefined,
  id: string | undefined,
): JsonAnswer {
  if (shared === undefined) return { status: 404, body: { message: 'Not Found' } };
  if (shared.visibility !== 'selected') return { status: 409 };
  const repositories = shared.repositories ?? [];
  if (method === 'PUT') {
    shared.repositories = [...new Set([...repositories, Number(id)])];
    return { status: 204 };
  }
  const perPage = Number(query.get('per_page') ?? 30);
  const page = Number(query.get('page') ?? 1);
  const shown = repositories.slice((page - 1) * perPage, page * perPage);
  const body = { total_count: repositories.length, repositories: shown.map(repositoryOf) };
  return { status: 200, body };
}
