// Where a Vault is and how to sign in: what the place says, else the variables that Vault's and OpenBao's
// own clients read.

import { KeyturnError } from '../../base/errors.ts';
import { command } from '../../base/hint.ts';
import { trustIn } from '../../http/certificates.ts';
import type { ServiceOptions, ServiceTls } from '../../http/service.ts';
import type { PlaceCredentials } from '../place-credentials.ts';
import { isBareAddress } from '../place-options.ts';
import { plainAddress, type VaultPlace } from './place.ts';

export type Settings = Pick<PlaceCredentials, 'setting' | 'resolve'>;

/** OpenBao's own clients read BAO_… first, then VAULT_…. */
const PREFIXES = ['BAO_', 'VAULT_'] as const;

export interface Setting {
  readonly name: string;
  readonly value: string;
}

export function settingOf(
  { setting }: Pick<Settings, 'setting'>,
  name: string,
): Setting | undefined {
  for (const prefix of PREFIXES) {
    const value = setting(`${prefix}${name}`);
    if (value !== undefined) return { name: `${prefix}${name}`, value };
  }
  return undefined;
}

/** The place with the Vault that it is at, so that any later run finds it there. */
export function settled(place: VaultPlace, settings: Pick<Settings, 'setting'>): VaultPlace {
  const options = new Map(place.options);
  const address = options.get('address') ?? settingOf(settings, 'ADDR')?.value;
  // One that is refused later must not be on record: it may hold a password.
  if (address !== undefined && isBareAddress(address))
    options.set('address', plainAddress(address));
  // The environment's namespace is that of the environment's Vault.
  const isElsewhere = place.options.has('address');
  const namespace =
    options.get('namespace') ?? (isElsewhere ? undefined : settingOf(settings, 'NAMESPACE')?.value);
  const trimmed = namespace?.replace(/^\/+|\/+$/g, '');
  if (trimmed) options.set('namespace', trimmed);
  return { ...place, options };
}

/**
 * A credential of the environment is for the environment's Vault: it is not shown to another one. Throws
 * `not-deliverable`.
 */
export function refuseForeignVault(
  options: ReadonlyMap<string, string>,
  settings: Pick<Settings, 'setting'>,
  credential: string,
): void {
  const own = settingOf(settings, 'ADDR');
  const address = options.get('address');
  if (own === undefined || address === undefined || !isBareAddress(own.value)) return;
  if (plainAddress(own.value) === address) return;
  throw new KeyturnError(
    'not-deliverable',
    `${credential} is for the Vault that ${own.name} names, ${plainAddress(own.value)}, and the place is at ${address}`,
    {
      hint: `run with ${own.name}=${address} and a credential for it, or name one behind the place, as ?token=\${env:NAME}`,
    },
  );
}

/** How the Vault of a place that is settled is reached. Throws `not-deliverable` where nobody says. */
export async function serviceOptions(
  { options }: VaultPlace,
  settings: Settings,
): Promise<ServiceOptions> {
  refuseSkippedChecks(settings);
  const address = options.get('address') ?? settingOf(settings, 'ADDR')?.value;
  if (address === undefined) {
    throw new KeyturnError('not-deliverable', 'no Vault is named: VAULT_ADDR is not set', {
      hint: [
        'name its address:',
        command('export', 'VAULT_ADDR=https://vault.example.com:8200'),
        'or write it behind the place, as ?address=https://vault.example.com:8200',
      ],
    });
  }
  const setting = settingOf(settings, 'ADDR')?.name ?? 'VAULT_ADDR';
  const namespace = options.get('namespace');
  return {
    name: 'Vault',
    address,
    setting,
    tls: await tlsOf(settings),
    // Vault's own protection against requests that a browser or a proxy was talked into.
    headers: { 'X-Vault-Request': 'true', 'X-Vault-Namespace': namespace },
    reasonIn: errorsIn,
  };
}

/** I8: whoever stands in the way would be handed the token and every new secret. */
function refuseSkippedChecks(settings: Settings): void {
  const skip = settingOf(settings, 'SKIP_VERIFY');
  if (skip === undefined || /^(?:0|f|false)$/i.test(skip.value)) return;
  throw new KeyturnError(
    'endpoint-insecure',
    `${skip.name} asks not to check who answers in the place of Vault: whoever does would be handed new secrets`,
    { hint: `unset it; an authority of your own is trusted with VAULT_CACERT=FILE` },
  );
}

async function tlsOf(settings: Settings): Promise<ServiceTls> {
  const file = settingOf(settings, 'CACERT') ?? settingOf(settings, 'CAPATH');
  const bytes = settingOf(settings, 'CACERT_BYTES');
  const authority =
    bytes === undefined
      ? file && { ca: trustIn({ source: file.name, path: file.value }).ca, caSetting: file.name }
      : { ca: bytes.value, caSetting: bytes.name };
  const cert = settingOf(settings, 'CLIENT_CERT');
  const key = settingOf(settings, 'CLIENT_KEY');
  const certificate =
    cert === undefined || key === undefined
      ? undefined
      : {
          cert: (await settings.resolve(`\${file:${cert.value}}`)).reveal(),
          key: await settings.resolve(`\${file:${key.value}}`),
        };
  const serverName = settingOf(settings, 'TLS_SERVER_NAME')?.value;
  return {
    ...authority,
    caSetting: authority?.caSetting ?? 'VAULT_CACERT',
    certificate,
    serverName,
  };
}

/** Vault's errors are a list of texts, some of several lines. */
function errorsIn(body: unknown): string | undefined {
  const { errors } = (body ?? {}) as { errors?: unknown };
  if (!Array.isArray(errors)) return undefined;
  const texts = errors.filter((each) => typeof each === 'string').map((each) => each.trim());
  return texts.length === 0 ? 'nothing there' : texts.join('; ');
}
