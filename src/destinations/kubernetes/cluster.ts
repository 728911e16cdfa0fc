// The cluster that a context leads to, or the one that this pod runs in: its address, who vouches for it, and
// who asks there.

import { createHash, X509Certificate } from 'node:crypto';
import { KeyturnError } from '../../base/errors.ts';
import { command } from '../../base/hint.ts';
import { isLoopback } from '../../base/loopback.ts';
import { Secret } from '../../base/secret.ts';
import {
  type ClusterSettings,
  type Entry,
  type Kubeconfig,
  kubeconfigPaths,
  loadKubeconfig,
  pathIn,
  type ReadFile,
  type UserSettings,
  unreadable,
} from './kubeconfig.ts';
import { IN_CLUSTER } from './place.ts';

export interface Cluster {
  /** The context, or `in-cluster`. */
  readonly context: string;
  /** For records: see identityOf. */
  readonly identity: string;
  /** The URL of the API, without a slash at its end. */
  readonly server: string;
  /** Whom to trust in the place of all others, in PEM form. */
  readonly ca: string | undefined;
  readonly caSetting: string;
  readonly serverName: string | undefined;
  /** A URL, in which a password may stand. */
  readonly proxy: Secret | undefined;
  readonly user: ClusterUser;
}

export type ClusterUser =
  | {
      readonly kind: 'settings';
      readonly entry: Entry<UserSettings>;
      readonly cluster: ClusterSettings;
    }
  /** The token of a service account, which Kubernetes renews in its file. */
  | { readonly kind: 'token-file'; readonly path: string }
  /** A context without a user, as for `kubectl proxy`. */
  | { readonly kind: 'nobody' };

export interface Around {
  /** A variable; undefined where it is unset or empty. */
  readonly setting: (name: string) => string | undefined;
  readonly readFile: ReadFile;
  readonly pathSeparator: string;
  /** Where Kubernetes puts what a pod needs to ask its cluster. */
  readonly serviceAccount: string;
}

/**
 * Undefined: the current context, or this pod's cluster where there is no kubeconfig at all, as for kubectl.
 * Throws `not-deliverable`.
 */
export async function findCluster(context: string | undefined, around: Around): Promise<Cluster> {
  if (context === IN_CLUSTER) return await ownCluster(around);
  const paths = kubeconfigPaths(around.setting, around.pathSeparator);
  const config = await loadKubeconfig(paths, around.readFile);
  if (context === undefined && config.files.length === 0) {
    if (around.setting('KUBERNETES_SERVICE_HOST') !== undefined) return await ownCluster(around);
    throw noKubeconfig(paths);
  }
  const name = context ?? config.currentContext;
  if (name === undefined) {
    throw new KeyturnError('not-deliverable', `no context is current in ${filesOf(config)}`, {
      hint: `write the context before the namespace: kubernetes=CONTEXT/NAMESPACE/SECRET; ${contextsOf(config)}`,
    });
  }
  return await clusterOf(name, config, around);
}

function noKubeconfig(paths: readonly string[]): KeyturnError {
  const where = paths.length === 0 ? 'KUBECONFIG and HOME are not set' : paths.join(', ');
  return new KeyturnError(
    'not-deliverable',
    `there is no kubeconfig (${where}), and this is no pod of a cluster`,
    {
      hint: 'name it in KUBECONFIG; in a pod, let Kubernetes mount the token of its service account',
    },
  );
}

async function clusterOf(name: string, config: Kubeconfig, { readFile }: Around): Promise<Cluster> {
  const context = config.contexts.get(name);
  if (context === undefined) {
    throw new KeyturnError(
      'not-deliverable',
      `there is no context ${JSON.stringify(name)} in ${filesOf(config)}`,
      {
        hint: [
          'name the kubeconfig that has it in KUBECONFIG; these are there:',
          command('kubectl', 'config', 'get-contexts'),
        ],
      },
    );
  }
  const { cluster: clusterName = '', user: userName } = context.settings;
  const cluster = config.clusters.get(clusterName ?? '');
  if (cluster === undefined) {
    throw unreadable(
      context.file,
      `the context ${JSON.stringify(name)} names no cluster that is there`,
    );
  }
  const user = userName ? config.users.get(userName) : undefined;
  if (userName && user === undefined) {
    throw unreadable(
      context.file,
      `the context ${JSON.stringify(name)} names a user who is not there`,
    );
  }
  const { settings, file } = cluster;
  const server = serverOf(settings.server ?? '', file);
  refuseUnverified(clusterName ?? '', cluster);
  const ca = await authorityOf(cluster, readFile);
  return {
    context: name,
    identity: identityOf(server, ca),
    server,
    ca,
    caSetting: `certificate-authority of the cluster ${JSON.stringify(clusterName)} in ${file}`,
    serverName: settings['tls-server-name'] || undefined,
    proxy: settings['proxy-url'] ? new Secret(settings['proxy-url']) : undefined,
    user:
      user === undefined
        ? { kind: 'nobody' }
        : { kind: 'settings', entry: user, cluster: settings },
  };
}

