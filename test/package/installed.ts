// The package as its users get it: packed, and installed into an empty folder.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../support/structured-files.ts';

export interface Installed {
  /** The empty folder, with node_modules in it. */
  readonly folder: string;
  /** Paths in the tarball. */
  readonly files: readonly string[];
  /** Of the tarball. */
  readonly packedBytes: number;
}

/** Packs what is built and installs it without a script and without the network. */
export function install(): Installed {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-package-'));
  const packed = npm(ROOT, ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]);
  const answer: unknown = JSON.parse(packed);
  // A list before npm 12, an object by package name since.
  const [entry] = (Array.isArray(answer) ? answer : Object.values(answer as object)) as {
    filename: string;
    size: number;
    files: { path: string }[];
  }[];
  assert(entry !== undefined);
  const home = join(folder, 'project');
  mkdirSync(home);
  writeFileSync(join(home, 'package.json'), '{"name":"empty","private":true,"type":"module"}\n');
  npm(home, ['install', '--ignore-scripts', '--offline', '--no-audit', `../${entry.filename}`]);
  const files = entry.files.map(({ path }) => path);
  return { folder: home, files, packedBytes: entry.size };
}

function npm(cwd: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stdout;
}
