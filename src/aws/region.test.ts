import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EndpointSources } from './endpoint.ts';
import { regionSettings } from './region.ts';

function sources(env: Record<string, string>, dev: Record<string, string> = {}): EndpointSources {
  const profiles = new Map([['dev', dev]]);
  const shared = {
    credentialsPath: '/c',
    configPath: '/f',
    profiles,
    services: new Map(),
    ssoSessions: new Set<string>(),
    pairsInCredentials: new Set<string>(),
  };
  return { env, profile: 'dev', shared };
}

describe('the region', () => {
  const profile = { region: 'cn-north-1' };
  it('is the one that is named, else of the environment, else of the profile', () => {
    const env = { AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-2' };
    assert.equal(regionSettings('us-gov-west-1', sources(env, profile)).region, 'us-gov-west-1');
    assert.equal(regionSettings(undefined, sources(env, profile)).region, 'eu-west-1');
    const older = { AWS_REGION: '', AWS_DEFAULT_REGION: 'eu-west-2' };
    assert.equal(regionSettings(undefined, sources(older, profile)).region, 'eu-west-2');
    assert.equal(regionSettings(undefined, sources({}, profile)).region, 'cn-north-1');
    assert.equal(regionSettings(undefined, sources({})).region, 'us-east-1');
  });

  it('may stand for a partition', () => {
    const global = regionSettings('aws-global', sources({}));
    assert.deepEqual([global.region, global.useGlobalSts], ['us-east-1', true]);
    const china = regionSettings(undefined, sources({ AWS_REGION: 'aws-cn-global' }));
    assert.deepEqual([china.region, china.useGlobalSts], ['cn-north-1', false]);
    assert.equal(regionSettings('aws-us-gov-global', sources({})).region, 'us-gov-west-1');
  });

  it('of a profile that is none is named', () => {
    assert.throws(() => regionSettings(undefined, sources({}, { region: 'London' })), {
      code: 'bad-value',
      message: 'region of profile dev is "London", which is not a region',
    });
  });
});

describe('the kind of endpoint', () => {
  it('is that of the environment, else of the profile', () => {
    const fips = { use_fips_endpoint: 'True', use_dualstack_endpoint: 'false' };
    const ofProfile = regionSettings(undefined, sources({}, fips));
    assert.equal(ofProfile.useFipsEndpoint, true);
    assert.equal(ofProfile.useDualstackEndpoint, false);
    const env = { AWS_USE_FIPS_ENDPOINT: 'false', AWS_USE_DUALSTACK_ENDPOINT: 'true' };
    const ofEnvironment = regionSettings(undefined, sources(env, fips));
    assert.equal(ofEnvironment.useFipsEndpoint, false);
    assert.equal(ofEnvironment.useDualstackEndpoint, true);
  });
});
