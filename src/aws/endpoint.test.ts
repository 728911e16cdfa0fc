import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KeyturnError } from '../base/errors.ts';
import { isGuarded } from '../http/guard.ts';
import {
  type EndpointSources,
  isConfined,
  refuseInsecureEndpoints,
  resolveEndpoint,
} from './endpoint.ts';

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
      ssoSessions: new Set<string>(),
      pairsInCredentials: new Set<string>(),
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

describe('a clock that tells a sandbox', () => {
  const sandbox = LOCAL;
  const bound = (env: Record<string, string>, profiles: Section = {}): EndpointSources => ({
    ...sources(env, profiles),
    sandbox,
  });

  it('lets nothing be asked but that sandbox', () => {
    assert.equal(resolveEndpoint('iam', bound({ AWS_ENDPOINT_URL: LOCAL })), `${LOCAL}/`);
    const profile = { default: { endpoint_url: LOCAL } };
    assert.equal(resolveEndpoint('sts', bound({}, profile)), `${LOCAL}/`);
    const others: EndpointSources[] = [
      bound({}),
      bound({ AWS_ENDPOINT_URL: 'http://127.0.0.1:4567' }),
      bound({ AWS_ENDPOINT_URL: 'http://localhost:4566' }),
      bound({ AWS_ENDPOINT_URL: 'https://127.0.0.1:4566' }),
      bound({ AWS_ENDPOINT_URL: 'https://iam.invalid' }),
      bound({ AWS_ENDPOINT_URL: LOCAL, AWS_ENDPOINT_URL_IAM: 'https://iam.invalid' }),
      bound({ AWS_ENDPOINT_URL: LOCAL, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }),
      bound({}, { default: { endpoint_url: 'https://iam.invalid' } }),
    ];
    for (const other of others) {
      assert.equal(
        codeOf(() => resolveEndpoint('iam', other)),
        'endpoint-guard',
        JSON.stringify(other.env),
      );
    }
  });

  it('confines what signs the calls too, and the guard does so without one', () => {
    assert.equal(isConfined(bound({})), true);
    assert.equal(isConfined(sources({ KEYTURN_ENDPOINT_GUARD: 'loopback' })), true);
    assert.equal(isConfined(sources({})), false);
  });
});

describe('which endpoint is called', () => {
  const everywhere = sources(
    { AWS_ENDPOINT_URL_IAM: 'https://a/', AWS_ENDPOINT_URL: 'https://b/' },
    { default: { endpoint_url: 'https://d/', services: 's' } },
    { s: { 'iam.endpoint_url': 'https://c/' } },
  );

  it("is AWS's own when nothing is set", () => {
    assert.equal(resolveEndpoint('iam', sources({})), undefined);
    assert.equal(resolveEndpoint('iam', sources({ AWS_ENDPOINT_URL: '' })), undefined);
  });

  it('comes from the most specific place: variable of the service, variable, section, profile', () => {
    const { env, shared } = everywhere;
    const { AWS_ENDPOINT_URL_IAM: _, ...withoutFirst } = env;
    assert.equal(resolveEndpoint('iam', everywhere), 'https://a/');
    assert.equal(resolveEndpoint('sts', everywhere), 'https://b/');
    assert.equal(resolveEndpoint('iam', { ...everywhere, env: withoutFirst }), 'https://b/');
    assert.equal(resolveEndpoint('iam', { ...everywhere, env: {} }), 'https://c/');
    assert.equal(resolveEndpoint('sts', { ...everywhere, env: {} }), 'https://d/');
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
      const isPlain = url?.startsWith('http:') === true;
      assert.equal(guardOn(url), isPlain ? 'endpoint-insecure' : 'endpoint-guard');
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

describe('no secret over http off loopback (I8)', () => {
  const INSECURE = [
    'http://10.0.0.1:4566',
    'http://iam.example.com',
    'HTTP://iam.example.com',
    'http://localhost.evil.com',
    'http://127.0.0.1.evil.com',
    'http://127.0.0.1@evil.com',
    'http://localhost:80@evil.com/',
    'http://evil.com/#@127.0.0.1',
    'http://evil.com\\@127.0.0.1',
    'http://0.0.0.0:4566',
    'http://[::]:4566',
    'http://[::2]',
    'http://[::ffff:10.0.0.1]',
    'http://[fe80::1]',
    'http://169.254.170.2',
    'http://128.0.0.1',
    'http://1.127.0.1',
    'http://lοcalhost',
    ' http://evil.com',
  ];
  const SECURE = [
    'https://iam.example.com',
    'http://127.0.0.1:4566',
    'http://127.9.9.9',
    'http://LOCALHOST:4566',
    'http://[::1]:4566/path',
    'http://evil.com@127.0.0.1',
    'http://0x7f.1',
  ];

  function codeFor(from: EndpointSources): string[] {
    const own = (['iam', 'sts', 'secrets_manager', 'ssm'] as const).map((service) =>
      codeOf(() => resolveEndpoint(service, from)),
    );
    return [...new Set([...own, codeOf(() => refuseInsecureEndpoints(from))])];
  }

  for (const url of INSECURE) {
    it(`refuses ${url}, from every place that names it`, () => {
      const places: EndpointSources[] = [
        sources({ AWS_ENDPOINT_URL: url }),
        sources({}, { default: { endpoint_url: url } }),
      ];
      for (const from of places) assert.deepEqual(codeFor(from), ['endpoint-insecure']);
    });
  }

  for (const url of SECURE) {
    it(`lets ${url} pass`, () => {
      assert.deepEqual(codeFor(sources({ AWS_ENDPOINT_URL: url })), ['none']);
    });
  }

  it('asks about every service before the first call', () => {
    for (const service of ['IAM', 'STS', 'SECRETS_MANAGER', 'SSM', 'SSO', 'ORGANIZATIONS']) {
      const env = { [`AWS_ENDPOINT_URL_${service}`]: 'http://evil.com' };
      assert.equal(
        codeOf(() => refuseInsecureEndpoints(sources(env))),
        'endpoint-insecure',
      );
    }
    const section = sources(
      {},
      { default: { services: 's' } },
      { s: { 'ssm.endpoint_url': 'http://evil.com' } },
    );
    assert.equal(
      codeOf(() => refuseInsecureEndpoints(section)),
      'endpoint-insecure',
    );
  });

  it('does not mind what is ignored', () => {
    const env = {
      AWS_ENDPOINT_URL: 'http://evil.com',
      AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true',
    };
    assert.deepEqual(codeFor(sources(env)), ['none']);
  });

  it('names the setting in the hint', () => {
    try {
      resolveEndpoint('ssm', sources({ AWS_ENDPOINT_URL_SSM: 'http://evil.com' }));
      assert.fail('nothing was thrown');
    } catch (thrown) {
      assert.ok(thrown instanceof KeyturnError);
      assert.match(thrown.hint ?? '', /AWS_ENDPOINT_URL_SSM/);
      assert.equal(thrown.exitCode, 3);
    }
  });

  it('refuses certificates that nobody checks', () => {
    const off = { NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    assert.equal(
      codeOf(() => refuseInsecureEndpoints(sources(off))),
      'endpoint-insecure',
    );
    assert.equal(
      codeOf(() => refuseInsecureEndpoints(sources({ ...off, AWS_ENDPOINT_URL: LOCAL }))),
      'none',
    );
  });
});
