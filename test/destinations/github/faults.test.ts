// What goes wrong between a run and GitHub, at a GitHub for tests that opens boxes with libsodium.

import assert from 'node:assert/strict';
import { generateKeyPairSync, verify } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Destination } from '../../../src/destinations/destination.ts';
import { openDestination } from '../../../src/destinations/kinds.ts';
import { NEW, OLD } from '../contract.ts';
import type { JsonFault, JsonRequest } from '../json-server.ts';
import { testOpening } from '../opening.ts';
import { isDelivered, refusal } from '../refusal.ts';
import { startGithub } from './fake-github.ts';
import { openGithubPlace, REPOSITORIES } from './subject.ts';

const REPOSITORY = { place: 'acme/app', store: 'repos/acme/app/actions', unfit: '' };
const ORGANIZATION = { place: 'acme', store: 'orgs/acme/actions', unfit: '' };

async function arranged(test: TestContext, subject = REPOSITORY, kind = 'github') {
  const stage = await openGithubPlace(test, subject);
  await stage.issue(NEW);
  const destination = await openDestination({ kind, place: stage.place }, stage.opening);
  assert.ok(destination !== undefined);
  const { github } = stage;
  const puts = () => github.requests.filter(({ method }) => method === 'PUT').map(nameOf);
  return { ...stage, destination, puts };
}

const nameOf = ({ path }: JsonRequest): string => path.split('/').at(-1) ?? '';
const isPut = ({ method }: JsonRequest): boolean => method === 'PUT';

/** The first PUT of the secret, and no later one. */
function once(name: string, fault: JsonFault): JsonFault {
  let isOver = false;
  return (request, next) => {
    if (isOver || !isPut(request) || nameOf(request) !== name) return next();
    isOver = true;
    return fault(request, next);
  };
}

