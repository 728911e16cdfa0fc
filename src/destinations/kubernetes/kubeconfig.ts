// What a kubeconfig says, as kubectl reads it: the files of KUBECONFIG one after the other, of which the first
// that names something counts, and paths in them from the folder of the file that has them.

import { dirname, isAbsolute, join, resolve } from 'node:path';
import { type Document, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { KeyturnError } from '../../base/errors.ts';

const text = z.string().nullish();
const flag = z.boolean().nullish();

const CLUSTER = z.looseObject({
  server: text,
  'certificate-authority': text,
  'certificate-authority-data': text,
  'insecure-skip-tls-verify': flag,
  'tls-server-name': text,
  'proxy-url': text,
});

const EXEC = z.looseObject({
  apiVersion: text,
  command: text,
  args: z.array(z.string()).nullish(),
  env: z.array(z.looseObject({ name: z.string(), value: z.string() })).nullish(),
  installHint: text,
  provideClusterInfo: flag,
  interactiveMode: text,
});

const USER = z.looseObject({
  'client-certificate': text,
  'client-certificate-data': text,
  'client-key': text,
  'client-key-data': text,
  token: text,
  tokenFile: text,
  username: text,
  password: text,
  as: text,
  'as-uid': text,
  'as-groups': z.array(z.string()).nullish(),
  'as-user-extra': z.record(z.string(), z.array(z.string())).nullish(),
  exec: EXEC.nullish(),
  'auth-provider': z.looseObject({ name: text }).nullish(),
});

const CONTEXT = z.looseObject({ cluster: text, user: text });

const KUBECONFIG = z.looseObject({
  'current-context': text,
  clusters: z.array(z.looseObject({ name: z.string(), cluster: CLUSTER.nullish() })).nullish(),
  users: z.array(z.looseObject({ name: z.string(), user: USER.nullish() })).nullish(),
  contexts: z.array(z.looseObject({ name: z.string(), context: CONTEXT.nullish() })).nullish(),
});

/** Who is meant by an entry: its settings, and the folder that its paths begin in. */
export interface Entry<Settings> {
  readonly settings: Settings;
  readonly file: string;
}

export type ClusterSettings = z.infer<typeof CLUSTER>;
export type UserSettings = z.infer<typeof USER>;
export type ExecSettings = z.infer<typeof EXEC>;
export type ContextSettings = z.infer<typeof CONTEXT>;

export interface Kubeconfig {
  readonly currentContext: string | undefined;
  readonly clusters: ReadonlyMap<string, Entry<ClusterSettings>>;
  readonly users: ReadonlyMap<string, Entry<UserSettings>>;
  readonly contexts: ReadonlyMap<string, Entry<ContextSettings>>;
  /** The files that were there. */
  readonly files: readonly string[];
}

/** Where kubectl looks, in its order. A home that nobody has leaves none. */
export function kubeconfigPaths(
  setting: (name: string) => string | undefined,
  separator: string,
): readonly string[] {
  const listed = (setting('KUBECONFIG') ?? '').split(separator).filter((path) => path !== '');
  if (listed.length > 0) return [...new Set(listed.map((path) => resolve(path)))];
  const home = setting('HOME') ?? setting('USERPROFILE');
  return home === undefined ? [] : [join(home, '.kube', 'config')];
}

export type ReadFile = (path: string) => Promise<string | undefined>;

/** Files that are not there count as empty, as for kubectl. Throws `not-deliverable`. */
export async function loadKubeconfig(
  paths: readonly string[],
  readFile: ReadFile,
): Promise<Kubeconfig> {
  const clusters = new Map<string, Entry<ClusterSettings>>();
  const users = new Map<string, Entry<UserSettings>>();
  const contexts = new Map<string, Entry<ContextSettings>>();
  const files: string[] = [];
  let currentContext: string | undefined;
  for (const file of paths) {
    const content = await readFile(file);
    if (content === undefined) continue;
    files.push(file);
    const config = parsed(content, file);
    currentContext ??= config['current-context'] || undefined;
    for (const { name, cluster } of unique(config.clusters, 'cluster', file)) {
      if (!clusters.has(name)) clusters.set(name, { settings: cluster ?? {}, file });
    }
    for (const { name, user } of unique(config.users, 'user', file)) {
      if (!users.has(name)) users.set(name, { settings: user ?? {}, file });
    }
    for (const { name, context } of unique(config.contexts, 'context', file)) {
      if (!contexts.has(name)) contexts.set(name, { settings: context ?? {}, file });
    }
  }
  return { currentContext, clusters, users, contexts, files };
}

/** A path of an entry, from the folder of its file. */
export function pathIn({ file }: Entry<unknown>, path: string): string {
  return isAbsolute(path) ? path : join(dirname(file), path);
}

/** No word of the content is told (I8): the place of a fault is. */
function parsed(content: string, file: string): z.infer<typeof KUBECONFIG> {
  const lines = new LineCounter();
  const document = parseDocument(content, { lineCounter: lines, prettyErrors: false });
  const [fault] = document.errors;
  if (fault !== undefined) {
    throw unreadable(file, `line ${lines.linePos(fault.pos[0]).line} is no YAML`);
  }
  const value = contentOf(document, file) ?? {};
  const read = KUBECONFIG.safeParse(value);
  if (read.success) return read.data;
  const path = read.error.issues[0]?.path.map(String).join('.') ?? '';
  throw unreadable(file, path === '' ? 'it is no kubeconfig' : `${path} is not of the right type`);
}

/** Aliases of aliases may stand for more than fits into memory; the parser refuses to resolve them. */
function contentOf(document: Document, file: string): unknown {
  try {
    return document.toJS();
  } catch {
    throw unreadable(file, 'an alias in it cannot be resolved');
  }
}

function unique<Named extends { readonly name: string }>(
  list: readonly Named[] | null | undefined,
  noun: string,
  file: string,
): readonly Named[] {
  const names = (list ?? []).map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return list ?? [];
  throw unreadable(file, `the ${noun} ${JSON.stringify(twice)} stands there twice`);
}

export function unreadable(file: string, reason: string): KeyturnError {
  return new KeyturnError('not-deliverable', `the kubeconfig ${file} cannot be used: ${reason}`, {
    hint: 'put it right, or name another one in KUBECONFIG',
  });
}
