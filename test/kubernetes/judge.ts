// A real kube-apiserver with etcd behind it, on loopback, in a folder of its own; without a kubelet, so that
// nothing runs there. Both are stopped by their process IDs.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import {
  createWriteStream,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SetupError } from '../moto/setup-error.ts';
import type { JudgePrograms } from './judge-programs.ts';
import { ask, TOKENS } from './test-cluster.ts';

const START_MAX_MS = 180_000;

export interface Judge {
  readonly server: string;
  /** The file with the certificate of its authority. */
  readonly caFile: string;
  stop(): Promise<void>;
}

export async function startJudge({ apiserver, etcd }: JudgePrograms): Promise<Judge> {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-kubernetes-'));
  const children: ChildProcess[] = [];
  const stop = async (): Promise<void> => {
    for (const child of children.reverse()) await end(child);
    rmSync(folder, { recursive: true, force: true });
  };
  const start = (name: string, program: string, args: readonly string[]): void => {
    const child = spawn(program, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    const log = createWriteStream(join(folder, `${name}.log`));
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    children.push(child);
  };
  try {
    const [client, peer, secure] = [await freePort(), await freePort(), await freePort()];
    const store = `http://127.0.0.1:${client}`;
    start('etcd', etcd, etcdFlags(store, `http://127.0.0.1:${peer}`));
    writeIdentities(folder);
    makeClientCertificate(folder);
    start('apiserver', apiserver, apiserverFlags(store, secure));
    const judge = {
      server: `https://127.0.0.1:${secure}`,
      caFile: join(folder, 'certs', 'apiserver.crt'),
      stop,
    };
    await ready(judge, children);
    return judge;
  } catch (thrown) {
    const log = join(folder, 'apiserver.log');
    const words = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').at(-1) : '';
    await stop();
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new SetupError(`the API of Kubernetes did not start: ${reason}; ${words}`, 'run again');
  }
}

function etcdFlags(client: string, peer: string): string[] {
  const urls = [`--listen-client-urls=${client}`, `--advertise-client-urls=${client}`];
  const peers = [
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
  ];
  return ['--data-dir=etcd', '--unsafe-no-fsync', ...urls, ...peers];
}

function writeIdentities(folder: string): void {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const key = privateKey.export({ type: 'pkcs1', format: 'pem' });
  writeFileSync(join(folder, 'sa.key'), key, { mode: 0o600 });
  const lines = Object.entries(TOKENS).map(([who, token], index) => {
    const groups = who === 'admin' ? ',"system:masters"' : '';
    return `${token},${who},${index}${groups}\n`;
  });
  writeFileSync(join(folder, 'tokens.csv'), lines.join(''), { mode: 0o600 });
}

/** A certificate of the account `keyturn`, signed by an authority that the server knows. */
function makeClientCertificate(folder: string): void {
  const openssl = (...args: string[]) =>
    execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const ca = ['-keyout', 'client-ca.key', '-out', 'client-ca.pem', '-days', '2'];
  openssl('req', '-x509', ...ec, ...ca, '-subj', '/CN=clients');
  openssl('req', ...ec, '-keyout', 'client.key', '-out', 'client.csr', '-subj', '/CN=keyturn');
  const signer = ['-CA', 'client-ca.pem', '-CAkey', 'client-ca.key', '-CAcreateserial'];
  const files = ['-in', 'client.csr', '-out', 'client.pem', '-days', '2'];
  openssl('x509', '-req', ...files, ...signer);
}

function apiserverFlags(store: string, port: number): string[] {
  return [
    `--etcd-servers=${store}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    '--advertise-address=127.0.0.1',
    '--cert-dir=certs',
    '--service-account-issuer=https://127.0.0.1',
    '--service-account-key-file=sa.key',
    '--service-account-signing-key-file=sa.key',
    '--service-cluster-ip-range=10.0.0.0/24',
    '--token-auth-file=tokens.csv',
    '--client-ca-file=client-ca.pem',
    '--authorization-mode=RBAC',
    '--disable-admission-plugins=ServiceAccount',
    '--endpoint-reconciler-type=none',
  ];
}

async function ready({ server, caFile }: Judge, children: readonly ChildProcess[]): Promise<void> {
  const signal = AbortSignal.timeout(START_MAX_MS);
  for (;;) {
    signal.throwIfAborted();
    const gone = children.find(
      ({ exitCode, signalCode }) => exitCode !== null || signalCode !== null,
    );
    if (gone !== undefined) throw new Error(`${gone.spawnfile} ended`);
    await sleep(250);
    if (!existsSync(caFile)) continue;
    const cluster = { server, ca: readFileSync(caFile, 'utf8') };
    // A Secret needs its namespaces, and rights need the roles that the server makes for itself.
    const answer = await ask(cluster, 'GET /api/v1/namespaces/default').catch(() => undefined);
    if (answer?.status === 200) return;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const isInTime = await Promise.race([
    ended.then(() => true),
    sleep(20_000, false, { ref: false }),
  ]);
  if (isInTime) return;
  child.kill('SIGKILL');
  await ended;
}