describe('GitHub secrets, and what may happen to a write', () => {
  it('the secret goes first and the key ID last, both sealed before the first', async (test) => {
    const { destination, puts, github } = await arranged(test);
    await isDelivered(destination);
    assert.deepEqual(puts(), ['AWS_SECRET_ACCESS_KEY', 'AWS_ACCESS_KEY_ID']);
    const [first] = github.requests.filter(isPut);
    assert.equal(String(first?.body.encrypted_value).length, 120);
    assert.equal(first?.headers['x-github-api-version'], '2022-11-28');
  });

  for (const [name, answer] of Object.entries({
    '429 with Retry-After': { status: 429, headers: { 'retry-after': '7' } },
    '403 of a rate': { status: 403, headers: { 'retry-after': '7' }, body: { message: 'slow' } },
  })) {
    it(`${name} is waited for`, async (test) => {
      const { destination, github, opening } = await arranged(test);
      github.fault = once('AWS_SECRET_ACCESS_KEY', () => answer);
      const before = opening.clock.now();
      await isDelivered(destination);
      assert.ok(Number(opening.clock.now()) - Number(before) >= 7_000);
    });
  }

  it('a public key that changed in the meantime is fetched again', async (test) => {
    const { destination, github, served } = await arranged(test);
    github.fault = once('AWS_ACCESS_KEY_ID', (_request, next) => {
      github.rotateKeys();
      return next();
    });
    await isDelivered(destination);
    assert.deepEqual(await served(NEW.keyId), { id: NEW.keyId, secret: NEW.secret.reveal() });
  });

  it('a 422 for another reason is told, and not repeated', async (test) => {
    const { destination, github, puts } = await arranged(test);
    github.fault = (request, next) =>
      isPut(request) ? { status: 422, body: { message: 'Too many secrets' } } : next();
    assert.match((await refusal(() => destination.deliver(NEW))).message, /Too many secrets/);
    assert.equal(puts().length, 1);
  });

  it('a GitHub that accepts and forgets is found out', async (test) => {
    const { destination, github } = await arranged(test);
    github.fault = (request, next) => (isPut(request) ? { status: 204 } : next());
    const error = await refusal(() => destination.deliver(NEW));
    assert.match(error.message, /took the new pair, and still says .* before that/);
  });

  it('one that forgets one half is found out too', async (test) => {
    const { destination, github } = await arranged(test);
    github.fault = once('AWS_ACCESS_KEY_ID', () => ({ status: 204 }));
    assert.equal((await refusal(() => destination.deliver(NEW))).code, 'delivery-failed');
  });

  it('a secret that somebody deletes in the meantime is told, and written the next time', async (test) => {
    const { destination, github } = await arranged(test);
    github.fault = once('AWS_ACCESS_KEY_ID', (_request, next) => {
      github.secrets.delete(`${REPOSITORY.store} AWS_ACCESS_KEY_ID`);
      return next();
    });
    assert.match((await refusal(() => destination.deliver(NEW))).message, /somebody deleted/);
    await isDelivered(destination);
  });

  it('what somebody writes later is never taken for ours', async (test) => {
    const { destination, github, opening } = await arranged(test);
    const receipt = await destination.deliver(NEW);
    assert.ok(await destination.holds(NEW.keyId, receipt));
    assert.equal(await destination.isRead?.(NEW.keyId, receipt), true);
    assert.equal(await destination.isRead?.(OLD.keyId, receipt), false);
    await opening.clock.sleep(5_000);
    github.put(REPOSITORY.store, 'AWS_SECRET_ACCESS_KEY', { value: 'theirs' });
    const error = await refusal(() => destination.holds(NEW.keyId, receipt));
    assert.match(error.message, /GitHub never shows it, and somebody has written there since/);
    await refusal(async () => destination.isRead?.(OLD.keyId, receipt));
    github.secrets.delete(`${REPOSITORY.store} AWS_SECRET_ACCESS_KEY`);
    assert.equal(await destination.holds(NEW.keyId, receipt), undefined);
    assert.equal(await destination.isRead?.(OLD.keyId, receipt), false);
  });

  it('without a record of the delivery nobody can tell which key is there', async (test) => {
    const { destination } = await arranged(test);
    await destination.deliver(NEW);
    const none = { kind: 'github', reference: 'acme/app' };
    const error = await refusal(() => destination.holds(NEW.keyId, none));
    assert.match(error.message, /no record of a delivery/);
  });
});

