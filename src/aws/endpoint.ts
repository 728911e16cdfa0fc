// Where calls go. The SDK reads `endpoint_url` only for the profile in AWS_PROFILE (or default), not
// for a profile passed by name: a test profile would silently reach the real AWS. So endpoints are
// resolved here, and every client is told to look nowhere else (`ignoreConfiguredEndpointUrls`).
//
// Order (AWS SDKs and Tools Reference Guide, "Service-specific endpoints"): AWS_ENDPOINT_URL_<SERVICE>,
// AWS_ENDPOINT_URL, the profile's `services` section, the profile's `endpoint_url`. With
// AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true, or `ignore_configured_endpoint_urls = true` in the
// profile, none of them counts.

import { KeyturnError } from '../base/errors.ts';
import { command } from '../base/hint.ts';
import { isLoopback } from '../base/loopback.ts';
import { isGuarded } from '../http/guard.ts';
import { dualstackSwitch, fipsSwitch } from './region.ts';
import type { Environment, SharedConfig } from './shared-config.ts';

const SERVICES = [
  'iam',
  'sts',
  'organizations',
  'sso',
  'sso_oidc',
  'signin',
  'secrets_manager',
  'ssm',
  'cloudwatch',
  'dynamodb',
  'kms',
  'sns',
  'eventbridge',
] as const;

/** AWS's identifiers for service-specific endpoints, as spelled in the `services` section. */
export type EndpointService = (typeof SERVICES)[number];

export interface EndpointSources {
  readonly env: Environment;
  readonly shared: SharedConfig;
  /** The profile in effect; undefined means `default`. */
  readonly profile: string | undefined;
  /** The variable that names the profile; undefined where it was named by its user, or not at all. */
  readonly profileVariable?: string | undefined;
  /** The sandbox whose time the clock tells: then no other endpoint is asked. */
  readonly sandbox?: string | undefined;
}

/**
 * The configured URL, or undefined for AWS's own endpoint. Throws `bad-value` for what is not an
 * HTTP URL, and for a URL beside FIPS or dual-stack endpoints, `endpoint-insecure` for http to another machine, and `endpoint-guard` when the guard is set
 * and the endpoint is not on this machine, or when the clock is a sandbox's and the endpoint is another.
 */
export function resolveEndpoint(
  service: EndpointService,
  sources: EndpointSources,
): string | undefined {
  const found = isIgnored(sources) ? undefined : configuredEndpoint(service, sources);
  const url = found === undefined ? undefined : parseHttpUrl(found.url, found.source);
  if (found !== undefined && url !== undefined) {
    refusePlainText(url, found.source);
    refuseVariants(found.source, sources);
  }
  if (sources.sandbox !== undefined) requireSandbox(service, url, sources.sandbox);
  if (isGuarded(sources.env)) requireLoopback(service, url);
  return url?.href;
}

/**
 * I8: whether every endpoint that is configured, of whichever service, keeps a secret from those who
 * listen. Asked before the first call, because a destination resolves its own only when it is used.
 * Throws `endpoint-insecure`.
 */
export function refuseInsecureEndpoints(sources: EndpointSources): void {
  const ignored = isIgnored(sources);
  let isElsewhere = false;
  for (const service of SERVICES) {
    const found = ignored ? undefined : configuredEndpoint(service, sources);
    const url = found !== undefined && URL.canParse(found.url) ? new URL(found.url) : undefined;
    if (found !== undefined && url !== undefined) refusePlainText(url, found.source);
    isElsewhere ||= url === undefined || !isLoopback(url.hostname);
  }
  if (isElsewhere && sources.env.NODE_TLS_REJECT_UNAUTHORIZED === '0') {
    throw new KeyturnError(
      'endpoint-insecure',
      'NODE_TLS_REJECT_UNAUTHORIZED=0 lets anybody on the way read new secrets',
      {
        hint: 'unset it; a certificate of your own is trusted with AWS_CA_BUNDLE=FILE, or ca_bundle = FILE in the profile',
      },
    );
  }
}

