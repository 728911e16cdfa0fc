// Secrets in a KV engine, of both versions. Version 2 keeps versions and writes by check-and-set; version 1
// has neither, so there a change of somebody else's between our read and our write is written over.

import { KeyturnError } from '../../base/errors.ts';
import { command } from '../../base/hint.ts';
import { Secret } from '../../base/secret.ts';
import { type HttpAnswer, pathOf } from '../../http/service.ts';
import { fieldsOf } from '../json-fields.ts';
import type { VaultCall, VaultClient } from './client.ts';
import { fieldsChanged } from './merge-patch.ts';

export type Found =
  | {
      readonly kind: 'held';
      /** 0 where the engine keeps none. */
      readonly version: number;
      /** The JSON object as Vault gave it. */
      readonly text: Secret;
      readonly managedBy: string | undefined;
    }
  | { readonly kind: 'deleted'; readonly version: number; readonly isDestroyed: boolean }
  | { readonly kind: 'missing' };

export type HeldSecret = Extract<Found, { kind: 'held' }>;

export interface Change {
  readonly from: HeldSecret;
  readonly to: Secret;
  /** What must be masked wherever Vault says it. */
  readonly secrets: readonly Secret[];
}

export interface Kv {
  readonly engine: 1 | 2;
  /** The path that policies name. */
  readonly policyPath: string;
  /** The present version when left out. */
  read(version?: number): Promise<Found>;
  /** The version that the change has become; `changed` where the secret is not what it was by now. */
  write(change: Change): Promise<number | 'changed'>;
  /** Makes an empty secret where there is none; says nothing where there is one. */
  create(): Promise<void>;
}

/** A KV engine, by the path at which it is mounted. */
export interface Mount {
  readonly mount: string;
  readonly engine: 1 | 2;
}

/** The engine behind the path. Throws `not-deliverable` where there is none of the kind. */
export async function kvAt(path: string, client: VaultClient): Promise<Kv> {
  const { rest, ...mount } = await mountOf(path, client);
  if (rest !== '') return kvIn(mount, rest, client);
  throw new KeyturnError(
    'not-deliverable',
    `${path} is the mount of a KV engine, and no secret in it`,
    { hint: 'name a secret in it, as MOUNT/PATH' },
  );
}

export function kvIn({ mount, engine }: Mount, rest: string, client: VaultClient): Kv {
  const at = { client, mount, rest };
  return engine === 2 ? new VersionedKv(at) : new PlainKv(at);
}

/** The engine behind the path, and the path in it. Throws as kvAt. */
export async function mountOf(
  path: string,
  client: VaultClient,
): Promise<Mount & { readonly rest: string }> {
  const answer = await client.send({
    method: 'GET',
    path: `v1/sys/internal/ui/mounts/${encoded(path)}`,
    needs: { path, capabilities: ['read', 'patch'] },
  });
  const { data } = objectIn(answer);
  const { path: mount, type, options } = objectOf(data);
  const engine = objectOf(options).version;
  if (typeof mount !== 'string' && type === undefined) throw notVault(client.origin);
  if (typeof mount !== 'string' || !isKv(type)) {
    throw new KeyturnError(
      'not-deliverable',
      `${path} is in an engine of the type ${JSON.stringify(type)} at ${client.origin}, and not in a KV engine`,
      { hint: 'name a secret in a KV engine, as MOUNT/PATH' },
    );
  }
  return {
    mount: mount.replace(/\/$/, ''),
    engine: engine === '2' ? 2 : 1,
    rest: path.slice(mount.length),
  };
}

/** Every KV engine of which the token may see something. */
export async function mountsSeen(client: VaultClient): Promise<readonly Mount[]> {
  const answer = await client.send({ method: 'GET', path: 'v1/sys/internal/ui/mounts' });
  const { secret } = objectOf(objectIn(answer).data);
  if (secret === undefined) throw notVault(client.origin);
  return Object.entries(objectOf(secret)).flatMap(([path, about]) => {
    const { type, options } = objectOf(about);
    if (!isKv(type)) return [];
    return [
      {
        mount: path.replace(/\/$/, ''),
        engine: objectOf(options).version === '2' ? (2 as const) : (1 as const),
      },
    ];
  });
}

function isKv(type: unknown): boolean {
  return type === 'kv' || type === 'generic';
}

function notVault(origin: string): KeyturnError {
  return new KeyturnError(
    'not-deliverable',
    `what answers at ${origin} is not Vault: it tells of no mount`,
    { hint: 'check VAULT_ADDR: it is scheme, host and port of Vault, without /v1' },
  );
}

interface At {
  readonly client: VaultClient;
  readonly mount: string;
  /** The path within. */
  readonly rest: string;
}

class VersionedKv implements Kv {
  readonly engine = 2;
  readonly policyPath: string;
  readonly #client: VaultClient;
  readonly #path: string;

  constructor({ client, mount, rest }: At) {
    this.policyPath = `${mount}/data/${rest}`;
    this.#client = client;
    this.#path = `v1/${encoded(this.policyPath)}`;
  }