describe('GitHub secrets, and what a look finds', () => {
  const looked = async (destination: Destination) =>
    await refusal(async () => destination.prepare?.());

  it('a secret that is missing is named, with the command that makes it', async (test) => {
    const { destination, github } = await arranged(test);
    github.secrets.delete(`${REPOSITORY.store} AWS_SECRET_ACCESS_KEY`);
    const error = await looked(destination);
    assert.equal(error.code, 'not-deliverable');
    assert.match(error.message, /AWS_SECRET_ACCESS_KEY is not among the secrets of acme\/app/);
    assert.match(
      error.hint ?? '',
      /^ {2}gh secret set AWS_SECRET_ACCESS_KEY --repo acme\/app --body none$/m,
    );
  });

  it('one that is the organization\u2019s is told as that', async (test) => {
    const { destination, github } = await arranged(test);
    github.secrets.delete(`${REPOSITORY.store} AWS_ACCESS_KEY_ID`);
    github.put('orgs/acme/actions', 'AWS_ACCESS_KEY_ID', { value: 'x', visibility: 'all' });
    const error = await looked(destination);
    assert.match(error.message, /read the one of the organization acme/);
    assert.match(error.hint ?? '', /^ {2}--deliver 'github-org=acme\?address=\S+'$/m);
  });

  it('a wrong token, and one that may not', async (test) => {
    const { destination, github } = await arranged(test);
    github.fault = () => ({ status: 401, body: { message: 'Bad credentials' } });
    assert.match((await looked(destination)).hint ?? '', /expired or was revoked/);
    github.fault = () => ({
      status: 403,
      body: { message: 'Resource not accessible by personal access token' },
      headers: { 'x-accepted-github-permissions': 'secrets=read' },
    });
    const error = await looked(destination);
    assert.match(error.message, /not accessible by personal access token/);
    assert.match(error.hint ?? '', /"Secrets: read and write" \(GitHub names secrets=read\)/);
  });

  it('a classic token without the scope is refused before a key is made', async (test) => {
    const { destination, github } = await arranged(test);
    github.scopes = 'gist, read:org';
    assert.match((await looked(destination)).message, /it has the scopes gist, read:org/);
    github.scopes = 'repo';
    await destination.prepare?.();
  });

  it('an archived repository takes no secret', async (test) => {
    const { destination, github } = await arranged(test);
    github.repositories.set('repos/acme/app', { archived: true });
    assert.match((await looked(destination)).message, /archived/);
  });

  it('without a token nothing is asked', async (test) => {
    const { opening } = await testOpening(test, {});
    const destination = await openDestination({ kind: 'github', place: 'acme/app' }, opening);
    const error = await refusal(async () => destination?.prepare?.());
    assert.equal(error.code, 'not-deliverable');
    assert.match(error.hint ?? '', /KEYTURN_GITHUB_TOKEN or GH_TOKEN or GITHUB_TOKEN/);
  });

  it('a secret in the variable that is to hold the ID is refused, and not quoted', async (test) => {
    const subject = { ...REPOSITORY, names: 'vars.KEY_ID,KEY' };
    const { destination, github } = await arranged(test, subject);
    github.putVariable(REPOSITORY.store, 'KEY_ID', OLD.secret.reveal());
    assert.match((await looked(destination)).message, /KEY_ID of acme\/app/);
  });
});

describe('secrets of an organization', () => {
  const open = (test: TestContext) => arranged(test, ORGANIZATION, 'github-org');
  const audience = ({ secrets }: { secrets: Map<string, { repositories?: number[] }> }) =>
    secrets.get('orgs/acme/actions AWS_ACCESS_KEY_ID')?.repositories;

  it('keep all their repositories, over several pages', async (test) => {
    const { destination, github } = await open(test);
    await isDelivered(destination);
    assert.deepEqual(audience(github), REPOSITORIES);
  });

  for (const visibility of ['all', 'private']) {
    it(`stay ${visibility}`, async (test) => {
      const { destination, github } = await open(test);
      for (const [, secret] of github.secrets) Object.assign(secret, { visibility });
      await isDelivered(destination);
      for (const [, secret] of github.secrets) assert.equal(secret.visibility, visibility);
      const [put] = github.requests.filter(isPut);
      assert.equal(put?.body.selected_repository_ids, undefined);
    });
  }

  it('give back what a write took from somebody', async (test) => {
    const { destination, github } = await open(test);
    github.fault = once('AWS_ACCESS_KEY_ID', (request, next) => {
      delete request.body.selected_repository_ids;
      return next();
    });
    await isDelivered(destination);
    assert.deepEqual(audience(github)?.toSorted(), REPOSITORIES);
  });
});

