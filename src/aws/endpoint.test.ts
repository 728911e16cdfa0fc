import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KeyturnError } from '../base/errors.ts';
import { type EndpointSources, isGuarded, resolveEndpoint } from './endpoint.ts';

const LOCAL = 'http://127.0.0.1:4566';

type Section = Record<string, Record<string, string>>;

function sources(
  env: Record<string, string>,
  profiles: Section = {},
  services: Section = {},
): EndpointSources {
  return {
    env,
    profile: undefined,
    shared: {
      credentialsPath: '/home/u/.aws/credentials',
      configPath: '/home/u/.aws/config',
      profiles: new Map(Object.entries(profiles)),
      services: new Map(Object.entries(services)),
    },
  };
}

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (thrown) {
    return thrown instanceof KeyturnError ? thrown.code : String(thrown);
  }
  return 'none';
}

describe('which endpoint is called', () => {
  const everywhere = sources(
    { AWS_ENDPOINT_URL_IAM: 'http://a/', AWS_ENDPOINT_URL: 'http://b/' },
    { default: { endpoint_url: 'http://d/', services: 's' } },
    { s: { 'iam.endpoint_url': 'http://c/' } },
  );

  it("is AWS's own when nothing is set", () => {
    assert.equal(resolveEndpoint('iam', sources({})), undefined);
    assert.equal(resolveEndpoint('iam', sources({ AWS_ENDPOINT_URL: '' })), undefined);
  });

  it('comes from the most specific place: variable of the service, variable, section, profile', () => {
    const { env, shared } = everywhere;
    const { AWS_ENDPOINT_URL_IAM: _, ...withoutFirst } = env;
    assert.equal(resolveEndpoint('iam', everywhere), 'http://a/');
    assert.equal(resolveEndpoint('sts', everywhere), 'http://b/');
    assert.equal(resolveEndpoint('iam', { ...everywhere, env: withoutFirst }), 'http://b/');
    assert.equal(resolveEndpoint('iam', { ...everywhere, env: {} }), 'http://c/');
    assert.equal(resolveEndpoint('sts', { ...everywhere, env: {} }), 'http://d/');
    assert.equal(resolveEndpoint('sts', { env: {}, shared, profile: 'other' }), undefined);
  });

  it("is AWS's own when configured endpoints are ignored, by variable or by profile", () => {
    const env = { ...everywhere.env, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' };
    assert.equal(resolveEndpoint('iam', { ...everywhere, env }), undefined);
    const setting = { ignore_configured_endpoint_urls: 'true' };
    const profile = { default: { endpoint_url: LOCAL, ...setting } };
    assert.equal(resolveEndpoint('iam', sources({}, profile)), undefined);
    const overruled = { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'false' };
    assert.equal(resolveEndpoint('iam', sources(overruled, profile)), `${LOCAL}/`);
  });

  it('refuses what is not an HTTP URL, and a services section that does not exist', () => {
    for (const url of ['localhost:4566', '127.0.0.1', 'ftp://127.0.0.1', 'x']) {
      assert.equal(
        codeOf(() => resolveEndpoint('iam', sources({ AWS_ENDPOINT_URL: url }))),
        'bad-value',
      );
    }
    const dangling = sources({}, { default: { services: 'gone' } });
    assert.equal(
      codeOf(() => resolveEndpoint('iam', dangling)),
      'bad-value',
    );
  });
});

describe('the endpoint guard', () => {
  function guardOn(url: string | undefined): string {
    const env = { KEYTURN_ENDPOINT_GUARD: 'loopback', ...(url && { AWS_ENDPOINT_URL: url }) };
    return codeOf(() => resolveEndpoint('iam', sources(env)));
  }

  for (const url of [
    'http://127.0.0.1:4566',
    'http://127.1.2.3',
    'https://localhost:4566/path',
    'http://LOCALHOST',
    'http://[::1]:4566',
    'http://2130706433',
  ]) {
    it(`lets ${url} pass`, () => assert.equal(guardOn(url), 'none'));
  }

  for (const url of [
    undefined,
    'https://iam.example.com',
    'http://127.0.0.1.example.com',
    'http://127.example.com',
    'http://127.0.0.1@example.com',
    'http://localhost.example.com',
    'http://10.0.0.1',
    'http://0.0.0.0',
    'http://169.254.169.254',
    'http://[::ffff:7f00:1]',
    'http://[::2]',
  ]) {
    it(`refuses ${url ?? "AWS's own endpoint"}`, () => {
      assert.equal(guardOn(url), 'endpoint-guard');
    });
  }

  it('is not switched off by a misspelling', () => {
    assert.equal(
      codeOf(() => isGuarded({ KEYTURN_ENDPOINT_GUARD: 'loopbak' })),
      'endpoint-guard',
    );
    assert.equal(isGuarded({ KEYTURN_ENDPOINT_GUARD: '' }), false);
    assert.equal(isGuarded({}), false);
  });
});
