// The programs that build an image here, and how their failures are told.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { SetupError } from '../../test/moto/setup-error.ts';

/** What `apt-get install buildah debootstrap` brings. */
const NEEDED = ['buildah', 'debootstrap', 'chroot', 'unshare'] as const;

/** Why no image can be built on this machine; undefined when it can. */
export function whyNot(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'it needs Linux on x64';
  if (process.getuid?.() !== 0) return 'only root may lay a root file system out';
  const missing = NEEDED.filter((name) => !isInstalled(name));
  return missing.length === 0
    ? undefined
    : `these are not installed: ${missing.join(', ')} (apt-get install buildah debootstrap)`;
}

function isInstalled(name: string): boolean {
  return ['/usr/sbin', '/usr/bin', '/sbin', '/bin'].some((folder) =>
    existsSync(`${folder}/${name}`),
  );
}

/** What it says on stdout. Throws a SetupError with the last line of what it says otherwise. */
export function output(program: string, args: readonly string[], cwd?: string): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    ...(cwd === undefined ? {} : { cwd }),
  });
  if (status === 0) return stdout.trim();
  const said = (error?.message ?? `${stdout}\n${stderr}`).trim().split('\n').slice(-12).join('\n');
  throw new SetupError(`${program} ${args[0]} failed:\n${said}`, 'look at what it says above');
}
