// The way to AWS: proxies, and who vouches for the certificate.

import { pair } from './keys.ts';
import type { Place, Row, Settings, Theme } from './row.ts';

const KEYS = { credentials: `[default]\n${pair('default')}`, region: 'us-east-1' };

function proxied(env: (place: Place) => Record<string, string>): (place: Place) => Settings {
  return (place) => ({ ...KEYS, env: env(place) });
}

const url = ({ ports }: Place, credentials = '') => `http://${credentials}127.0.0.1:${ports.proxy}`;
const THROUGH = { kind: 'reached', via: 'proxy', iam: 'iam.amazonaws.com' } as const;
const PAST = { kind: 'reached', via: 'direct' } as const;
const BOTH_THROUGH = {
  'AWS CLI': { kind: 'reached', via: 'proxy' },
  boto3: { kind: 'reached', via: 'proxy' },
} as const;
const ON_THIS_MACHINE =
  'through the proxy, which would see a new secret: keyturn never asks this machine through one';
const AS_MEANT =
  'through the proxy; other tools read it as keyturn does, and as whoever wrote it meant it';

/** Two tools that ask one host of a corporate network, past the proxy or through it. */
function noProxy(value: string, outcome: Row['outcome'], more: Partial<Row> = {}): Row {
  return {
    settings: `\`NO_PROXY=${value}\`, for \`https://iam.corp.test:PORT\``,
    of: (place) => ({
      ...KEYS,
      env: {
        HTTPS_PROXY: url(place),
        NO_PROXY: value.replace('PORT', String(place.ports.https)),
        AWS_ENDPOINT_URL: `https://iam.corp.test:${place.ports.https}`,
      },
    }),
    outcome,
    result:
      outcome.kind === 'reached' && outcome.via === 'direct'
        ? 'past the proxy'
        : 'through the proxy',
    needsRecent: true,
    ...more,
  };
}

export const PROXIES: Theme = {
  title: 'Proxies',
  about:
    'A proxy is asked to connect (CONNECT), and sees neither keys nor calls: TLS is between keyturn and AWS. Its user and password are never shown. The metadata services of containers and instances are never asked through it.',
  rows: [
    {
      settings: '`HTTPS_PROXY`',
      of: proxied((place) => ({ HTTPS_PROXY: url(place) })),
      outcome: THROUGH,
      result: 'through the proxy',
    },
    {
      settings: '`https_proxy`',
      of: proxied((place) => ({ https_proxy: url(place) })),
      outcome: THROUGH,
      result: 'through the proxy',
    },
    {
      settings: '`https_proxy` and another `HTTPS_PROXY`',
      of: proxied((place) => ({ https_proxy: url(place), HTTPS_PROXY: 'http://127.0.0.1:1' })),
      outcome: THROUGH,
      result: 'the lower-case one wins',
    },
    {
      settings: '`https_proxy=` (empty) and `HTTPS_PROXY`',
      of: proxied((place) => ({ https_proxy: '', HTTPS_PROXY: url(place) })),
      outcome: PAST,
      result: 'the empty one wins: no proxy',
    },
    {
      settings: '`HTTP_PROXY` alone, for an https endpoint',
      of: proxied((place) => ({ HTTP_PROXY: url(place) })),
      outcome: PAST,
      result: 'no proxy',
    },
    {
      settings: '`ALL_PROXY` alone',
      of: proxied((place) => ({ ALL_PROXY: url(place) })),
      outcome: PAST,
      result: 'no proxy',
    },
    {
      settings: '`HTTPS_PROXY` without a scheme',
      of: proxied(({ ports }) => ({ HTTPS_PROXY: `127.0.0.1:${ports.proxy}` })),
      outcome: THROUGH,
      result: 'through the proxy',
    },
    {
      settings: '`HTTPS_PROXY=http://ann:p%40ss@…`',
      of: proxied((place) => ({ HTTPS_PROXY: url(place, 'ann:p%40ss@') })),
      outcome: { ...THROUGH, proxyCredentials: 'ann:p@ss' },
      result: 'through the proxy, which is shown them',
    },
    {
      settings: '`HTTP_PROXY`, for `http://127.0.0.1:PORT`',
      of: proxied((place) => ({
        HTTP_PROXY: url(place),
        AWS_ENDPOINT_URL: `http://127.0.0.1:${place.ports.http}`,
      })),
      outcome: PAST,
      result: 'past the proxy',
      theirs: BOTH_THROUGH,
      note: ON_THIS_MACHINE,
      needsRecent: true,
    },
    {
      settings: '`HTTPS_PROXY`, for `https://127.0.0.1:PORT`',
      of: proxied((place) => ({
        HTTPS_PROXY: url(place),
        AWS_ENDPOINT_URL: `https://127.0.0.1:${place.ports.https}`,
      })),
      outcome: PAST,
      result: 'past the proxy',
      theirs: BOTH_THROUGH,
      note: ON_THIS_MACHINE,
      needsRecent: true,
    },
    noProxy('iam.corp.test', PAST),
    noProxy('IAM.Corp.Test', PAST),
    noProxy('corp.test', PAST),
    noProxy('.corp.test', PAST),
    noProxy('*.corp.test', PAST, { theirs: BOTH_THROUGH, note: AS_MEANT }),
    noProxy('orp.test', { kind: 'reached', via: 'proxy' }),
    noProxy('iam.corp.test:PORT', PAST),
    noProxy('iam.corp.test:1', { kind: 'reached', via: 'proxy' }),
    noProxy('localhost, corp.test', PAST),
    noProxy('localhost corp.test', PAST, { theirs: BOTH_THROUGH, note: AS_MEANT }),
    noProxy('*', PAST),
    noProxy('*,localhost', PAST, { theirs: BOTH_THROUGH, note: AS_MEANT }),
    {
      settings: '`NO_PROXY=127.0.0.0/8`, for `https://127.0.0.1:PORT`',
      of: proxied((place) => ({
        HTTPS_PROXY: url(place),
        NO_PROXY: '127.0.0.0/8',
        AWS_ENDPOINT_URL: `https://127.0.0.1:${place.ports.https}`,
      })),
      outcome: PAST,
      result: 'past the proxy',
      theirs: BOTH_THROUGH,
      note: 'through the proxy: they do not read networks, and ask this machine through it too',
      needsRecent: true,
    },
    {
      settings: '`NO_PROXY=127.0.0.1`, for `https://127.0.0.1:PORT`',
      of: proxied((place) => ({
        HTTPS_PROXY: url(place),
        NO_PROXY: '127.0.0.1',
        AWS_ENDPOINT_URL: `https://127.0.0.1:${place.ports.https}`,
      })),
      outcome: PAST,
      result: 'past the proxy',
      needsRecent: true,
    },
    {
      settings: '`no_proxy=corp.test` and `NO_PROXY=amazonaws.com`, for AWS',
      of: proxied((place) => ({
        HTTPS_PROXY: url(place),
        no_proxy: 'corp.test',
        NO_PROXY: 'amazonaws.com',
      })),
      outcome: THROUGH,
      result: 'through the proxy: the lower-case one wins',
    },
    {
      settings: '`NO_PROXY=amazonaws.com`, for AWS',
      of: proxied((place) => ({ HTTPS_PROXY: url(place), NO_PROXY: 'amazonaws.com' })),
      outcome: { ...PAST, iam: 'iam.amazonaws.com' },
      result: 'past the proxy',
    },
  ],
};

