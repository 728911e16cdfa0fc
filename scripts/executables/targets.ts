// The platforms that there are executables for, and what the first bytes of a program say of its platform.

import { ScriptError } from '../support/script-error.ts';

type Format = 'elf' | 'mach-o' | 'pe';

export interface Target {
  /** As nodejs.org names it, and our own archives. */
  readonly name: string;
  readonly format: Format;
  /** The processor, as programs of that format number it. */
  readonly machine: number;
  /** As `process.platform` and `process.arch` say it. */
  readonly platform: NodeJS.Platform;
  readonly arch: string;
}

const ELF = { format: 'elf', platform: 'linux' } as const;
const MACH_O = { format: 'mach-o', platform: 'darwin' } as const;
const PE = { format: 'pe', platform: 'win32' } as const;

export const TARGETS: readonly Target[] = [
  { name: 'linux-x64', ...ELF, machine: 0x3e, arch: 'x64' },
  { name: 'linux-arm64', ...ELF, machine: 0xb7, arch: 'arm64' },
  { name: 'darwin-x64', ...MACH_O, machine: 0x01000007, arch: 'x64' },
  { name: 'darwin-arm64', ...MACH_O, machine: 0x0100000c, arch: 'arm64' },
  { name: 'win-x64', ...PE, machine: 0x8664, arch: 'x64' },
];

/** Undefined where there is no executable for this machine. */
export const HERE: Target | undefined = TARGETS.find(
  ({ platform, arch }) => platform === process.platform && arch === process.arch,
);

export function targetNamed(name: string): Target {
  const target = TARGETS.find((each) => each.name === name);
  if (target !== undefined) return target;
  const known = TARGETS.map((each) => each.name).join(', ');
  throw new ScriptError(`there is no target ${JSON.stringify(name)}; there are ${known}`);
}

/** Undefined for a program of a platform that is none of ours, and for what is no program. */
export function targetOf(program: Buffer): Target | undefined {
  const found = headOf(program);
  return TARGETS.find(
    ({ format, machine }) => format === found?.format && machine === found.machine,
  );
}

function headOf(program: Buffer): Pick<Target, 'format' | 'machine'> | undefined {
  if (program.length < 64) return undefined;
  if (program.readUInt32BE(0) === 0x7f454c46) {
    return { format: 'elf', machine: program.readUInt16LE(18) };
  }
  if (program.readUInt32LE(0) === 0xfeedfacf) {
    return { format: 'mach-o', machine: program.readUInt32LE(4) };
  }
  const header = peHeaderOf(program);
  return header === undefined
    ? undefined
    : { format: 'pe', machine: program.readUInt16LE(header + 4) };
}

/** Where the header of a program for Windows begins, behind the one for DOS. */
export function peHeaderOf(program: Buffer): number | undefined {
  if (program.toString('latin1', 0, 2) !== 'MZ') return undefined;
  const header = program.readUInt32LE(60);
  const isThere = program.toString('latin1', header, header + 4) === 'PE\0\0';
  return isThere ? header : undefined;
}

/** A Node carries the address of its own sources. Without a leading v; undefined when it is no release of Node. */
export function nodeVersionOf(program: Buffer): string | undefined {
  for (let at = program.indexOf('/node-v'); at >= 0; at = program.indexOf('/node-v', at + 1)) {
    const [, version] = /^\/node-v(\d+\.\d+\.\d+)-headers\.tar\.gz/.exec(
      program.toString('latin1', at, at + 64),
    ) ?? [undefined, undefined];
    if (version !== undefined) return version;
  }
  return undefined;
}

/** Before 22.20 Node has no way to keep NODE_OPTIONS from an executable. */
export function heedsNodeOptions(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < 22 || (major === 22 && minor < 20);
}
