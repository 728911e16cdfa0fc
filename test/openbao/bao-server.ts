// OpenBao's own server on a free port of this machine, with nothing on disk and a root token that the test
// knows.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { baoBinary } from './bao-binary.ts';

export interface BaoAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the answers of a server, read by tests alone
  readonly body: any;
}

export interface BaoCall {
  readonly body?: unknown;
  readonly token?: string;
  readonly namespace?: string;
}

export const ROOT = 'root-of-a-test';
const STARTS_MAX = 3;
const READY_TRIES_MAX = 1_200;

export class BaoServer {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #home: string;

  constructor(url: string, child: ChildProcess, home: string) {
    this.url = url;
    this.#child = child;
    this.#home = home;
  }

  async call(method: string, path: string, options: BaoCall = {}): Promise<BaoAnswer> {
    const { body, token = ROOT, namespace } = options;
    const answer = await fetch(`${this.url}/v1/${path}`, {
      method,
      headers: {
        'x-vault-token': token,
        'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
        ...(namespace !== undefined && { 'x-vault-namespace': namespace }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
  }

  /** The call must come through. */
  async must(method: string, path: string, options: BaoCall = {}): Promise<BaoAnswer['body']> {
    const { status, body } = await this.call(method, path, options);
    if (status >= 200 && status < 300) return body;
    throw new Error(`${method} ${path}: ${status} ${JSON.stringify(body)}`);
  }

  /** A token that these rules alone are for. */
  async tokenWith(rules: string, more: object = {}): Promise<string> {
    const name = `p${Math.abs(hash(rules))}`;
    await this.must('PUT', `sys/policies/acl/${name}`, { body: { policy: rules } });
    const made = await this.must('POST', 'auth/token/create', {
      body: { policies: [name], ...more },
    });
    return made.auth.client_token;
  }

  /** A KV engine of its own, and its mount. */
  async mount(path: string, version: 1 | 2 = 2, namespace?: string): Promise<void> {
    const body = { type: 'kv', options: { version: String(version) } };
    await this.must('POST', `sys/mounts/${path}`, { body, ...(namespace && { namespace }) });
    // A fresh engine of version 2 answers 400 until it is ready.
    for (let tries = 0; tries < READY_TRIES_MAX; tries += 1) {
      const { status } = await this.call('GET', `${path}/config`, {
        ...(namespace && { namespace }),
      });
      if (version === 1 || status === 200) return;
      await sleep(25);
    }
  }

  async close(): Promise<void> {
    if (this.#child.exitCode === null) {
      this.#child.kill('SIGKILL');
      await once(this.#child, 'exit');
    }
    rmSync(this.#home, { recursive: true, force: true });
  }
}

function hash(text: string): number {
  let sum = 0;
  for (const letter of text) sum = (sum * 31 + letter.charCodeAt(0)) | 0;
  return sum;
}

/** Another process may take the port that was found free. */
export async function startBao(): Promise<BaoServer> {
  for (let tries = 1; ; tries += 1) {
    const server = await tryToStart();
    if (server !== undefined) return server;
    if (tries === STARTS_MAX) throw new Error('the server of OpenBao does not start');
  }
}

async function tryToStart(): Promise<BaoServer | undefined> {
  const home = mkdtempSync(join(tmpdir(), 'keyturn-bao-'));
  const port = await freePort();
  const listen = `-dev-listen-address=127.0.0.1:${port}`;
  const child = spawn(
    baoBinary(),
    ['server', '-dev', `-dev-root-token-id=${ROOT}`, listen, '-dev-no-store-token'],
    { env: { HOME: home, PATH: process.env.PATH }, stdio: 'ignore' },
  );
  // The test's own end is its end too.
  process.once('exit', () => child.kill('SIGKILL'));
  const server = new BaoServer(`http://127.0.0.1:${port}`, child, home);
  for (let tries = 0; tries < READY_TRIES_MAX && child.exitCode === null; tries += 1) {
    const isReady = await server.call('GET', 'secret/config').then(
      ({ status }) => status === 200,
      () => false,
    );
    if (isReady) return server;
    await sleep(50);
  }
  await server.close();
  return undefined;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise<void>((resolve) => probe.close(() => resolve()));
  return port;
}
