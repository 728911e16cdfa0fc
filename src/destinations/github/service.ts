// Who asks GitHub: the owner of a token, or a GitHub App that is installed where the secrets are.

import { createPrivateKey, createSign, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { KeyturnError } from '../../base/errors.ts';
import { Secret } from '../../base/secret.ts';
import { type HttpService, pathOf, type ServiceOptions } from '../../http/service.ts';
import type { Opening } from '../kind.ts';
import { addressIn, refuseForeignService, tokenOf } from '../service-place.ts';
import { type GithubPlace, USUAL_NAMES } from './place.ts';

const [ADDRESS_SETTING] = USUAL_NAMES.addresses;
const APP_ID = 'KEYTURN_GITHUB_APP_ID';
const APP_KEY = 'KEYTURN_GITHUB_APP_PRIVATE_KEY';
const APP_INSTALLATION = 'KEYTURN_GITHUB_APP_INSTALLATION_ID';

/** What every call has; the version is the one that this is written for. */
const HEADERS = {
  accept: 'application/vnd.github+json, application/json',
  'x-github-api-version': '2022-11-28',
} as const;

type Around = Pick<Opening, 'http' | 'credentials' | 'clock'>;

/** Throws `not-deliverable` where no credential is set. */
export async function openGithub(at: GithubPlace, around: Around): Promise<HttpService> {
  const { credentials } = around;
  const { options } = at;
  // What the place itself says goes before the environment.
  const appId =
    options.get('app-id') ?? (options.has('token') ? undefined : credentials.setting(APP_ID));
  const token =
    appId === undefined
      ? await tokenOf(options, USUAL_NAMES, credentials)
      : await installationToken(at, appId, around);
  if (token !== undefined) return await serviceWith(token, at, around);
  throw new KeyturnError('not-deliverable', 'there is no token for GitHub', {
    hint: `set ${USUAL_NAMES.tokens.join(' or ')} to a token, or to \${file:PATH} or \${command:gh auth token}; or ${APP_ID} and ${APP_KEY} for a GitHub App`,
  });
}

function serviceWith(
  token: Secret,
  { options: named }: GithubPlace,
  { http, credentials }: Around,
): Promise<HttpService> {
  const options: ServiceOptions = {
    name: 'GitHub',
    address: addressIn(named, USUAL_NAMES, credentials),
    setting: ADDRESS_SETTING,
    headers: { ...HEADERS, authorization: new Secret(`Bearer ${token.reveal()}`) },
  };
  return http(options);
}

const INSTALLATION = z.object({ id: z.number() });
const TOKEN = z.object({ token: z.string().min(1) });

/** For the one repository alone where the place is in one: the least that the App can ask for. */
async function installationToken(at: GithubPlace, appId: string, around: Around): Promise<Secret> {
  const key = await privateKey(at, around);
  const service = await serviceWith(appToken(appId, key, around.clock.now()), at, around);
  const named = at.options.get('app-installation') ?? around.credentials.setting(APP_INSTALLATION);
  const id = named ?? (await installationAt(at, service));
  const answer = await service.send({
    method: 'POST',
    path: pathOf`app/installations/${id}/access_tokens`,
    ...(at.repo !== undefined && { body: { repositories: [at.repo] } }),
    // A token too many lapses within the hour.
    isRepeatable: true,
  });
  const told = TOKEN.safeParse(answer.json());
  if (told.success) return new Secret(told.data.token);
  throw new KeyturnError('not-deliverable', 'GitHub gave the App no token', {
    hint: `check ${ADDRESS_SETTING}: of GitHub Enterprise Server it ends in /api/v3`,
  });
}

async function installationAt({ owner, repo }: GithubPlace, service: HttpService): Promise<string> {
  const owned = repo === undefined ? pathOf`orgs/${owner}` : pathOf`repos/${owner}/${repo}`;
  const path = `${owned}/installation`;
  const answer = await service.send({ method: 'GET', path, accepts: [404] });
  const told = INSTALLATION.safeParse(answer.json());
  if (answer.status !== 404 && told.success) return String(told.data.id);
  const where = repo === undefined ? owner : `${owner}/${repo}`;
  throw new KeyturnError('not-deliverable', `the GitHub App is not installed in ${where}`, {
    hint: `install it there, or set ${APP_INSTALLATION}`,
  });
}

async function privateKey({ options }: GithubPlace, { credentials }: Around): Promise<KeyObject> {
  const reference = options.get('app-key');
  if (reference === undefined) refuseForeignService(options, USUAL_NAMES, credentials, APP_KEY);
  const pem =
    reference === undefined
      ? await credentials.fromEnvironment(APP_KEY)
      : await credentials.resolve(reference);
  const wanted = (why: string) =>
    new KeyturnError('not-deliverable', `${APP_KEY} ${why}`, {
      hint: `set it to \${file:PATH} of the .pem file that GitHub made for the App`,
    });
  if (pem === undefined) throw wanted(`is not set, and ${APP_ID} is`);
  try {
    const key = createPrivateKey(pem.reveal());
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch {
    // The parser's own words may quote the key (I8).
  }
  throw wanted('holds no RSA private key in PEM form');
}

/** GitHub takes ten minutes at most, counted by its own clock. */
const LIFETIME_SECONDS = 540;
const SKEW_SECONDS = 60;

/** A JSON Web Token that the App signs, by RS256 (RFC 7519, RFC 7518 section 3.3). */
function appToken(appId: string, key: KeyObject, now: Date): Secret {
  const seconds = Math.floor(now.getTime() / 1_000);
  const claims = { iat: seconds - SKEW_SECONDS, exp: seconds + LIFETIME_SECONDS, iss: appId };
  const head = base64url({ alg: 'RS256', typ: 'JWT' });
  const signed = `${head}.${base64url(claims)}`;
  const signature = createSign('RSA-SHA256').update(signed).sign(key).toString('base64url');
  return new Secret(`${signed}.${signature}`);
}

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
