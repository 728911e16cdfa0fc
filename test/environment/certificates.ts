// A certificate authority that no system trusts, and a certificate of its for the hosts of the tests.

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Certificates {
  /** The file that a client must trust. */
  readonly authority: string;
  /** A self-made authority that signed nothing here. */
  readonly stranger: string;
  readonly authorityText: string;
  readonly key: Buffer;
  readonly certificate: Buffer;
}

const HOSTS = [
  '*.amazonaws.com',
  '*.amazonaws.com.cn',
  '*.global.api.aws',
  'iam.us-gov.amazonaws.com',
  'sts.aws-cn-global.amazonaws.com.cn',
  '*.api.aws',
  ...['us-east-1', 'eu-west-1', 'us-gov-west-1'].flatMap((region) => [
    `*.${region}.amazonaws.com`,
    `*.${region}.api.aws`,
  ]),
  '*.cn-north-1.amazonaws.com.cn',
  'portal.sso.eu-west-1.amazonaws.com',
  '*.corp.test',
  'corp.test',
  'localhost',
];

/** Made by openssl, in the folder. */
export function makeCertificates(folder: string): Certificates {
  const at = (name: string) => join(folder, name);
  const openssl = (...args: string[]) =>
    execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  for (const name of ['authority', 'stranger']) {
    const files = ['-keyout', at(`${name}.key`), '-out', at(`${name}.pem`)];
    openssl('req', '-x509', ...ec, ...files, '-days', '2', '-subj', `/CN=keyturn test ${name}`);
  }
  openssl('req', ...ec, '-keyout', at('host.key'), '-out', at('host.csr'), '-subj', '/CN=host');
  const names = [...HOSTS.map((host) => `DNS:${host}`), 'IP:127.0.0.1'].join(',');
  writeFileSync(at('host.ext'), `subjectAltName=${names}\n`);
  const signer = ['-CA', at('authority.pem'), '-CAkey', at('authority.key'), '-CAcreateserial'];
  const host = ['-in', at('host.csr'), '-out', at('host.pem'), '-extfile', at('host.ext')];
  openssl('x509', '-req', ...host, ...signer, '-days', '2');
  return {
    authority: at('authority.pem'),
    stranger: at('stranger.pem'),
    authorityText: readFileSync(at('authority.pem'), 'utf8'),
    key: readFileSync(at('host.key')),
    certificate: readFileSync(at('host.pem')),
  };
}
