// Which proxy stands between this machine and AWS, as the environment says it and botocore reads it:
// https_proxy before HTTPS_PROXY, no_proxy before NO_PROXY, and an empty one counts as none. Three
// things differ from botocore, and docs/environment.md says so: what is on this machine is never asked
// through a proxy (I8: it may be asked over plain http, and a new secret is in the answer), so HTTP_PROXY
// has no use here; and NO_PROXY may hold networks and `*.` too, as other tools read it.

import { BlockList, isIP } from 'node:net';
import type { Environment } from '../base/environment.ts';
import { KeyturnError } from '../base/errors.ts';
import { isLoopback } from '../base/loopback.ts';

export interface HttpProxy {
  /** Without user and password: it may be shown. */
  readonly url: URL;
  /** The value of the Proxy-Authorization header; never shown. */
  readonly authorization: string | undefined;
  /** The variable that names it. */
  readonly source: string;
}

/** The way to one host. */
export type Route =
  | { readonly kind: 'proxy'; readonly proxy: HttpProxy }
  /** `past`: the part of NO_PROXY that leads past the proxy that there is. */
  | { readonly kind: 'direct'; readonly past?: string | undefined };

export interface Target {
  /** As in a URL; an IPv6 address may have brackets. */
  readonly hostname: string;
  readonly port: number;
}

export type Router = (target: Target) => Route;

const DIRECT: Route = { kind: 'direct' };

/** Throws `bad-value` for a proxy that cannot be used, without showing its password. */
export function routerOf(env: Environment): Router {
  const proxy = proxyOf(env);
  if (proxy === undefined) return () => DIRECT;
  const exceptions = splitList(setting(env, 'no_proxy')?.text ?? '');
  return (target) => {
    if (isLoopback(target.hostname)) return DIRECT;
    const past = exceptions.find((exception) => covers(exception, target));
    return past === undefined ? { kind: 'proxy', proxy } : { kind: 'direct', past };
  };
}

function setting(env: Environment, name: string): { text: string; source: string } | undefined {
  const source = [name, name.toUpperCase()].find((each) => env[each] !== undefined);
  return source === undefined ? undefined : { text: env[source] ?? '', source };
}

function proxyOf(env: Environment): HttpProxy | undefined {
  const { text = '', source = '' } = setting(env, 'https_proxy') ?? {};
  return text.trim() === '' ? undefined : proxyAt(text, source);
}

/** The proxy that a setting names. Throws `bad-value`, without showing its password. */
export function proxyAt(text: string, source: string): HttpProxy {
  const trimmed = text.trim();
  const full = /^[a-z][a-z\d+.-]*:\/\//i.test(trimmed) ? trimmed : `http://${trimmed}`;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  const authorization = url === undefined ? undefined : authorizationOf(url);
  if (url === undefined || authorization === 'unreadable' || !/^https?:$/.test(url.protocol)) {
    const isOtherKind = url !== undefined && !/^https?:$/.test(url.protocol);
    throw new KeyturnError(
      'bad-value',
      isOtherKind
        ? `${source} names a proxy of the kind ${url.protocol}//, which is not supported`
        : `${source} is not the URL of a proxy`,
      {
        hint: isOtherKind
          ? 'name an HTTP proxy, such as http://proxy.example.com:3128'
          : 'write it as http://proxy.example.com:3128, or with http://USER:PASSWORD@ where it asks for them; special characters as %40 for @, %23 for #',
      },
    );
  }
  return { url: withoutCredentials(url), authorization, source };
}

function authorizationOf({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  try {
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return `Basic ${Buffer.from(pair).toString('base64')}`;
  } catch {
    return 'unreadable';
  }
}

function withoutCredentials(url: URL): URL {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  return shown;
}

function splitList(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((part) => part !== '');
}

/** Whether one part of NO_PROXY is about the host: a name and all below it, a network, or `*`. */
function covers(exception: string, { hostname, port }: Target): boolean {
  if (exception === '*') return true;
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (exception.includes('/')) return isInNetwork(host, exception);
  const { name, onPort } = splitPort(exception.toLowerCase());
  if (onPort !== undefined && onPort !== port) return false;
  const suffix = name.replace(/^\*?\./, '').replace(/\.$/, '');
  const isBelowOnly = name.startsWith('*.');
  return (!isBelowOnly && host === suffix) || (suffix !== '' && host.endsWith(`.${suffix}`));
}

function splitPort(text: string): { name: string; onPort: number | undefined } {
  if (isIP(text) === 6) return { name: text, onPort: undefined };
  const [, name = '', port] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(text) ?? [];
  return { name, onPort: port === undefined ? undefined : Number(port) };
}

function isInNetwork(host: string, text: string): boolean {
  const [network = '', bits = ''] = text.split('/', 2);
  const family = isIP(network);
  if (family === 0 || isIP(host) !== family || !/^\d{1,3}$/.test(bits)) return false;
  if (Number(bits) > (family === 4 ? 32 : 128)) return false;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(network, Number(bits), type);
  return list.check(host, type);
}