const TLS: Settings = { ...KEYS, isTrusted: false };
const TRUSTED = { kind: 'reached', iam: 'iam.amazonaws.com' } as const;
const DISTRUSTED = { kind: 'refused', words: /certificate/i } as const;

export const AUTHORITIES: Theme = {
  title: 'Who vouches for the certificate',
  about:
    'The file stands in the place of what is trusted otherwise. `NODE_EXTRA_CA_CERTS=FILE` adds authorities to those of Node, for every Node program, and has no effect beside such a file.',
  rows: [
    { settings: 'nothing', of: () => TLS, outcome: DISTRUSTED, result: 'refused' },
    {
      settings: '`AWS_CA_BUNDLE=FILE`',
      of: ({ authority }) => ({ ...TLS, env: { AWS_CA_BUNDLE: authority } }),
      outcome: TRUSTED,
      result: 'trusted',
    },
    {
      settings: '`ca_bundle = FILE` of a profile',
      of: ({ authority }) => ({
        ...TLS,
        config: `[profile dev]\nca_bundle = ${authority}\n`,
        credentials: `[dev]\n${pair('dev')}`,
        profile: 'dev',
      }),
      outcome: TRUSTED,
      result: 'trusted',
    },
    {
      settings: '`AWS_CA_BUNDLE=FILE`, and `ca_bundle` of the profile names another',
      of: ({ authority, stranger }) => ({
        ...TLS,
        config: `[profile dev]\nca_bundle = ${stranger}\n`,
        credentials: `[dev]\n${pair('dev')}`,
        profile: 'dev',
        env: { AWS_CA_BUNDLE: authority },
      }),
      outcome: TRUSTED,
      result: 'trusted',
    },
    {
      settings: '`AWS_CA_BUNDLE=FILE`, which does not hold the authority',
      of: ({ stranger }) => ({ ...TLS, env: { AWS_CA_BUNDLE: stranger } }),
      outcome: DISTRUSTED,
      result: 'refused',
    },
    {
      settings: '`AWS_CA_BUNDLE=FILE`, while the system trusts another authority',
      of: ({ stranger }) => ({ ...KEYS, env: { AWS_CA_BUNDLE: stranger } }),
      outcome: DISTRUSTED,
      result: 'refused: the file stands in the place of what the system trusts',
    },
    {
      settings: '`REQUESTS_CA_BUNDLE=FILE`',
      of: ({ authority }) => ({ ...TLS, env: { REQUESTS_CA_BUNDLE: authority } }),
      outcome: TRUSTED,
      result: 'trusted',
    },
    {
      settings: '`AWS_CA_BUNDLE` names a file that does not exist',
      of: ({ folder }) => ({ ...TLS, env: { AWS_CA_BUNDLE: `${folder}/gone.pem` } }),
      outcome: { kind: 'refused', words: /gone\.pem|No such file/ },
      result: 'refused: the setting and the file are named',
    },
    {
      settings: '`ca_bundle = ~/authority.pem`',
      of: () => ({
        ...TLS,
        config: '[profile dev]\nca_bundle = ~/authority.pem\n',
        credentials: `[dev]\n${pair('dev')}`,
        profile: 'dev',
      }),
      outcome: TRUSTED,
      result: 'trusted',
    },
    {
      settings: '`AWS_CA_BUNDLE` and `HTTPS_PROXY`',
      of: (place) => ({ ...TLS, env: { AWS_CA_BUNDLE: place.authority, HTTPS_PROXY: url(place) } }),
      outcome: { ...TRUSTED, via: 'proxy' },
      result: 'trusted, through the proxy',
    },
    {
      settings: '`AWS_CA_BUNDLE` names a directory',
      of: ({ folder }) => ({ ...TLS, env: { AWS_CA_BUNDLE: folder } }),
      outcome: { kind: 'refused', words: /./ },
      result: 'refused',
    },
  ],
};
