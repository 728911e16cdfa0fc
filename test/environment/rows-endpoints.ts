// Which hosts are asked, in which region.

import { pair } from './keys.ts';
import type { Settings, Theme } from './row.ts';

const KEYS = { credentials: `[default]\n${pair('default')}[dev]\n${pair('dev')}` };
const THERE = { ...KEYS, region: 'us-east-1' };

function withRegion(region: string): Settings {
  return { ...KEYS, config: `[profile dev]\nregion = ${region}\n`, profile: 'dev' };
}

const CHINA = {
  kind: 'reached',
  sts: 'sts.cn-north-1.amazonaws.com.cn',
  iam: 'iam.cn-north-1.amazonaws.com.cn',
  region: 'cn-north-1',
} as const;

const GLOBAL = { kind: 'reached', sts: 'sts.amazonaws.com', region: 'us-east-1' } as const;
const ITS_OWN = { kind: 'reached', sts: 'localhost', iam: 'localhost' } as const;

export const REGIONS: Theme = {
  title: 'Region and partition',
  about:
    'The region chooses the partition: AWS, China, GovCloud. IAM has one endpoint for all regions of a partition.',
  rows: [
    {
      settings: '`--profile dev` with `region = cn-north-1`',
      of: () => withRegion('cn-north-1'),
      outcome: CHINA,
      result: 'China',
    },
    {
      settings: '`--profile dev` with `region = us-gov-west-1`',
      of: () => withRegion('us-gov-west-1'),
      outcome: {
        kind: 'reached',
        sts: 'sts.us-gov-west-1.amazonaws.com',
        iam: 'iam.us-gov.amazonaws.com',
        region: 'us-gov-west-1',
      },
      result: 'GovCloud',
    },
    {
      settings: '`AWS_DEFAULT_REGION=eu-west-1`, and a profile of China',
      of: () => ({ ...withRegion('cn-north-1'), env: { AWS_DEFAULT_REGION: 'eu-west-1' } }),
      outcome: {
        kind: 'reached',
        sts: 'sts.eu-west-1.amazonaws.com',
        iam: 'iam.amazonaws.com',
        region: 'eu-west-1',
      },
      result: 'eu-west-1',
    },
    {
      settings: '`AWS_REGION=eu-west-1` and `AWS_DEFAULT_REGION=us-east-1`',
      of: () => ({ ...KEYS, env: { AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'us-east-1' } }),
      outcome: { kind: 'reached', sts: 'sts.eu-west-1.amazonaws.com', iam: 'iam.amazonaws.com' },
      result: 'eu-west-1',
      theirs: { boto3: { kind: 'reached', sts: 'sts.us-east-1.amazonaws.com' } },
      note: 'the AWS CLI 2 the same; boto3 and the AWS CLI 1 know `AWS_DEFAULT_REGION` alone',
    },
    {
      settings: '`--region eu-west-1`, `AWS_DEFAULT_REGION=us-east-1`',
      of: () => ({ ...KEYS, env: { AWS_DEFAULT_REGION: 'us-east-1' }, region: 'eu-west-1' }),
      outcome: { kind: 'reached', sts: 'sts.eu-west-1.amazonaws.com', iam: 'iam.amazonaws.com' },
      result: 'eu-west-1',
    },
    {
      settings: 'no region',
      of: () => KEYS,
      outcome: {
        kind: 'reached',
        sts: 'sts.us-east-1.amazonaws.com',
        iam: 'iam.amazonaws.com',
        region: 'us-east-1',
      },
      result: 'us-east-1',
      theirs: { 'AWS CLI': GLOBAL, boto3: GLOBAL },
      note: 'the same service by its global name',
    },
    {
      settings: '`AWS_REGION=aws-global` and `AWS_DEFAULT_REGION=aws-global`',
      of: () => ({ ...KEYS, env: { AWS_REGION: 'aws-global', AWS_DEFAULT_REGION: 'aws-global' } }),
      outcome: {
        kind: 'reached',
        sts: 'sts.amazonaws.com',
        iam: 'iam.amazonaws.com',
        region: 'us-east-1',
      },
      result: 'the global endpoints',
    },
    {
      settings: '`--region aws-cn-global`',
      of: () => ({ ...KEYS, region: 'aws-cn-global' }),
      outcome: { kind: 'reached', iam: 'iam.cn-north-1.amazonaws.com.cn' },
      result: 'China',
    },
    {
      settings: '`AWS_STS_REGIONAL_ENDPOINTS=legacy`',
      of: () => ({ ...KEYS, region: 'us-east-1', env: { AWS_STS_REGIONAL_ENDPOINTS: 'legacy' } }),
      outcome: { kind: 'reached', sts: 'sts.amazonaws.com', region: 'us-east-1' },
      result: 'the global endpoint of STS',
      theirs: { 'AWS CLI': { kind: 'reached', sts: 'sts.us-east-1.amazonaws.com' } },
      note: 'boto3 and the AWS CLI 1 the same; the AWS CLI 2 does not know the setting',
    },
    {
      settings: '`AWS_USE_FIPS_ENDPOINT=true`',
      of: () => ({ ...KEYS, region: 'us-east-1', env: { AWS_USE_FIPS_ENDPOINT: 'true' } }),
      outcome: {
        kind: 'reached',
        sts: 'sts-fips.us-east-1.amazonaws.com',
        iam: 'iam-fips.amazonaws.com',
      },
      result: 'FIPS endpoints',
    },
    {
      settings: '`use_fips_endpoint = true` of a profile',
      of: () => ({
        ...KEYS,
        config: '[profile dev]\nregion = us-east-1\nuse_fips_endpoint = true\n',
        profile: 'dev',
      }),
      outcome: {
        kind: 'reached',
        sts: 'sts-fips.us-east-1.amazonaws.com',
        iam: 'iam-fips.amazonaws.com',
      },
      result: 'FIPS endpoints',
    },
    {
      settings: '`AWS_USE_DUALSTACK_ENDPOINT=true`',
      of: () => ({ ...KEYS, region: 'us-east-1', env: { AWS_USE_DUALSTACK_ENDPOINT: 'true' } }),
      outcome: { kind: 'reached', sts: 'sts.us-east-1.api.aws', iam: 'iam.global.api.aws' },
      result: 'dual-stack endpoints',
      needsRecent: true,
    },
    {
      settings: '`AWS_USE_FIPS_ENDPOINT=true` and `AWS_ENDPOINT_URL`',
      of: ({ ports }) => ({
        ...KEYS,
        region: 'us-east-1',
        env: {
          AWS_USE_FIPS_ENDPOINT: 'true',
          AWS_ENDPOINT_URL: `https://localhost:${ports.https}`,
        },
      }),
      outcome: { kind: 'refused', words: /FIPS.*custom endpoint are not supported/i },
      result: 'refused, with both named',
      theirs: { 'AWS CLI': ITS_OWN, boto3: ITS_OWN },
      note: 'they ask the URL; who asked for FIPS would get something else unseen',
      needsRecent: true,
    },
    {
      settings: '`AWS_USE_FIPS_ENDPOINT=true` in China',
      of: () => ({ ...KEYS, region: 'cn-north-1', env: { AWS_USE_FIPS_ENDPOINT: 'true' } }),
      outcome: { kind: 'reached', sts: 'sts-fips.cn-north-1.amazonaws.com.cn' },
      result: 'FIPS endpoints, which are not there: the error names the setting',
    },
  ],
};

