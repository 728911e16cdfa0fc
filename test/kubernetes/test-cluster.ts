// A cluster for tests, whichever one answers: the small one of fake-api.ts, or a real kube-apiserver.

import { writeFileSync } from 'node:fs';
import { request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import { join } from 'node:path';

export interface TestCluster {
  readonly server: string;
  /** Its authority, in PEM form; undefined for one without TLS. */
  readonly ca: string | undefined;
}

/** Who may do what there; ROLES says what each may do in a namespace. */
export const TOKENS = {
  admin: 'admin-token-of-the-tests',
  keyturn: 'keyturn-token-of-the-tests',
  reader: 'reader-token-of-the-tests',
  creator: 'creator-token-of-the-tests',
} as const;
export type Who = keyof typeof TOKENS;

const SECRET = { apiGroups: [''], resources: ['secrets'] };
const WORKLOADS = { apiGroups: ['apps'], resources: ['deployments', 'statefulsets', 'daemonsets'] };

/** The first is the one of docs/destinations/kubernetes.md. */
const ROLES: Readonly<Record<Exclude<Who, 'admin'>, readonly unknown[]>> = {
  keyturn: [
    { ...SECRET, resourceNames: ['aws-key'], verbs: ['get', 'patch'] },
    { ...WORKLOADS, resourceNames: ['api'], verbs: ['get', 'patch'] },
  ],
  reader: [{ ...SECRET, verbs: ['get'] }],
  creator: [{ ...SECRET, verbs: ['get', 'patch', 'create'] }],
};

export interface Answered {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** As the administrator, with a client that is not keyturn's. */
export function ask(
  { server, ca }: TestCluster,
  order: string,
  body?: unknown,
  contentType = 'application/json',
): Promise<Answered> {
  const [method = 'GET', path = ''] = order.split(' ');
  const send = server.startsWith('http:') ? plainRequest : secureRequest;
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${TOKENS.admin}`, 'content-type': contentType };
    const sent = send(`${server}${path}`, { method, headers, ca, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(text || '{}') });
      });
    });
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

let made = 0;

/** A namespace in which each account may do what ROLES says. */
export async function newNamespace(cluster: TestCluster): Promise<string> {
  made += 1;
  const name = `t${process.pid}-${made}`;
  await done(ask(cluster, 'POST /api/v1/namespaces', { metadata: { name } }));
  const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${name}`;
  for (const [who, rules] of Object.entries(ROLES)) {
    await done(ask(cluster, `POST ${rbac}/roles`, { metadata: { name: who }, rules }));
    await done(
      ask(cluster, `POST ${rbac}/rolebindings`, {
        metadata: { name: who },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: who },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: who }],
      }),
    );
  }
  return name;
}

export async function done(asked: Promise<Answered>): Promise<Record<string, unknown>> {
  const { status, body } = await asked;
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body;
}

/** A kubeconfig with a context for each account, `keyturn` being the current one. */
export function writeKubeconfig({ server, ca }: TestCluster, folder: string): string {
  const path = join(folder, 'kubeconfig');
  const data = ca === undefined ? {} : { 'certificate-authority-data': base64(ca) };
  const accounts = { ...TOKENS, stranger: 'nobody-has-this-token' };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'keyturn',
    clusters: [{ name: 'test', cluster: { server, ...data } }],
    users: Object.entries(accounts).map(([name, token]) => ({ name, user: { token } })),
    contexts: Object.keys(accounts).map((name) => ({
      name,
      context: { cluster: 'test', user: name },
    })),
  };
  writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
  return path;
}

export function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** The data of a Secret as a pod reads it. */
export async function textsIn(
  cluster: TestCluster,
  place: string,
): Promise<Record<string, string>> {
  const [namespace, name] = place.split('/');
  const path = `/api/v1/namespaces/${namespace}/secrets/${name}`;
  const { data = {} } = (await done(ask(cluster, `GET ${path}`))) as { data?: object };
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
  );
}

/** Writes these keys as another tool would, under its name. */
export async function putTexts(
  cluster: TestCluster,
  place: string,
  { texts, manager = 'kubectl-edit' }: { texts: Record<string, string>; manager?: string },
): Promise<void> {
  const [namespace, name] = place.split('/');
  const path = `/api/v1/namespaces/${namespace}/secrets/${name}?fieldManager=${manager}`;
  const data = Object.fromEntries(
    Object.entries(texts).map(([key, value]) => [key, base64(value)]),
  );
  await done(ask(cluster, `PATCH ${path}`, { data }, 'application/merge-patch+json'));
}

/** Makes it as `kubectl create secret` does. */
export async function makeSecret(
  cluster: TestCluster,
  place: string,
  more: { texts?: Record<string, string>; manager?: string; object?: object } = {},
): Promise<void> {
  const { texts = {}, manager = 'kubectl-create', object = {} } = more;
  const [namespace, name] = place.split('/');
  const data = Object.fromEntries(
    Object.entries(texts).map(([key, value]) => [key, base64(value)]),
  );
  const body = { type: 'Opaque', data, ...object };
  const metadata = { name, ...(object as { metadata?: object }).metadata };
  const path = `/api/v1/namespaces/${namespace}/secrets?fieldManager=${manager}`;
  await done(ask(cluster, `POST ${path}`, { ...body, metadata }));
}
