// What is said when AWS was not reached: who stands in the way, and which setting is about it. The parts
// of a way are the proxy, the host, and whoever vouches for its certificate.

import type { Hint } from '../base/hint.ts';
import type { CallTarget } from './classify.ts';
import type { HttpProxy } from './proxies.ts';
import type { SdkFailure } from './sdk-failure.ts';

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
const UNFIT: ReadonlyMap<string, string> = new Map([
  [
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'is for another host: check AWS_ENDPOINT_URL, and who answers in its place',
  ],
  ['CERT_HAS_EXPIRED', "has expired: check this machine's clock, and who answers in its place"],
  ['CERT_NOT_YET_VALID', "is not valid yet: check this machine's clock"],
]);

export interface Unreachable {
  readonly message: string;
  readonly hint: Hint;
}

export function wordUnreachable(
  failure: SdkFailure,
  call: CallTarget,
  answer: string,
): Unreachable {
  const { way, networkCode = '' } = failure;
  const endpoint = call.endpoint === undefined ? "aws's endpoint" : new URL(call.endpoint).origin;
  if (UNTRUSTED.has(networkCode)) {
    return {
      message: `${endpoint} shows a certificate that nobody trusted here has signed: ${networkCode}`,
      hint: trustHint(way?.trust),
    };
  }
  const unfit = UNFIT.get(networkCode);
  if (unfit !== undefined) {
    return {
      message: `${endpoint} shows a certificate that is not accepted: ${networkCode}`,
      hint: `the certificate ${unfit}`,
    };
  }
  const route = way?.route;
  if (route?.kind === 'proxy') return throughProxy(failure, route.proxy, { endpoint, answer });
  const past = route?.past;
  if (networkCode === 'ENOTFOUND' && way?.variant !== undefined && call.endpoint === undefined) {
    return {
      message: `${endpoint} of the kind that ${way.variant} asks for is not known: ${answer}`,
      hint: `region ${call.region} may have none of that kind: leave ${way.variant} out, or name another region`,
    };
  }
  return {
    message: `${endpoint} does not answer: ${answer}`,
    hint:
      past === undefined
        ? `check the network, AWS_ENDPOINT_URL, and that region ${call.region} exists; where a proxy is the only way out, name it in HTTPS_PROXY`
        : `check the network and AWS_ENDPOINT_URL; the call went past the proxy, because NO_PROXY names ${past}`,
  };
}

/** The file stands in the place of what Node trusts, so an authority that is missing there is missing. */
function trustHint(trust: string | undefined): string {
  if (trust !== undefined) {
    return `${trust} names the only file with authorities that are trusted; add the one of your network (its proxy) or of the endpoint to it`;
  }
  return 'where a proxy of your network or an endpoint of your own has an authority of its own, name the file with its certificate in AWS_CA_BUNDLE, or as ca_bundle in the profile; NODE_EXTRA_CA_CERTS adds one to those that Node trusts';
}

function throughProxy(
  { proxyStatus, neverSent }: SdkFailure,
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
