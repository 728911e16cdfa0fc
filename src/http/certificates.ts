// Files with the certificates of those who vouch for others, and what is made of them.

import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext, type SecureContext } from 'node:tls';
import { KeyturnError } from '../base/errors.ts';

/** Whom to trust in the place of those whom Node trusts. */
export interface Trust {
  /** The certificates, in PEM form; throws `bad-value` for one that cannot be read, and so does `context`. */
  readonly ca: string;
  readonly context: SecureContext;
  /** The setting that names the file. */
  readonly source: string;
}

export interface BundleSetting {
  readonly source: string;
  readonly path: string;
}

/**
 * Throws `bad-value` for a file that holds no certificates. A bundle has some 140, and to read them takes
 * longer than most commands, so that waits until somebody connects over TLS.
 */
export function trustIn(setting: BundleSetting): Trust {
  const fault = (why: string) => unusable(setting, why);
  const certificates = certificatesOf(read(setting), fault);
  let ca: string | undefined;
  let context: SecureContext | undefined;
  return {
    source: setting.source,
    get ca() {
      ca ??= readable(certificates, fault);
      return ca;
    },
    get context() {
      context ??= createSecureContext({ ca: this.ca });
      return context;
    },
  };
}

/** The certificates of a text in PEM form, each of which can be read; `fault` words what is wrong. */
export function certificatesIn(text: string, fault: Fault): string {
  return readable(certificatesOf(text, fault), fault);
}

type Fault = (why: string) => KeyturnError;

function certificatesOf(text: string, fault: Fault): readonly string[] {
  const certificates = text.match(PEM) ?? [];
  if (certificates.length === 0) throw fault('holds no certificate in PEM form');
  return certificates;
}

function readable(certificates: readonly string[], fault: Fault): string {
  // Node leaves out the first that it cannot read, and all behind it, without a word.
  const unreadable = certificates.findIndex((certificate) => !isReadable(certificate));
  if (unreadable >= 0) {
    throw fault(`holds a certificate that cannot be read (number ${unreadable + 1})`);
  }
  return certificates.join('\n');
}

const PEM = /-----BEGIN (?:X509 )?CERTIFICATE-----[^-]*-----END (?:X509 )?CERTIFICATE-----/g;

function isReadable(certificate: string): boolean {
  try {
    return new X509Certificate(certificate).subject !== '';
  } catch {
    return false;
  }
}

function read({ path, source }: BundleSetting): string {
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
