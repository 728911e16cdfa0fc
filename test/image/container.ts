// Runs a program of the image as a container runtime does: as the user that the image names, with its environment
// and nothing of ours, on a root file system that cannot be written, with the volume as the only place that can.

import { spawn } from 'node:child_process';
import { chownSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { BuiltImage } from '../../scripts/image/build.ts';
import { type Finished, finished } from '../cli/process.ts';

/** In a mount namespace of its own, so that nothing is left mounted. */
const START = `set -eu
root=$1 volume=$2 mount_point=$3 user=$4; shift 4
mount --bind "$root" "$root"
mount -o remount,ro,bind "$root"
[ -z "$volume" ] || mount --bind "$volume" "$root$mount_point"
exec chroot --userspec="$user" "$root" "$@"`;

export interface RunOptions {
  /** Takes the place of the entrypoint. */
  readonly entrypoint?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A folder for the volume of the image; without one it cannot be written either. */
  readonly volume?: string;
}

export class Container {
  readonly image: BuiltImage;

  constructor(image: BuiltImage) {
    this.image = image;
  }

  /** Where the image keeps what outlives a container. */
  get volumePath(): string {
    return Object.keys(this.image.config.Volumes)[0] ?? '';
  }

  /** A folder that belongs to whom the one of the image belongs to, as runtimes make it. */
  makeVolume(folder: string): string {
    const { uid, gid, mode } = statSync(join(this.image.root, this.volumePath));
    mkdirSync(folder, { mode });
    chownSync(folder, uid, gid);
    return folder;
  }

  run(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
    const { root, config } = this.image;
    const { entrypoint = config.Entrypoint, env = {}, volume = '' } = options;
    const own = Object.fromEntries(config.Env.map((line) => line.split(/=(.*)/s).slice(0, 2)));
    const how = [root, volume, this.volumePath, config.User];
    const child = spawn(
      'unshare',
      ['--mount', '/bin/sh', '-c', START, 'sh', ...how, ...entrypoint, ...args],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...own, ...env },
      },
    );
    return finished(child);
  }
}
