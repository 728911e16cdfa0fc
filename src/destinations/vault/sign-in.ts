// Signing in to Vault: a token as it is, or one that a method of Vault's gives for something else.

import type { AwsStores } from '../../base/aws-stores.ts';
import { KeyturnError } from '../../base/errors.ts';
import { command } from '../../base/hint.ts';
import { Secret } from '../../base/secret.ts';
import { HttpFailure } from '../../http/failure.ts';
import { type HttpService, pathOf } from '../../http/service.ts';
import type { PlaceCredentials } from '../place-credentials.ts';
import { AUTH_METHODS, type VaultPlace } from './place.ts';
import { settingOf } from './settings.ts';

export type AuthMethod = (typeof AUTH_METHODS)[number];

export interface SignInParts {
  readonly service: HttpService;
  readonly credentials: PlaceCredentials;
  /** Left out where nobody's credentials of AWS are at hand. */
  readonly callerProof: AwsStores['callerProof'];
}

const KUBERNETES_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/** A token, and whether another can be had in the same way when Vault takes it no more. */
export interface Session {
  readonly token: Secret;
  readonly method: AuthMethod;
}

/** Throws `not-deliverable` where nothing says how to sign in, and what Vault says where it refuses. */
export async function signIn(
  { options }: VaultPlace,
  parts: SignInParts,
  isAgain = false,
): Promise<Session> {
  const method = methodOf(options, parts.credentials);
  const found = await tokenBy[method](options, parts, isAgain);
  return { token: found, method };
}

/** As the place says; else as what is there suggests: a token before an AppRole. */
function methodOf(options: ReadonlyMap<string, string>, credentials: PlaceCredentials): AuthMethod {
  const named = AUTH_METHODS.find((method) => method === options.get('auth'));
  if (named !== undefined) return named;
  if (options.has('token')) return 'token';
  if (options.has('role-id')) return 'approle';
  if (settingOf(credentials, 'TOKEN') !== undefined) return 'token';
  return settingOf(credentials, 'ROLE_ID') === undefined ? 'token' : 'approle';
}

type SignsIn = (
  options: ReadonlyMap<string, string>,
  parts: SignInParts,
  isAgain: boolean,
) => Promise<Secret>;

const tokenBy: Readonly<Record<AuthMethod, SignsIn>> = {
  token: async (options, { credentials }, isAgain) => {
    const named = options.get('token');
    if (named !== undefined) return await fresh(named, credentials, isAgain);
    const found = await credentials.fromEnvironment('BAO_TOKEN', 'VAULT_TOKEN');
    if (found !== undefined) return found;
    // Where `vault login` and `bao login` leave theirs.
    return await fresh(TOKEN_FILE, credentials, isAgain).catch(() => {
      throw noToken();
    });
  },
  approle: async (options, parts) => {
    const { credentials } = parts;
    const roleId = await given(options, 'role-id', credentials, 'ROLE_ID');
    const secretId = await given(options, 'secret-id', credentials, 'SECRET_ID', false);
    const body = { role_id: roleId, ...(secretId !== undefined && { secret_id: secretId }) };
    return await login(parts, options, { mount: 'approle', body });
  },
  kubernetes: async (options, parts) => {
    const role = roleOf(options, 'kubernetes');
    const named = options.get('jwt') ?? `\${file:${KUBERNETES_TOKEN}}`;
    // The kubelet puts a new one there before the old one ends.
    const jwt = await parts.credentials.again(named);
    const body = { role, jwt };
    return await login(parts, options, { mount: 'kubernetes', body, isRepeatable: true });
  },
  aws: async (options, parts) => {
    const serverId = options.get('server-id');
    if (parts.callerProof === undefined) throw noToken();
    const proof = await parts.callerProof({
      region: options.get('sts-region'),
      headers: serverId === undefined ? {} : { 'X-Vault-AWS-IAM-Server-ID': serverId },
    });
    const base64 = (text: string): string => Buffer.from(text).toString('base64');
    const body = {
      ...(options.has('role') && { role: options.get('role') }),
      iam_http_request_method: proof.method,
      iam_request_url: base64(proof.url),
      iam_request_body: base64(proof.body),
      // Whoever has them is the caller for fifteen minutes.
      iam_request_headers: new Secret(base64(JSON.stringify(proof.headers))),
    };
    return await login(parts, options, { mount: 'aws', body, isRepeatable: true });
  },
};

const TOKEN_FILE = `\${file:~/.vault-token}`;

async function fresh(
  reference: string,
  credentials: PlaceCredentials,
  isAgain: boolean,
): Promise<Secret> {
  return isAgain ? await credentials.again(reference) : await credentials.resolve(reference);
}

function noToken(): KeyturnError {
  return new KeyturnError('not-deliverable', 'nothing says how to sign in to Vault', {
    hint: [
      'set VAULT_TOKEN, or VAULT_ROLE_ID and VAULT_SECRET_ID; or name it behind the place, as ?auth=kubernetes&role=NAME; or sign in:',
      command('vault', 'login'),
    ],
  });
}

async function given(
  options: ReadonlyMap<string, string>,
  option: string,
  credentials: PlaceCredentials,
  variable: string,
  isNeeded = true,
): Promise<Secret | undefined> {
  const named = options.get(option);
  if (named !== undefined) return await credentials.resolve(named);
  const found = await credentials.fromEnvironment(`BAO_${variable}`, `VAULT_${variable}`);
  if (found !== undefined || !isNeeded) return found;
  throw new KeyturnError('not-deliverable', `nothing says the ${option} to sign in to Vault with`, {
    hint: `set VAULT_${variable}, or write ?${option}=\${env:NAME} behind the place`,
  });
}

function roleOf(options: ReadonlyMap<string, string>, method: AuthMethod): string {
  const role = options.get('role');
  if (role !== undefined) return role;
  throw new KeyturnError('not-deliverable', `nothing says the role to sign in to Vault with`, {
    hint: `write it behind the place, as ?auth=${method}&role=NAME`,
  });
}

interface Login {
  /** Where the method is mounted unless the place says otherwise. */
  readonly mount: string;
  readonly body: unknown;
  /** A secret ID may be good for one login only: a repeat after a lost answer would lock itself out. */
  readonly isRepeatable?: boolean;
}

async function login(
  { service }: SignInParts,
  options: ReadonlyMap<string, string>,
  { mount, body, isRepeatable = false }: Login,
): Promise<Secret> {
  const parts = (options.get('auth-mount') ?? mount).split('/').filter((part) => part !== '');
  const path = `v1/auth/${parts.map((part) => pathOf`${part}`).join('/')}/login`;
  try {
    const answer = await service.send({ method: 'POST', path, body, isRepeatable });
    const { auth } = (answer.json() ?? {}) as { auth?: { client_token?: unknown } };
    const token = auth?.client_token;
    if (typeof token === 'string' && token !== '') return new Secret(token);
    throw new KeyturnError('place-failed', `Vault signs in by ${path} and gives no token`, {
      hint: 'a role that demands a second factor cannot be used by a program: name another',
    });
  } catch (thrown) {
    if (!(thrown instanceof HttpFailure) || thrown.status === undefined) throw thrown;
    throw thrown.withHint(
      `Vault does not let the caller in by ${path}: check the role, its credential and the mount of the method`,
    );
  }
}