const ELSEWHERE = (port: number) => `https://other.corp.test:${port}`;

export const ENDPOINTS: Theme = {
  title: 'Endpoints of your own',
  about:
    'Such a URL is `https`, or of this machine. Both services are asked there unless one has a URL of its own.',
  rows: [
    {
      settings: '`AWS_ENDPOINT_URL`',
      of: ({ ports }) => ({ ...THERE, env: { AWS_ENDPOINT_URL: ELSEWHERE(ports.https) } }),
      outcome: { kind: 'reached', sts: 'other.corp.test', iam: 'other.corp.test' },
      result: 'both services there',
      needsRecent: true,
    },
    {
      settings: '`AWS_ENDPOINT_URL_IAM` and `AWS_ENDPOINT_URL`',
      of: ({ ports }) => ({
        ...THERE,
        env: {
          AWS_ENDPOINT_URL: ELSEWHERE(ports.https),
          AWS_ENDPOINT_URL_IAM: `https://iam.corp.test:${ports.https}`,
        },
      }),
      outcome: { kind: 'reached', sts: 'other.corp.test', iam: 'iam.corp.test' },
      result: 'each where it is',
      needsRecent: true,
    },
    {
      settings: '`services` of a profile',
      of: ({ ports }) => ({
        ...THERE,
        config: `[profile dev]\nservices = s\nendpoint_url = ${ELSEWHERE(ports.https)}\n[services s]\niam =\n  endpoint_url = https://iam.corp.test:${ports.https}\n`,
        profile: 'dev',
      }),
      outcome: { kind: 'reached', sts: 'other.corp.test', iam: 'iam.corp.test' },
      result: 'each where it is',
      needsRecent: true,
    },
    {
      settings: '`AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true` and `AWS_ENDPOINT_URL`',
      of: ({ ports }) => ({
        ...THERE,
        region: 'us-east-1',
        env: {
          AWS_ENDPOINT_URL: ELSEWHERE(ports.https),
          AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true',
        },
      }),
      outcome: { kind: 'reached', sts: 'sts.us-east-1.amazonaws.com', iam: 'iam.amazonaws.com' },
      result: "AWS's own",
    },
  ],
};
