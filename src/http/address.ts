// The address of a service: what it may be, before anything is sent there.

import { KeyturnError } from '../base/errors.ts';
import { isLoopback } from '../base/loopback.ts';
import type { ServiceOptions } from './service.ts';

/**
 * Throws `bad-value` for what is no HTTP URL, `endpoint-insecure` for http to another machine, and
 * `endpoint-guard` where only this machine may be asked.
 */
export function addressOf(
  { name, address, setting }: Pick<ServiceOptions, 'name' | 'address' | 'setting'>,
  isConfined: boolean,
): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new KeyturnError('bad-value', `${setting} is not the HTTP URL of ${name}`, {
      hint: 'write scheme and host, such as https://host.example.com:8200',
    });
  }
  if (url.username !== '' || url.password !== '') {
    throw new KeyturnError('bad-value', `${setting} has a user or a password in its URL`, {
      hint: 'take both out; a credential has a setting of its own',
    });
  }
  if (url.search !== '' || url.hash !== '') {
    throw new KeyturnError('bad-value', `${setting} has more than an address: ? or #`, {
      hint: 'write scheme, host and path only',
    });
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw new KeyturnError(
      'endpoint-insecure',
      `${setting} is ${url.origin}, and over http to another machine a new secret travels in clear`,
      { hint: `put an https URL into ${setting}, or one of this machine` },
    );
  }
  if (isConfined && !isLoopback(url.hostname)) {
    throw new KeyturnError(
      'endpoint-guard',
      `${url.origin} is not on this machine, and only this machine may be asked`,
      {
        hint: `name a service on this machine in ${setting}, or unset KEYTURN_ENDPOINT_GUARD and KEYTURN_SANDBOX`,
      },
    );
  }
  return url;
}

/** The path of a call with its query; the path of the address stays before the call's own. */
export function pathBelow(
  address: URL,
  path: string,
  query: Readonly<Record<string, string | number | undefined>> = {},
): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.append(name, String(value));
  }
  const text = search.size === 0 ? '' : `?${search}`;
  return `${address.pathname.replace(/\/+$/, '')}/${path}${text}`;
}
