// The programs of a real cluster's API: kube-apiserver, built from its Go modules, and etcd, out of Debian's
// package. Both are kept in the user's cache, because the first takes eight minutes of two cores to build.

import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { SetupError } from '../moto/setup-error.ts';

export const KUBERNETES_VERSION = '1.34.4';

export interface JudgePrograms {
  readonly apiserver: string;
  readonly etcd: string;
}

function programs(): JudgePrograms & { readonly cache: string } {
  const base = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const cache = join(base, 'keyturn-test-kubernetes');
  return {
    cache,
    apiserver: join(cache, `kube-apiserver-${KUBERNETES_VERSION}`),
    etcd: join(cache, 'etcd'),
  };
}

/** Undefined where they have not been built yet. */
export function cachedPrograms(): JudgePrograms | undefined {
  const found = programs();
  return existsSync(found.apiserver) && existsSync(found.etcd) ? found : undefined;
}

/** Builds what is missing. Throws a SetupError. */
export function buildPrograms(log: (line: string) => void): JudgePrograms {
  const found = programs();
  mkdirSync(found.cache, { recursive: true });
  if (!existsSync(found.etcd)) within(found.cache, (folder) => unpackEtcd(folder, found.etcd, log));
  if (!existsSync(found.apiserver)) {
    within(found.cache, (folder) => buildApiserver(folder, found.apiserver, log));
  }
  return found;
}

/** What is there by its name is whole: it is moved there at the end. */
function within(cache: string, work: (folder: string) => void): void {
  const folder = mkdtempSync(join(cache, 'build-'));
  try {
    work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function unpackEtcd(folder: string, target: string, log: (line: string) => void): void {
  log("unpacking etcd out of Debian's etcd-server (only once)");
  run('apt-get', ['download', '-qq', 'etcd-server'], { cwd: folder });
  run('sh', ['-c', 'dpkg-deb -x etcd-server_*.deb .'], { cwd: folder });
  renameSync(join(folder, 'usr', 'bin', 'etcd'), target);
}

function buildApiserver(folder: string, target: string, log: (line: string) => void): void {
  log(`building kube-apiserver ${KUBERNETES_VERSION} (only once; some eight minutes)`);
  const module = `k8s.io/kubernetes@v${KUBERNETES_VERSION}`;
  const { Dir: source } = JSON.parse(run('go', ['mod', 'download', '-json', module])) as {
    Dir: string;
  };
  writeFileSync(join(folder, 'go.mod'), goMod(readFileSync(join(source, 'go.mod'), 'utf8')));
  const program = 'k8s.io/kubernetes/cmd/kube-apiserver';
  writeFileSync(
    join(folder, 'tools.go'),
    `//go:build tools\n\npackage tools\n\nimport _ "${program}"\n`,
  );
  const env = { ...process.env, GOFLAGS: '-mod=mod', CGO_ENABLED: '0' };
  // Some of what only its own tests import is not to be had; -e goes on without.
  run('go', ['mod', 'tidy', '-e'], { cwd: folder, env });
  const output = join(folder, 'kube-apiserver');
  run('go', ['build', '-trimpath', '-ldflags=-s', '-o', output, program], { cwd: folder, env });
  renameSync(output, target);
}

/** Its own go.mod takes the libraries from folders beside it; here they come by their versions. */
function goMod(own: string): string {
  const [go = ''] = /^go .*$/m.exec(own) ?? [];
  const staged = [...own.matchAll(/^\s*(k8s\.io\/[\w-]+) => \.\/staging\//gm)].map(
    ([, name]) => name,
  );
  const version = `v0.${KUBERNETES_VERSION.slice(2)}`;
  return [
    'module keyturn.invalid/judge',
    go,
    `require k8s.io/kubernetes v${KUBERNETES_VERSION}`,
    ...staged.map((name) => `replace ${name} => ${name} ${version}`),
    '',
  ].join('\n\n');
}

function run(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    ...options,
    encoding: 'utf8',
    maxBuffer: 64 * 1_024 * 1_024,
  });
  if (status === 0) return stdout;
  const reason = error?.message ?? stderr.trim().split('\n').at(-1) ?? '';
  throw new SetupError(
    `${command} ${args[0]} failed: ${reason}`,
    "it takes Go 1.24 or newer with a module proxy, and Debian's apt with its lists (apt-get update)",
  );
}