describe('a GitHub App', () => {
  it('signs for a token of the one repository', async (test) => {
    const env: Record<string, string> = {};
    const { opening, folder } = await testOpening(test, env);
    const github = await startGithub(test, opening.clock);
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const path = join(folder, 'app.pem');
    writeFileSync(path, privateKey.export({ type: 'pkcs1', format: 'pem' }));
    Object.assign(env, {
      GITHUB_API_URL: github.url,
      KEYTURN_GITHUB_APP_ID: '12345',
      KEYTURN_GITHUB_APP_PRIVATE_KEY: `\${file:${path}}`,
    });
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) {
      github.put('repos/acme/app/actions', name, { value: 'old' });
    }
    github.fault = (request, next) => {
      const { path: asked, headers, body } = request;
      if (!/installation/.test(asked)) return next();
      const [head = '', claims = '', signature = ''] =
        headers.authorization?.replace('Bearer ', '').split('.') ?? [];
      const signed = Buffer.from(`${head}.${claims}`);
      assert.ok(verify('sha256', signed, publicKey, Buffer.from(signature, 'base64url')));
      const { iss, exp, iat } = JSON.parse(Buffer.from(claims, 'base64url').toString());
      assert.equal(iss, '12345');
      assert.ok(exp - iat <= 600);
      if (asked === 'repos/acme/app/installation') return { status: 200, body: { id: 77 } };
      assert.equal(asked, 'app/installations/77/access_tokens');
      assert.deepEqual(body, { repositories: ['app'] });
      github.tokens.add('ghs_of_the_app');
      return { status: 201, body: { token: 'ghs_of_the_app', expires_at: 'later' } };
    };
    const destination = await openDestination({ kind: 'github', place: 'acme/app' }, opening);
    assert.ok(destination !== undefined);
    await isDelivered(destination);
    assert.equal(github.value('repos/acme/app/actions', 'AWS_ACCESS_KEY_ID'), NEW.keyId);
  });

  it('is told what its key is to be', async (test) => {
    const env = { KEYTURN_GITHUB_APP_ID: '1', KEYTURN_GITHUB_APP_PRIVATE_KEY: 'not a key' };
    const { opening } = await testOpening(test, env);
    const destination = await openDestination({ kind: 'github', place: 'acme/app' }, opening);
    const error = await refusal(async () => destination?.prepare?.());
    assert.match(error.message, /KEYTURN_GITHUB_APP_PRIVATE_KEY holds no RSA private key/);
    assert.ok(!`${error.message}${error.hint}`.includes('not a key'));
  });
});

describe('secrets that are made', () => {
  const made = async (test: TestContext, subject = REPOSITORY, kind = 'github') => {
    const stage = await openGithubPlace(test, subject);
    await stage.takeAway?.();
    const opening = { ...stage.opening, newPlaces: { tags: {} } };
    const destination = await openDestination({ kind, place: stage.place }, opening);
    assert.ok(destination?.making !== undefined);
    return { ...stage, destination, making: destination.making };
  };

  it('hide none of the organization, and in an environment none of the repository', async (test) => {
    const shared = await made(test);
    shared.github.put('orgs/acme/actions', 'AWS_ACCESS_KEY_ID', { value: 'x', visibility: 'all' });
    const ofOrganization = await refusal(async () => shared.destination.prepare?.());
    assert.match(ofOrganization.message, /read the one of the organization acme/);
    const store = 'repos/acme/app/environments/production';
    const subject = { place: 'acme/app:production', store, unfit: '' };
    const inEnvironment = await made(test, subject);
    await inEnvironment.destination.prepare?.();
    inEnvironment.github.put('repos/acme/app/actions', 'AWS_ACCESS_KEY_ID', { value: 'theirs' });
    const error = await refusal(async () => inEnvironment.destination.prepare?.());
    assert.match(error.message, /AWS_ACCESS_KEY_ID is not among .* and would hide the secret of/);
    assert.match(error.hint ?? '', /^ {2}--deliver 'github=acme\/app\?address=\S+'$/m);
  });

  it('of an organization are given to no repository', async (test) => {
    const { making, github } = await made(test, ORGANIZATION, 'github-org');
    await making.make();
    const secret = github.secrets.get('orgs/acme/actions AWS_ACCESS_KEY_ID');
    assert.deepEqual([secret?.visibility, secret?.repositories], ['selected', []]);
    assert.equal(secret?.value, 'placeholder');
  });

  it('are not made by a token that may not, which is told with the permission', async (test) => {
    const { making, github } = await made(test);
    github.fault = (request, next) =>
      isPut(request) ? { status: 403, body: { message: 'Resource not accessible' } } : next();
    const error = await refusal(() => making.make());
    assert.equal(error.code, 'not-deliverable');
    assert.match(error.hint ?? '', /"Secrets: read and write"/);
  });
});
