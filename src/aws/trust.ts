// Who vouches for the certificates of those whom we ask: AWS_CA_BUNDLE, the profile's ca_bundle, or
// REQUESTS_CA_BUNDLE, in botocore's order. The file stands in the place of what Node trusts.

import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext, type SecureContext } from 'node:tls';
import { KeyturnError } from '../base/errors.ts';
import type { EndpointSources } from './endpoint.ts';
import { profileSettings } from './profile.ts';

export interface Trust {
  readonly context: SecureContext;
  /** The setting that names the file. */
  readonly source: string;
}

/** Undefined where nothing is set. Throws `bad-value` for a file that holds no certificates. */
export function loadTrust(sources: EndpointSources): Trust | undefined {
  const setting = bundleSetting(sources);
  if (setting === undefined) return undefined;
  const { source, path } = setting;
  const ca = read(path, source);
  const certificates = ca.match(PEM) ?? [];
  if (certificates.length === 0) throw unusable(setting, 'holds no certificate in PEM form');
  // Node leaves out the first that it cannot read, and all behind it, without a word.
  const unreadable = certificates.findIndex((certificate) => !isReadable(certificate));
  if (unreadable >= 0) {
    throw unusable(setting, `holds a certificate that cannot be read (number ${unreadable + 1})`);
  }
  return { context: createSecureContext({ ca: certificates.join('\n') }), source };
}

const PEM = /-----BEGIN (?:X509 )?CERTIFICATE-----[^-]*-----END (?:X509 )?CERTIFICATE-----/g;

function isReadable(certificate: string): boolean {
  try {
    return new X509Certificate(certificate).subject !== '';
  } catch {
    return false;
  }
}

interface BundleSetting {
  readonly source: string;
  readonly path: string;
}

function bundleSetting(sources: EndpointSources): BundleSetting | undefined {
  const { env } = sources;
  const { home } = sources.shared;
  const { name, settings } = profileSettings(sources);
  const candidates = [
    ['AWS_CA_BUNDLE', env.AWS_CA_BUNDLE],
    [`ca_bundle of profile ${name}`, settings.ca_bundle],
    ['REQUESTS_CA_BUNDLE', env.REQUESTS_CA_BUNDLE],
  ] as const;
  for (const [source, text] of candidates) {
    if (!text) continue;
    const isBelowHome = text.startsWith('~/') && home !== undefined;
    return { source, path: isBelowHome ? join(home, text.slice(2)) : text };
  }
  return undefined;
}

function read(path: string, source: string): string {
  try {
    const info = statSync(path);
    if (info.isFile()) return readFileSync(path, 'utf8');
    // A pipe would be waited for until somebody writes into it.
    if (!info.isDirectory()) throw unusable({ source, path }, 'is not a regular file');
    // As OpenSSL wants a folder of authorities: a file for each, named after a hash.
    const names = readdirSync(path).filter((name) => /^[0-9a-f]{8}\.\d+$/.test(name));
    return names.map((name) => readFileSync(join(path, name), 'utf8')).join('\n');
  } catch (cause) {
    if (cause instanceof KeyturnError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'does not exist' : `cannot be read (${String(code)})`;
    throw unusable({ source, path }, why, cause);
  }
}

function unusable({ source, path }: BundleSetting, why: string, cause?: unknown): KeyturnError {
  return new KeyturnError('bad-value', `${source} names ${path}, which ${why}`, {
    ...(cause !== undefined && { cause }),
    hint: `name a file with the certificates to trust, in PEM form, or leave ${source} out`,
  });
}