function serverOf(text: string, file: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url?.protocol === 'http:';
  if (
    url === undefined ||
    !(isPlain || url.protocol === 'https:') ||
    url.search + url.hash !== ''
  ) {
    throw unreadable(
      file,
      'the server of a cluster is no URL such as https://api.example.com:6443',
    );
  }
  if (isPlain && !isLoopback(url.hostname)) {
    throw new KeyturnError(
      'not-deliverable',
      `${text} is asked without TLS, and not on this machine`,
      {
        hint: `write https:// into ${file}: whoever stands in between would read the new secret`,
      },
    );
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/** Whoever answers would be handed the secret, and the token of whoever asks. */
function refuseUnverified(name: string, { settings, file }: Entry<ClusterSettings>): void {
  if (settings['insecure-skip-tls-verify'] !== true) return;
  throw new KeyturnError(
    'not-deliverable',
    `${file} says insecure-skip-tls-verify of the cluster ${JSON.stringify(name)}, so anybody could answer for it and be handed the new secret`,
    {
      hint: 'name its authority instead: certificate-authority or certificate-authority-data; for a certificate that is for another name, tls-server-name',
    },
  );
}

async function authorityOf(
  cluster: Entry<ClusterSettings>,
  readFile: ReadFile,
): Promise<string | undefined> {
  const { settings, file } = cluster;
  const data = settings['certificate-authority-data'];
  if (data) return Buffer.from(data, 'base64').toString('utf8');
  const path = settings['certificate-authority'];
  if (!path) return undefined;
  const full = pathIn(cluster, path);
  const content = await readFile(full);
  if (content === undefined)
    throw unreadable(file, `certificate-authority names ${full}, which does not exist`);
  return content;
}

async function ownCluster({ setting, readFile, serviceAccount }: Around): Promise<Cluster> {
  const host = setting('KUBERNETES_SERVICE_HOST');
  const port = setting('KUBERNETES_SERVICE_PORT') ?? '443';
  if (!host) {
    throw new KeyturnError(
      'not-deliverable',
      'this is no pod of a cluster: KUBERNETES_SERVICE_HOST is not set',
      {
        hint: 'name a context of a kubeconfig in the place of in-cluster',
      },
    );
  }
  const path = `${serviceAccount}/token`;
  const ca = await readFile(`${serviceAccount}/ca.crt`);
  if (ca === undefined || (await readFile(path)) === undefined) {
    throw new KeyturnError(
      'not-deliverable',
      `${serviceAccount} has no token and ca.crt of a service account`,
      {
        hint: 'let Kubernetes mount them: automountServiceAccountToken: true in the pod, with a serviceAccountName',
      },
    );
  }
  const server = `https://${host.includes(':') ? `[${host.replaceAll(/[[\]]/g, '')}]` : host}${port === '443' ? '' : `:${port}`}`;
  return {
    ...{ context: IN_CLUSTER, server, ca, serverName: undefined, proxy: undefined },
    identity: identityOf(server, ca, true),
    caSetting: `${serviceAccount}/ca.crt`,
    user: { kind: 'token-file', path },
  };
}

/**
 * What tells one cluster from another: its address, and where many clusters have the same one (inside of them,
 * and at the end of a tunnel) the key of the authority that vouches for it.
 */
function identityOf(server: string, ca: string | undefined, isShared = false): string {
  const address = server.replace(/^https:\/\//, '');
  const needsMore = isShared || isLoopback(new URL(server).hostname);
  const print = needsMore && ca !== undefined ? fingerprintOf(ca) : undefined;
  return print === undefined ? address : `${address}~${print}`;
}

/** Of the public key, which a renewed certificate mostly keeps; undefined for what is no certificate. */
function fingerprintOf(ca: string): string | undefined {
  try {
    const { publicKey } = new X509Certificate(ca);
    const bytes = publicKey.export({ type: 'spki', format: 'der' });
    return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  } catch {
    return undefined;
  }
}

function filesOf({ files }: Kubeconfig): string {
  return files.length === 0 ? 'any kubeconfig' : files.join(', ');
}

function contextsOf({ contexts }: Kubeconfig): string {
  const names = [...contexts.keys()];
  return names.length === 0 ? 'it has none' : `it has ${names.slice(0, 10).join(', ')}`;
}