  async read(version?: number): Promise<Found> {
    const answer = await this.#client.send({
      method: 'GET',
      path: this.#path,
      query: { version },
      accepts: [404],
      needs: { path: this.policyPath, capabilities: ['read'] },
    });
    const inner = memberIn(answer.text.reveal(), 'data');
    const metadata = objectOf(objectOf(objectIn(answer).data).metadata);
    const held = inner === undefined ? undefined : memberIn(inner, 'data');
    const number = typeof metadata.version === 'number' ? metadata.version : 0;
    // Of a deleted version Vault tells the metadata, with 404, and `null` for what it held.
    if (answer.status === 200 && held !== undefined && fieldsOf(held) !== undefined) {
      const custom = objectOf(metadata.custom_metadata)['managed-by'];
      const managedBy = typeof custom === 'string' ? custom : undefined;
      return { kind: 'held', version: number, text: new Secret(held), managedBy };
    }
    if (number === 0) return { kind: 'missing' };
    return { kind: 'deleted', version: number, isDestroyed: metadata.destroyed === true };
  }

  /**
   * As a merge patch, which sends the changed fields alone and needs the least of rights; where the policy or
   * the age of the server rules that out, as a whole. Both only over the version that was read.
   */
  async write({ from, to, secrets }: Change): Promise<number | 'changed'> {
    const changed = fieldsChanged(from.text.reveal(), to.reveal());
    const patch = this.#call('PATCH', from.version, JSON.stringify(changed), secrets);
    const answer = await this.#client.send({
      ...patch,
      contentType: 'application/merge-patch+json',
      accepts: [400, 403, 404, 405],
    });
    if (answer.status !== 403 && answer.status !== 405) return this.#versionIn(patch, answer);
    const whole = this.#call('POST', from.version, to.reveal(), secrets);
    return this.#versionIn(whole, await this.#client.send({ ...whole, accepts: [400] }));
  }

  async create(): Promise<void> {
    const call = this.#call('POST', 0, '{}', []);
    const answer = await this.#client.send({
      ...call,
      accepts: [400],
      needs: { path: this.policyPath, capabilities: ['create', 'read', 'patch'] },
    });
    // Somebody was faster.
    if (answer.status === 400 && (await this.read()).kind !== 'held')
      throw this.#refused(call, answer);
  }

  #call(
    method: 'PATCH' | 'POST',
    cas: number,
    data: string,
    secrets: readonly Secret[],
  ): VaultCall {
    return {
      method,
      path: this.#path,
      json: { text: new Secret(`{"options":{"cas":${cas}},"data":${data}}`), secrets },
      // A second one that comes through finds another version there, and is refused.
      isRepeatable: true,
      needs: { path: this.policyPath, capabilities: ['read', 'patch'] },
    };
  }

  #versionIn(call: VaultCall, answer: HttpAnswer): number | 'changed' {
    if (answer.status === 404) return 'changed';
    if (answer.status === 400) {
      // The only way to tell it from other mistakes is its sentence.
      if (/check-and-set/.test(answer.text.reveal())) return 'changed';
      throw this.#refused(call, answer);
    }
    const { version } = objectOf(objectIn(answer).data);
    return typeof version === 'number' ? version : 'changed';
  }

  #refused(call: VaultCall, answer: HttpAnswer): Error {
    return this.#client.failureOf(call, answer);
  }
}

class PlainKv implements Kv {
  readonly engine = 1;
  readonly policyPath: string;
  readonly #client: VaultClient;
  readonly #path: string;

  constructor({ client, mount, rest }: At) {
    this.policyPath = `${mount}/${rest}`;
    this.#client = client;
    this.#path = `v1/${encoded(this.policyPath)}`;
  }

  async read(version?: number): Promise<Found> {
    if (version !== undefined) return { kind: 'missing' };
    const answer = await this.#client.send({
      method: 'GET',
      path: this.#path,
      accepts: [404],
      needs: { path: this.policyPath, capabilities: ['read', 'update'] },
    });
    const held = answer.status === 200 ? memberIn(answer.text.reveal(), 'data') : undefined;
    if (held === undefined || fieldsOf(held) === undefined) return { kind: 'missing' };
    return { kind: 'held', version: 0, text: new Secret(held), managedBy: undefined };
  }

  async write({ to, secrets }: Change): Promise<number> {
    await this.#client.send({
      method: 'POST',
      path: this.#path,
      json: { text: to, secrets },
      isRepeatable: true,
      needs: { path: this.policyPath, capabilities: ['read', 'update'] },
    });
    return 0;
  }

  async create(): Promise<void> {
    if ((await this.read()).kind === 'held') return;
    throw new KeyturnError(
      'not-deliverable',
      `${this.policyPath} does not exist, and a KV engine of version 1 takes no empty secret`,
      {
        hint: [
          'make it by hand, with any field:',
          command('vault', 'kv', 'put', this.policyPath, 'made=by-hand'),
        ],
      },
    );
  }
}

export function encoded(path: string): string {
  return path
    .split('/')
    .map((part) => pathOf`${part}`)
    .join('/');
}

function objectIn(answer: HttpAnswer): Record<string, unknown> {
  return objectOf(answer.json());
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** The value of a field as it is written. */
function memberIn(json: string, name: string): string | undefined {
  const field = fieldsOf(json)?.find((each) => each.name === name);
  return field && json.slice(field.start, field.end);
}
