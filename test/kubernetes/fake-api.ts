// As much of the API of Kubernetes as keyturn asks, in memory: Secrets with server-side apply, workloads, RBAC.
// What it answers was measured on kube-apiserver 1.34.4, and the same tests run against that one
// (scripts/test-kubernetes.ts). Faults are put between it and whoever asks.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { allowed } from './fake-rbac.ts';
import { type Reply, refused } from './fake-reply.ts';
import { applySecret, mergeSecret, type StoredSecret, shownSecret } from './fake-secrets.ts';
import { type TestCluster, TOKENS, type Who } from './test-cluster.ts';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Record<string, unknown>;
  readonly who: string;
}

/** What happens to a request in the place of what should; undefined lets it pass. */
export type Fault = (asked: Asked) => Reply | 'lost' | 'done-but-lost' | 'forgotten' | undefined;

export interface FakeCluster extends TestCluster {
  readonly asked: Asked[];
  fault: Fault;
  /** Whether the pods of a workload that is restarted are new ones at once. */
  rollsOut: boolean;
  close(): Promise<void>;
}

export async function startFakeCluster(): Promise<FakeCluster> {
  const api = new FakeApi();
  const asked: Asked[] = [];
  const cluster = { ca: undefined, asked, rollsOut: false, fault: (() => undefined) as Fault };
  const server = createServer(async (incoming, response) => {
    const order = await read(incoming);
    asked.push(order);
    const fault = cluster.fault(order);
    if (fault === 'lost') return void response.destroy();
    if (typeof fault === 'object') return send(response, fault);
    const { rollsOut } = cluster;
    const reply = api.answer(order, { isForgotten: fault === 'forgotten', rollsOut });
    if (fault === 'done-but-lost') return void response.destroy();
    send(response, reply);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return Object.assign(cluster, { server: `http://127.0.0.1:${port}`, close });
}

async function read(incoming: IncomingMessage): Promise<Asked> {
  let text = '';
  for await (const chunk of incoming) text += chunk;
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://127.0.0.1');
  const token = incoming.headers.authorization?.replace('Bearer ', '');
  const who = (Object.keys(TOKENS) as Who[]).find((each) => TOKENS[each] === token) ?? '';
  return {
    method: incoming.method ?? '',
    path: pathname,
    query: searchParams,
    body: { ...JSON.parse(text || '{}'), contentType: incoming.headers['content-type'] },
    who,
  };
}

function send(response: ServerResponse, { status, body, headers }: Reply): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

interface Manners {
  readonly isForgotten: boolean;
  readonly rollsOut: boolean;
}

type Stored = Record<string, unknown>;

class FakeApi {
  readonly #secrets = new Map<string, StoredSecret>();
  readonly #others = new Map<string, Stored>();

  answer(asked: Asked, { isForgotten, rollsOut }: Manners): Reply {
    if (asked.who === '') return refused(401, 'Unauthorized', 'Unauthorized');
    const [, namespace = '', resource = '', name] =
      /\/namespaces\/([^/]+)\/([^/]+)(?:\/([^/]+)(?:\/status)?)?$/.exec(asked.path) ?? [];
    if (asked.path.endsWith('/selfsubjectaccessreviews')) return this.#review(asked);
    const group = /^\/apis\/([^/]+)/.exec(asked.path)?.[1] ?? '';
    const isList = asked.method === 'GET' && name === undefined;
    const verb = isList
      ? 'list'
      : { GET: 'get', POST: 'create', PATCH: 'patch', DELETE: 'delete' }[asked.method];
    const access = { namespace, group, resource, name, verb: verb ?? '' };
    if (!this.#may(asked.who, access)) {
      const what = `${resource} "${name ?? ''}" is forbidden: User "${asked.who}"`;
      return refused(403, 'Forbidden', `${what} cannot ${verb} resource "${resource}"`);
    }
    if (isList && (resource === 'secrets' || asked.path === '/api/v1/secrets')) {
      return this.#list(asked, namespace);
    }
    if (resource === 'secrets') return this.#secret(asked, `${namespace}/${name}`, isForgotten);
    return this.#other(asked, rollsOut);
  }

  #may(who: string, access: Parameters<typeof allowed>[2]): boolean {
    return who === 'admin' || allowed(this.#others, who, access);
  }

  /** Pages of `limit`, each with the `continue` of the next; items do not say what they are. */
  #list({ query }: Asked, namespace: string): Reply {
    const all = [...this.#secrets]
      .filter(([key]) => namespace === '' || key.startsWith(`${namespace}/`))
      .map(([key, stored]) => {
        const { kind: _, metadata, ...item } = shownSecret(stored) as Record<string, object>;
        return { ...item, metadata: { ...metadata, namespace: key.split('/')[0] } };
      });
    const start = Number(query.get('continue') ?? 0);
    const end = start + Number(query.get('limit') ?? all.length);
    const metadata = { resourceVersion: '1', ...(end < all.length && { continue: String(end) }) };
    return { status: 200, body: { kind: 'SecretList', metadata, items: all.slice(start, end) } };
  }

  #review({ body, who }: Asked): Reply {
    const { spec } = body as { spec: { resourceAttributes: Parameters<typeof allowed>[2] } };
    const isAllowed = this.#may(who, spec.resourceAttributes);
    return { status: 201, body: { ...body, status: { allowed: isAllowed } } };
  }

  #secret(asked: Asked, key: string, isForgotten: boolean): Reply {
    const { method, body, query } = asked;
    const manager = query.get('fieldManager') ?? 'unknown';
    const stored = this.#secrets.get(key);
    if (method === 'POST') {
      const metadata = body.metadata as { name: string };
      const full = key.replace(/undefined$/, metadata.name);
      if (this.#secrets.has(full)) return refused(409, 'AlreadyExists', 'already exists');
      const made = mergeSecret(undefined, body, manager);
      this.#secrets.set(full, made);
      return { status: 201, body: shownSecret(made) };
    }
    if (stored === undefined) return refused(404, 'NotFound', `secrets "${key}" not found`);
    if (method === 'GET') return { status: 200, body: shownSecret(stored) };
    if (method === 'DELETE') {
      this.#secrets.delete(key);
      return { status: 200, body: {} };
    }
    const isApply = body.contentType === 'application/apply-patch+yaml';
    const next = isApply
      ? applySecret(stored, body, { manager, force: query.get('force') === 'true' })
      : mergeSecret(stored, body, manager);
    if ('body' in next) return next;
    if (!isForgotten) this.#secrets.set(key, next);
    return { status: 200, body: shownSecret(next) };
  }

  #other({ method, path, body, query }: Asked, rollsOut: boolean): Reply {
    if (method === 'POST') {
      const { name } = body.metadata as { name: string };
      const made = { ...body, metadata: { ...(body.metadata as object), generation: 1 } };
      this.#others.set(`${path}/${name}`, made);
      return { status: 201, body: made };
    }
    const isStatus = path.endsWith('/status');
    const stored = this.#others.get(path.replace(/\/status$/, ''));
    if (stored === undefined) return refused(404, 'NotFound', `${path} not found`);
    if (method === 'GET') return { status: 200, body: stored };
    const { contentType: _, ...patch } = body;
    const merged = merge(stored, patch) as Stored;
    const { metadata } = merged as { metadata: { generation?: number } };
    const managedFields = [{ manager: query.get('fieldManager'), fieldsV1: fieldsOf(patch) }];
    if (isStatus) {
      this.#others.set(path.replace(/\/status$/, ''), merged);
      return { status: 200, body: merged };
    }
    const generation = (metadata.generation ?? 1) + 1;
    const counts = { replicas: 1, updatedReplicas: 1, availableReplicas: 1, readyReplicas: 1 };
    const status = rollsOut ? { status: { observedGeneration: generation, ...counts } } : {};
    const next = { ...merged, ...status, metadata: { ...metadata, generation, managedFields } };
    this.#others.set(path, next);
    return { status: 200, body: next };
  }
}

function fieldsOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [`f:${name}`, fieldsOf(inner)]),
  );
}

export function merge(into: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const merged: Record<string, unknown> = { ...(into as object) };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else merged[name] = merge(merged[name], value);
  }
  return merged;
}
