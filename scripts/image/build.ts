// Builds the Dockerfile with buildah, from stand-ins under the names that it begins from.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../bundle/settings.ts';
import type { Bases } from './bases.ts';
import { output } from './programs.ts';

export interface BuiltImage {
  /** Its root file system. */
  readonly root: string;
  /** What it says of how it is run. */
  readonly config: ImageConfig;
}

export interface ImageConfig {
  readonly User: string;
  readonly Env: readonly string[];
  readonly Entrypoint: readonly string[];
  readonly Volumes: Readonly<Record<string, unknown>>;
}

const IMAGE = 'localhost/keyturn:trial';
const RUN = ['--isolation', 'chroot', '--network', 'host'];

export class ImageStore {
  readonly #folder: string;

  /** Everything that buildah keeps goes into the folder. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  build({ build, run }: Bases): BuiltImage {
    const [first = '', second = ''] = baseNames();
    this.#commit(build, first);
    this.#commit(run, second);
    this.#buildah(['build', '--pull-never', ...RUN, ...this.#npmSettings(), '--tag', IMAGE, ROOT]);
    const told = JSON.parse(this.#buildah(['inspect', '--type', 'image', IMAGE]));
    const container = this.#buildah(['from', '--pull-never', IMAGE]);
    return { root: this.#buildah(['mount', container]), config: told.OCIv1.config };
  }

  /** Lets go of what it has mounted. */
  close(): void {
    this.#buildah(['unmount', '--all']);
  }

  #commit(root: string, name: string): void {
    const container = this.#buildah(['from', 'scratch']);
    this.#buildah(['add', '--quiet', container, root, '/']);
    this.#buildah(['commit', '--quiet', '--rm', container, name]);
  }

  /** npm in the build has the settings and the authorities of this machine; none of it ends up in the image. */
  #npmSettings(): string[] {
    const settings = join(this.#folder, 'npmrc');
    const authorities = process.env.NODE_EXTRA_CA_CERTS;
    const lines = [readIfThere(join(homedir(), '.npmrc'))];
    if (authorities) lines.push('cafile=/tmp/authorities.pem');
    mkdirSync(this.#folder, { recursive: true });
    writeFileSync(settings, `${lines.join('\n')}\n`);
    return [
      ...['--volume', `${settings}:/root/.npmrc:ro`],
      ...(authorities ? ['--volume', `${authorities}:/tmp/authorities.pem:ro`] : []),
    ];
  }

  #buildah(args: readonly string[]): string {
    const places = ['--root', join(this.#folder, 'root'), '--runroot', join(this.#folder, 'run')];
    return output('buildah', [...places, '--storage-driver', 'vfs', ...args]);
  }
}

/** The images that the Dockerfile begins from, in full. */
function baseNames(): string[] {
  const lines = readFileSync(join(ROOT, 'Dockerfile'), 'utf8').matchAll(/^FROM (\S+)/gm);
  return [...lines].map(([, name = '']) =>
    name.includes('/') ? name : `docker.io/library/${name}`,
  );
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
