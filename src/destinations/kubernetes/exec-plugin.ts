// The program of a kubeconfig that prints a credential (client.authentication.k8s.io), such as
// `aws eks get-token`. It runs as kubectl runs it, with keyturn's own environment, but never asks anybody.

import { dirname, isAbsolute, join } from 'node:path';
import { KeyturnError } from '../../base/errors.ts';
import type { Programs } from '../../base/programs.ts';
import { Secret } from '../../base/secret.ts';
import type { ClusterSettings, Entry, ExecSettings } from './kubeconfig.ts';
import { recordIn } from './secret-object.ts';

export interface PluginCredential {
  readonly token: Secret | undefined;
  readonly certificate: { readonly cert: string; readonly key: Secret } | undefined;
  readonly expiresAt: Date | undefined;
}

const GROUP = 'client.authentication.k8s.io';
const VERSIONS = [`${GROUP}/v1`, `${GROUP}/v1beta1`];

export interface PluginCall {
  readonly exec: Entry<ExecSettings>;
  readonly cluster: ClusterSettings;
  readonly server: string;
}

/** Throws `not-deliverable`. */
export async function askPlugin(call: PluginCall, programs: Programs): Promise<PluginCredential> {
  const { settings, file } = call.exec;
  const { apiVersion, command: name, args, env } = settings;
  const fail = (why: string, more: string = '') =>
    new KeyturnError(
      'not-deliverable',
      `the credential plugin ${name || '(without a command)'} of ${file} ${why}`,
      { hint: hintOf(settings, more) },
    );
  if (!name) throw fail('cannot be run');
  if (!apiVersion || !VERSIONS.includes(apiVersion)) {
    throw fail(`speaks ${apiVersion || 'no version'}`, `write apiVersion: ${VERSIONS[0]}`);
  }
  if (settings.interactiveMode === 'Always') {
    throw fail(
      'wants to ask a person',
      'interactiveMode Always does not go with runs of a scheduler',
    );
  }
  const info = {
    apiVersion,
    kind: 'ExecCredential',
    spec: {
      interactive: false,
      ...(settings.provideClusterInfo && { cluster: clusterInfo(call) }),
    },
  };
  const variables = (env ?? []).map((each) => [each.name, each.value] as const);
  const result = await programs.run({
    words: [programAt(name, file), ...(args ?? [])],
    input: new Secret(''),
    secrets: [],
    ownEnvironment: {
      ...Object.fromEntries(variables),
      KUBERNETES_EXEC_INFO: JSON.stringify(info),
    },
  });
  if (result.kind === 'failed') {
    const words = result.stderr === '' ? '' : `; its last words: ${result.stderr}`;
    throw fail(`gave no credential: ${result.reason}${words}`);
  }
  const read = readCredential(result.output, apiVersion);
  if (read !== undefined) return read;
  throw fail(`printed no ExecCredential of ${apiVersion} with a token or a certificate`);
}

function hintOf({ installHint }: ExecSettings, more: string): string {
  const own = installHint?.trim() ? ` (${installHint.trim()})` : '';
  return `${more === '' ? '' : `${more}; `}run it by hand, as kubectl does for each command${own}`;
}

/** A bare word is looked for in PATH; a path begins in the folder of the kubeconfig. */
function programAt(name: string, file: string): string {
  return !/[\\/]/.test(name) || isAbsolute(name) ? name : join(dirname(file), name);
}

function clusterInfo({ cluster, server }: PluginCall) {
  return {
    server,
    'tls-server-name': cluster['tls-server-name'] || undefined,
    'certificate-authority-data': cluster['certificate-authority-data'] || undefined,
    'proxy-url': cluster['proxy-url'] || undefined,
    config: configOf(cluster),
  };
}

/** What the plugin is to know of the cluster beside that. */
function configOf(cluster: ClusterSettings): unknown {
  const { extensions } = cluster as { readonly extensions?: unknown };
  if (!Array.isArray(extensions)) return undefined;
  const found = extensions.map(recordIn).find(({ name }) => name === `${GROUP}/exec`);
  return found?.extension;
}

/** Nothing of what was printed is told on (I8). */
function readCredential(output: Secret, apiVersion: string): PluginCredential | undefined {
  let printed: Readonly<Record<string, unknown>>;
  try {
    printed = recordIn(JSON.parse(output.reveal()));
  } catch {
    return undefined;
  }
  if (printed.kind !== 'ExecCredential' || printed.apiVersion !== apiVersion) return undefined;
  const status = recordIn(printed.status);
  const { token, clientCertificateData: cert, clientKeyData: key } = status;
  const certificate =
    typeof cert === 'string' && typeof key === 'string' && cert !== '' && key !== ''
      ? { cert, key: new Secret(key) }
      : undefined;
  const bearer = typeof token === 'string' && token !== '' ? new Secret(token) : undefined;
  if (bearer === undefined && certificate === undefined) return undefined;
  return { token: bearer, certificate, expiresAt: timeIn(status.expirationTimestamp) };
}

function timeIn(value: unknown): Date | undefined {
  const time = typeof value === 'string' ? new Date(value) : undefined;
  return time === undefined || Number.isNaN(Number(time)) ? undefined : time;
}
