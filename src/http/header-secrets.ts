// What of the headers of a call must be masked wherever it comes back (I8).

import { Secret } from '../base/secret.ts';
import type { HttpHeaders } from './service.ts';

/**
 * Each Secret of the headers, and of a scheme and its credential (`Bearer …`) the credential alone: whoever
 * echoes a token need not echo the header. Longer ones first, so that no part of one stays.
 */
export function secretsInHeaders(headers: HttpHeaders): readonly Secret[] {
  return Object.values(headers).flatMap((value) =>
    value instanceof Secret ? [value, ...credentialsIn(value.reveal())] : [],
  );
}

function credentialsIn(header: string): readonly Secret[] {
  const [, scheme = '', credential = ''] = /^([A-Za-z]+) +(\S+)$/.exec(header) ?? [];
  if (credential === '') return [];
  const isBasic = scheme.toLowerCase() === 'basic';
  const texts = [credential, ...(isBasic ? passwordsIn(credential) : [])];
  return texts.map((text) => new Secret(text));
}

function passwordsIn(credential: string): readonly string[] {
  const text = Buffer.from(credential, 'base64').toString('utf8');
  const password = text.slice(text.indexOf(':') + 1);
  return password === '' ? [text] : [text, password];
}
