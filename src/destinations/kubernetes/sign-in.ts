// How keyturn shows a cluster who asks: by a token, a certificate, or what a plugin gives.

import { type Clock, machineClock } from '../../base/clock.ts';
import { assert, KeyturnError } from '../../base/errors.ts';
import type { Programs } from '../../base/programs.ts';
import { Secret } from '../../base/secret.ts';
import type { HttpHeaders, ServiceTls } from '../../http/service.ts';
import type { Cluster } from './cluster.ts';
import { askPlugin, type PluginCredential } from './exec-plugin.ts';
import { type Entry, pathIn, type ReadFile, type UserSettings, unreadable } from './kubeconfig.ts';

export interface SignedIn {
  readonly headers: HttpHeaders;
  readonly certificate: ServiceTls['certificate'];
}

export interface SignInParts {
  readonly readFile: ReadFile;
  readonly programs: Programs;
  readonly clock: Clock;
}

/** What a plugin gave is used this long before its end at the latest. */
const MARGIN_MS = 10_000;

export class SignIn {
  readonly #cluster: Cluster;
  readonly #parts: SignInParts;
  /** Asked once for all users of a run: a plugin may take seconds. */
  #given: Promise<PluginCredential> | undefined;

  constructor(cluster: Cluster, parts: SignInParts) {
    this.#cluster = cluster;
    this.#parts = parts;
  }

  /** Throws `not-deliverable`. */
  async current(): Promise<SignedIn> {
    const { user } = this.#cluster;
    if (user.kind === 'nobody') return { headers: {}, certificate: undefined };
    if (user.kind === 'token-file') return signedIn(await this.#tokenIn(user.path));
    const { entry } = user;
    const { settings, file } = entry;
    if (settings['auth-provider']) throw authProvider(settings['auth-provider'].name, file);
    const own = await certificateOf(entry, this.#parts.readFile);
    const given = settings.exec ? await this.#plugin() : undefined;
    const { authorization } = signedIn(await this.#tokenOf(entry, given)).headers;
    return {
      headers: { authorization: authorization ?? basic(settings), ...impersonation(settings) },
      certificate: given?.certificate ?? own,
    };
  }

  /** Whether another credential may be had than the one that was refused. */
  forget(): boolean {
    const { user } = this.#cluster;
    const isPlugin = user.kind === 'settings' && user.entry.settings.exec;
    this.#given = undefined;
    return Boolean(isPlugin);
  }

  async #tokenOf(
    entry: Entry<UserSettings>,
    given: PluginCredential | undefined,
  ): Promise<Secret | undefined> {
    const { tokenFile, token } = entry.settings;
    if (tokenFile) return await this.#tokenIn(pathIn(entry, tokenFile));
    return token ? new Secret(token) : given?.token;
  }

  /** Read each time: whoever puts tokens into files renews them there. */
  async #tokenIn(path: string): Promise<Secret> {
    const text = (await this.#parts.readFile(path))?.trim();
    if (text) return new Secret(text);
    const why = text === undefined ? 'does not exist' : 'is empty';
    throw new KeyturnError('not-deliverable', `the file ${path} with a token ${why}`, {
      hint: 'look why it is not written; in a pod, Kubernetes does that',
    });
  }

  async #plugin(): Promise<PluginCredential> {
    const { user, server } = this.#cluster;
    const { programs, clock } = this.#parts;
    const known = await this.#given;
    const isOver =
      known?.expiresAt !== undefined &&
      known.expiresAt.getTime() - MARGIN_MS <= machineClock(clock).now().getTime();
    if (known !== undefined && !isOver) return known;
    assert(user.kind === 'settings' && Boolean(user.entry.settings.exec), 'the user has a plugin');
    const exec = { settings: user.entry.settings.exec ?? {}, file: user.entry.file };
    const asked = askPlugin({ exec, cluster: user.cluster, server }, programs);
    this.#given = asked;
    // What failed is tried again by the next who asks.
    asked.catch(() => {
      this.#given = undefined;
    });
    return await asked;
  }
}

function signedIn(token: Secret | undefined): SignedIn {
  const authorization = token === undefined ? undefined : new Secret(`Bearer ${token.reveal()}`);
  return { headers: { authorization }, certificate: undefined };
}

/** Kubernetes itself knows no passwords any more, but what stands before it may. */
function basic({ username, password }: UserSettings): Secret | undefined {
  if (!username) return undefined;
  return new Secret(`Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}`);
}

function impersonation(settings: UserSettings): HttpHeaders {
  const { as: user, 'as-uid': uid, 'as-groups': groups, 'as-user-extra': extra } = settings;
  const facts = Object.entries(extra ?? {}).map(
    ([name, values]) =>
      [`impersonate-extra-${encodeURIComponent(name.toLowerCase())}`, values] as const,
  );
  return {
    'impersonate-user': user || undefined,
    'impersonate-uid': uid || undefined,
    'impersonate-group': groups ?? undefined,
    ...Object.fromEntries(facts),
  };
}

async function certificateOf(
  entry: Entry<UserSettings>,
  readFile: ReadFile,
): Promise<ServiceTls['certificate']> {
  const part = async (name: 'client-certificate' | 'client-key'): Promise<string | undefined> => {
    const data = entry.settings[`${name}-data`];
    if (data) return Buffer.from(data, 'base64').toString('utf8');
    const path = entry.settings[name];
    if (!path) return undefined;
    const text = await readFile(pathIn(entry, path));
    if (text !== undefined) return text;
    throw unreadable(entry.file, `${name} names ${pathIn(entry, path)}, which does not exist`);
  };
  const [cert, key] = [await part('client-certificate'), await part('client-key')];
  if (cert === undefined && key === undefined) return undefined;
  if (cert !== undefined && key !== undefined) return { cert, key: new Secret(key) };
  throw unreadable(entry.file, 'a user has half of client-certificate and client-key');
}

function authProvider(name: string | null | undefined, file: string): KeyturnError {
  return new KeyturnError(
    'not-deliverable',
    `${file} signs in by the auth-provider ${name || '(unnamed)'}, which Kubernetes has taken out of its clients`,
    { hint: 'write the kubeconfig anew: the tools of the vendor make one with an exec plugin' },
  );
}
