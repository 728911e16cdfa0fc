// Where an executable is tried out: a folder with nothing but it, its two other names and a home; and where this
// user may, that folder as the root of the file system, with the few libraries of the system that Node needs.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { OTHER_NAMES } from '../../scripts/executables/other-names.ts';
import { type Finished, finished } from '../cli/process.ts';

const isWindows = process.platform === 'win32';

export type Name = 'keyturn' | (typeof OTHER_NAMES)[number];
type Env = Readonly<Record<string, string>>;

export class CleanRoot {
  readonly folder: string;
  /** Whether the folder is the root of the file system for what is started. */
  readonly isRoot: boolean;
  readonly #running = new Set<ChildProcess>();

  /** `executable` is a file, or the folder of an unpacked archive with its other names. */
  constructor(executable: string) {
    this.folder = mkdtempSync(join(tmpdir(), 'keyturn-root-'));
    this.isRoot = process.platform === 'linux' && process.getuid?.() === 0;
    for (const name of ['bin', 'home', 'tmp']) mkdirSync(join(this.folder, name));
    const file = isWindows ? 'keyturn.exe' : 'keyturn';
    const bin = join(this.folder, 'bin');
    if (basename(executable) !== file)
      cpSync(executable, bin, { recursive: true, verbatimSymlinks: true });
    else {
      copyFileSync(executable, join(bin, file));
      for (const name of OTHER_NAMES) {
        if (isWindows) copyFileSync(executable, join(bin, `${name}.exe`));
        else symlinkSync(file, join(bin, name));
      }
    }
    if (this.isRoot) this.#addLibraries(join(bin, file));
  }

  /** As a program in it sees a path. */
  path(...names: readonly string[]): string {
    return join(this.isRoot ? '/' : this.folder, ...names);
  }

  /** Runs to the end. */
  run(name: Name, args: readonly string[], env: Env = {}): Promise<Finished> {
    return finished(this.start(name, args, env));
  }

  /** A Node is nowhere to be found, and no AWS but what `env` names. */
  start(name: Name, args: readonly string[], env: Env = {}): ChildProcess {
    // Scripts of one line are started by the shell of Windows.
    const script = join(this.folder, 'bin', `${name}.cmd`);
    const program = this.path('bin', isWindows && !existsSync(script) ? `${name}.exe` : name);
    const [file, ...words] = this.isRoot
      ? ['chroot', this.folder, program]
      : [isWindows && existsSync(script) ? script : program];
    const child = spawn(file, [...words, ...args], {
      shell: file.endsWith('.cmd'),
      cwd: this.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...this.#environment(), ...env },
    });
    this.#running.add(child);
    child.once('close', () => this.#running.delete(child));
    return child;
  }

  async close(): Promise<void> {
    await Promise.all(
      [...this.#running].map(async (child) => {
        const ended = new Promise((resolve) => child.once('close', resolve));
        child.kill('SIGTERM');
        await ended;
      }),
    );
    rmSync(this.folder, { recursive: true, force: true });
  }

  #environment(): Env {
    const home = this.path('home');
    const system: Env = isWindows ? { SystemRoot: process.env.SystemRoot ?? '' } : {};
    return {
      ...system,
      // chroot itself has to be found, and there is nothing else at these places in the folder.
      PATH: this.isRoot ? '/usr/sbin:/usr/bin' : this.path('bin'),
      HOME: home,
      USERPROFILE: home,
      TMPDIR: this.path('tmp'),
      TZ: 'UTC',
      NO_COLOR: '1',
      AWS_EC2_METADATA_DISABLED: 'true',
      KEYTURN_ENDPOINT_GUARD: 'loopback',
      KEYTURN_ACCEPT_VOLATILE_STATE: 'true',
      KEYTURN_STATE_DIR: this.path('home', 'state'),
    };
  }

  #addLibraries(executable: string): void {
    const { stdout } = spawnSync('ldd', [executable], { encoding: 'utf8' });
    for (const [path] of stdout.matchAll(/\/[^\s:)]+/g)) {
      if (path === executable) continue;
      const copy = join(this.folder, path);
      mkdirSync(dirname(copy), { recursive: true });
      copyFileSync(path, copy);
    }
  }
}
