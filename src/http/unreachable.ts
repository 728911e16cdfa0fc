// What is said when somebody was not reached: who stands in the way, and which setting is about it. The
// parts of a way are the proxy, the host, and whoever vouches for its certificate.

import type { Hint } from '../base/hint.ts';
import type { HttpProxy, Route } from './proxies.ts';

/** How a call went that did not come through. */
export interface Way {
  readonly route: Route;
  /** The setting that says whose certificates are trusted. */
  readonly trust: string | undefined;
  /** The setting that asks for a kind of endpoint that not every region has. */
  readonly variant?: string | undefined;
}

export interface NetworkFailure {
  readonly way: Way | undefined;
  /** Node's code. */
  readonly networkCode: string | undefined;
  /** Whether the network failed before anything could leave this machine. */
  readonly neverSent: boolean;
  /** What a proxy answered instead of connecting. */
  readonly proxyStatus: number | undefined;
}

/** Who was asked. */
export interface Peer {
  /** Its address, or another word for it. */
  readonly name: string;
  /** The setting with its address. */
  readonly setting: string;
  /** Where the file with another authority is named. */
  readonly trustSetting: string;
  /** What else may be wrong with the address, behind "check the network, SETTING": "and that ...". */
  readonly doubt?: string;
}

/** Node's codes for a certificate that nobody whom we trust has signed. */
const UNTRUSTED = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
]);

/** The same for one that is not for this host, or not for this day. */
const UNFIT: ReadonlyMap<string, (setting: string) => string> = new Map<
  string,
  (setting: string) => string
>([
  [
    'ERR_TLS_CERT_ALTNAME_INVALID',
    (setting) => `is for another host: check ${setting}, and who answers in its place`,
  ],
  [
    'CERT_HAS_EXPIRED',
    () => "has expired: check this machine's clock, and who answers in its place",
  ],
  ['CERT_NOT_YET_VALID', () => "is not valid yet: check this machine's clock"],
]);

export interface Unreachable {
  readonly message: string;
  readonly hint: Hint;
}

export function wordUnreachable(failure: NetworkFailure, peer: Peer, answer: string): Unreachable {
  const { way, networkCode = '' } = failure;
  const { name } = peer;
  if (UNTRUSTED.has(networkCode)) {
    return {
      message: `${name} shows a certificate that nobody trusted here has signed: ${networkCode}`,
      hint: trustHint(way?.trust, peer.trustSetting),
    };
  }
  const unfit = UNFIT.get(networkCode);
  if (unfit !== undefined) {
    return {
      message: `${name} shows a certificate that is not accepted: ${networkCode}`,
      hint: `the certificate ${unfit(peer.setting)}`,
    };
  }
  const route = way?.route;
  if (route?.kind === 'proxy')
    return throughProxy(failure, route.proxy, { endpoint: name, answer });
  const past = route?.past;
  const doubt = peer.doubt === undefined ? '' : `, ${peer.doubt}`;
  return {
    message: `${name} does not answer: ${answer}`,
    hint:
      past === undefined
        ? `check the network${doubt === '' ? ' and' : ','} ${peer.setting}${doubt}; where a proxy is the only way out, name it in HTTPS_PROXY`
        : `check the network and ${peer.setting}; the call went past the proxy, because NO_PROXY names ${past}`,
  };
}

/** The file stands in the place of what Node trusts, so an authority that is missing there is missing. */
function trustHint(trust: string | undefined, setting: string): string {
  if (trust !== undefined) {
    return `${trust} names the only file with authorities that are trusted; add the one of your network (its proxy) or of the endpoint to it`;
  }
  return `where a proxy of your network or an endpoint of your own has an authority of its own, name the file with its certificate ${setting}; NODE_EXTRA_CA_CERTS adds one to those that Node trusts`;
}

function throughProxy(
  { proxyStatus, neverSent }: NetworkFailure,
  { url, authorization, source }: HttpProxy,
  { endpoint, answer }: { readonly endpoint: string; readonly answer: string },
): Unreachable {
  const proxy = `the proxy ${url.origin} (${source})`;
  if (proxyStatus === 407) {
    const isShown = authorization !== undefined;
    return {
      message: `${proxy} ${isShown ? 'does not accept the user and password that it was shown' : 'wants a user and a password'} (HTTP 407)`,
      hint: `write them into ${source} as http://USER:PASSWORD@HOST:PORT, with special characters as %40 for @, %23 for #; a proxy that wants NTLM or Kerberos needs a helper on this machine`,
    };
  }
  if (proxyStatus !== undefined && proxyStatus > 0) {
    return {
      message: `${proxy} refuses to connect to ${endpoint}: HTTP ${proxyStatus}`,
      hint: 'ask whoever runs the proxy to allow it, or name the host in NO_PROXY where it can be reached without',
    };
  }
  if (neverSent) {
    return {
      message: `${proxy} does not answer: ${answer}`,
      hint: `check ${source}, or name the host in NO_PROXY where it can be reached without a proxy`,
    };
  }
  return {
    message: `${endpoint} does not answer through ${proxy}: ${answer}`,
    hint: `check the proxy, or name the host in NO_PROXY where it can be reached without`,
  };
}
