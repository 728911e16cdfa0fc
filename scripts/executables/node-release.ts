// A Node of nodejs.org, for an executable: the archive of a platform, accepted by its sum only.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sumsIn } from '../packages/sums.ts';
import { ScriptError } from '../support/script-error.ts';
import type { Target } from './targets.ts';

/** What is in the executables of a release: of the line with long-term support. */
export const NODE_VERSION = '24.22.3';
export const NODE_RELEASES = 'https://nodejs.org/dist';

export interface NodeOrder {
  readonly target: Target;
  readonly version: string;
  /** Where releases lie, below `vVERSION`. */
  readonly from: string;
  /** Where it is unpacked. */
  readonly folder: string;
}

/** Returns the path of the program. */
export async function downloadNode({ target, version, from, folder }: NodeOrder): Promise<string> {
  const top = `node-v${version}-${target.name}`;
  const isZip = target.format === 'pe';
  const name = `${top}.${isZip ? 'zip' : 'tar.gz'}`;
  const release = `${from}/v${version}`;
  const expected = sumsIn((await fetched(`${release}/SHASUMS256.txt`)).toString()).get(name);
  if (expected === undefined)
    throw new ScriptError(`${release}/SHASUMS256.txt does not name ${name}`);
  const archive = await fetched(`${release}/${name}`);
  const sum = createHash('sha256').update(archive).digest('hex');
  if (sum !== expected) {
    throw new ScriptError(
      `${name} has the SHA-256 ${sum}, and ${expected} is published; nothing of it was kept`,
    );
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), archive);
  unpack(name, folder);
  return isZip ? join(folder, top, 'node.exe') : join(folder, top, 'bin', 'node');
}

async function fetched(url: string): Promise<Buffer> {
  const response = await fetch(url);
  if (!response.ok) throw new ScriptError(`${url} answered ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}

/** The tar of Windows and of macOS reads zip files too; that of GNU does not. */
function unpack(name: string, folder: string): void {
  const isGnu = process.platform === 'linux';
  const [program, ...args] =
    name.endsWith('.zip') && isGnu ? ['unzip', '-q', '-o', name] : ['tar', '-xf', name];
  const { status, stderr, error } = spawnSync(program, args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new ScriptError(`${program} ${name}: ${error?.message ?? stderr.trim()}`);
}
