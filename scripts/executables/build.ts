// One executable: a Node of the target with the chunks of dist/bin in it (Single Executable Applications).
//
// The chunks are assets and no code cache is made, so that the same sources and the same Node give the same
// bytes on every machine, and start-up loads what it needs and nothing else, as in an installation.

import '../bundle/node-20-12.ts';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { inject } from 'postject';
import { rolldown } from 'rolldown';
import { buildExecutables, isStale } from '../bundle/executables.ts';
import { COMMON_INPUT, ROOT } from '../bundle/settings.ts';
import { ScriptError } from '../support/script-error.ts';
import { HERE, heedsNodeOptions, nodeVersionOf, type Target, targetOf } from './targets.ts';
import { signForMac, unsignedPe, unsignForMac } from './unsigned.ts';

export interface Order {
  readonly target: Target;
  /** A Node of the target. */
  readonly node: string;
  /** A Node of this machine, of the very same version: what it prepares is read by no other one. */
  readonly builder: string;
  /** A folder that is this build's own; it is emptied first. */
  readonly out: string;
}

export interface Built {
  readonly path: string;
  readonly nodeVersion: string;
  /** What the person who builds should know; a line each. */
  readonly remarks: readonly string[];
}

/** Node looks for this name, and turns the digit after the fuse on when it is there. */
const RESOURCE = 'NODE_SEA_BLOB';
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
const SEGMENT = 'NODE_SEA';
const CHUNKS = join(ROOT, 'dist', 'bin');

export async function buildExecutable(order: Order): Promise<Built> {
  const { target, out } = order;
  const program = readFileSync(order.node);
  const nodeVersion = checkedVersion(program, order);
  if (isStale()) await buildExecutables();
  rmSync(out, { recursive: true, force: true });
  mkdirSync(join(out, 'work'), { recursive: true });
  const blob = await blobOf(order);
  const path = join(out, target.format === 'pe' ? 'keyturn.exe' : 'keyturn');
  writeFileSync(path, target.format === 'pe' ? unsignedPe(program) : program);
  chmodSync(path, 0o755);
  const canSign = target.format === 'mach-o' && process.platform === 'darwin';
  if (canSign) unsignForMac(path);
  await inject(path, RESOURCE, blob, {
    sentinelFuse: FUSE,
    ...(target.format === 'mach-o' ? { machoSegmentName: SEGMENT } : {}),
  });
  if (canSign) signForMac(path);
  rmSync(join(out, 'work'), { recursive: true });
  return { path, nodeVersion, remarks: remarksOn(target, nodeVersion, canSign) };
}

function remarksOn({ name, format }: Target, nodeVersion: string, isSigned: boolean): string[] {
  const unsigned = `${name} is not signed: macOS starts it after codesign --sign - only`;
  const open = `Node ${nodeVersion} heeds NODE_OPTIONS in an executable; Node 24 does not`;
  return [
    ...(format === 'mach-o' && !isSigned ? [unsigned] : []),
    ...(heedsNodeOptions(nodeVersion) ? [open] : []),
  ];
}

/** The version of the Node that is given; that it is one of the target, and that the builder is of the same. */
function checkedVersion(program: Buffer, { target, node, builder }: Order): string {
  const found = targetOf(program);
  if (found !== target) {
    throw new ScriptError(
      `${node} is ${found === undefined ? 'no Node that is known' : `for ${found.name}`}, and ${target.name} is asked for`,
    );
  }
  const version = nodeVersionOf(program);
  if (version === undefined)
    throw new ScriptError(`${node} is no whole Node in one file; take the one of nodejs.org`);
  const { stdout } = spawnSync(builder, ['--version'], { encoding: 'utf8' });
  if (stdout?.trim() === `v${version}`) return version;
  throw new ScriptError(
    `${node} is Node ${version}, and ${builder} is ${stdout?.trim() || 'none'}; name a Node ${version} of this machine with --builder`,
  );
}

async function blobOf({ builder, out }: Order): Promise<Buffer> {
  const work = join(out, 'work');
  const chunks = readdirSync(CHUNKS)
    .filter((name) => name.endsWith('.cjs'))
    .sort();
  for (const name of chunks) copyFileSync(join(CHUNKS, name), join(work, name));
  writeFileSync(join(work, 'main.cjs'), await mainScript());
  const config = {
    // The blob names the path of its script, so no folder of this machine is in it.
    main: 'main.cjs',
    output: 'keyturn.blob',
    disableExperimentalSEAWarning: true,
    useCodeCache: false,
    // NODE_OPTIONS could load anything into a program that handles keys. Since Node 22.20.
    execArgvExtension: 'none',
    assets: Object.fromEntries(chunks.map((name) => [name, name])),
  };
  writeFileSync(join(work, 'config.json'), JSON.stringify(config));
  const made = spawnSync(builder, ['--experimental-sea-config', 'config.json'], {
    cwd: work,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  if (made.status !== 0) throw new ScriptError(`${builder} made no blob: ${made.stderr.trim()}`);
  return readFileSync(join(work, config.output));
}

async function mainScript(): Promise<string> {
  const bundle = await rolldown({ ...COMMON_INPUT, input: 'src/entry/executable.ts' });
  const { output } = await bundle.generate({
    format: 'cjs',
    codeSplitting: false,
    sourcemap: false,
  });
  await bundle.close();
  return output[0].code;
}

/** A Node that can be both is taken for both. */
export function builderFor(target: Target, node: string): string {
  return target === HERE ? node : process.execPath;
}