/** I8: over http a new secret travels in clear. */
function refusePlainText(url: URL, source: string): void {
  if (url.protocol !== 'http:' || isLoopback(url.hostname)) return;
  throw new KeyturnError(
    'endpoint-insecure',
    `${source} is ${url.origin}, and over http to another machine a new secret travels in clear`,
    {
      hint: `put an https URL into ${source}, or one of this machine, such as http://127.0.0.1:4566`,
    },
  );
}

/** An endpoint of one's own has no variants: AWS's rules for endpoints refuse the two together. */
function refuseVariants(source: string, sources: EndpointSources): void {
  const wanted = fipsSwitch(sources) ?? dualstackSwitch(sources);
  if (wanted === undefined) return;
  const what = fipsSwitch(sources) === undefined ? 'dual-stack' : 'FIPS';
  throw new KeyturnError(
    'bad-value',
    `${wanted.source} asks for ${what} endpoints, and ${source} names another: FIPS or dual-stack and a custom endpoint are not supported together`,
    { hint: `unset one of the two: ${wanted.source}, or ${source}` },
  );
}

/** Whether nothing outside this machine may be asked: by the guard, or because the time is a sandbox's. */
export function isConfined({ env, sandbox }: EndpointSources): boolean {
  return isGuarded(env) || sandbox !== undefined;
}

interface Found {
  readonly url: string;
  readonly source: string;
}

function configuredEndpoint(service: EndpointService, sources: EndpointSources): Found | undefined {
  const { env, shared } = sources;
  for (const name of [`AWS_ENDPOINT_URL_${service.toUpperCase()}`, 'AWS_ENDPOINT_URL']) {
    const url = env[name];
    if (url) return { url, source: name };
  }
  const profile = sources.profile ?? 'default';
  const settings = shared.profiles.get(profile);
  if (settings === undefined) return undefined;
  if (settings.services) {
    const url = servicesSection(shared, profile, settings.services)[`${service}.endpoint_url`];
    if (url) return { url, source: `the services section ${settings.services}` };
  }
  if (settings.endpoint_url) {
    return { url: settings.endpoint_url, source: `endpoint_url of profile ${profile}` };
  }
  return undefined;
}

function servicesSection(shared: SharedConfig, profile: string, name: string) {
  const section = shared.services.get(name);
  if (section !== undefined) return section;
  throw new KeyturnError(
    'bad-value',
    `profile ${profile} names the services section ${JSON.stringify(name)}, which does not exist`,
    { hint: `add [services ${name}] to ${shared.configPath}, or remove the setting` },
  );
}

function isIgnored({ env, shared, profile }: EndpointSources): boolean {
  const setting =
    env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS ||
    shared.profiles.get(profile ?? 'default')?.ignore_configured_endpoint_urls;
  return setting?.toLowerCase() === 'true';
}

function parseHttpUrl(text: string, source: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new KeyturnError('bad-value', `${source} is ${JSON.stringify(text)}, not an HTTP URL`, {
    hint: 'write scheme and host, such as http://127.0.0.1:4566',
  });
}

function requireLoopback(service: EndpointService, url: URL | undefined): void {
  if (url !== undefined && isLoopback(url.hostname)) return;
  const where = url === undefined ? "AWS's own endpoint" : url.origin;
  throw new KeyturnError(
    'endpoint-guard',
    `KEYTURN_ENDPOINT_GUARD=loopback forbids ${where} for ${service}`,
    { hint: 'set AWS_ENDPOINT_URL to a sandbox on this machine, or unset the guard' },
  );
}

/** A time that was moved ahead is the sandbox's own: by it a real key would seem old, or idle. */
function requireSandbox(service: EndpointService, url: URL | undefined, sandbox: string): void {
  if (url?.origin === sandbox) return;
  const where = url === undefined ? "AWS's own endpoint" : url.origin;
  throw new KeyturnError(
    'endpoint-guard',
    `KEYTURN_SANDBOX=${sandbox} gives this command the sandbox's time, and forbids ${where} for ${service}`,
    {
      hint: [
        'to work with the sandbox:',
        command('export', `AWS_ENDPOINT_URL=${sandbox}`),
        'to work with anything else:',
        command('unset', 'KEYTURN_SANDBOX'),
      ],
    },
  );
}
