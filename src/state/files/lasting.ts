// Whether a directory is there still when this process or its machine is gone. A secret that is kept only
// in one that is not is a secret that will be lost (I3).

import { readFile, realpath, stat, statfs } from 'node:fs/promises';
import { dirname, isAbsolute, relative, sep } from 'node:path';
import { errnoOf } from '../../base/files/file-system.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What the answer depends on, so that a test can stand in for the system. */
export interface System {
  /** The directory itself, all symbolic links followed; rejects with ENOENT where there is none. */
  realPath(path: string): Promise<string>;
  /** The kind of its file system, as statfs(2) numbers them, and the number of its device. */
  fileSystemOf(path: string): Promise<{ readonly type: number; readonly device: number }>;
  /** Undefined where there is no such file, or none that can be read. */
  textOf(path: string): Promise<string | undefined>;
}

export const thisSystem: System = {
  realPath: (path) => realpath(path),
  fileSystemOf: async (path) => ({
    type: (await statfs(path)).type,
    device: (await stat(path)).dev,
  }),
  textOf: (path) => readFile(path, 'utf8').catch(() => undefined),
};

/** By linux/magic.h: tmpfs, ramfs. */
const IN_MEMORY: ReadonlyMap<number, string> = new Map([
  [0x01021994, 'tmpfs'],
  [0x858458f6, 'ramfs'],
]);
/** By linux/magic.h: overlayfs, FUSE (fuse-overlayfs), aufs. Containers are put together with them. */
const LAYERED: ReadonlySet<number> = new Set([0x794c7630, 0x65735546, 0x61756673]);

const CONTAINER_FILES = ['/.dockerenv', '/run/.containerenv'];
const CONTAINER_WORDS = /docker|containerd|libpod|kubepods|\/lxc|\/ecs\/|buildkit/;
/** The cgroups of this process, and what its root directory is put together from. */
const CONTAINER_TEXTS = ['/proc/self/cgroup', '/proc/self/mountinfo'];

/** A scheduler whose jobs leave nothing behind, or nothing in the folder of the job. */
interface JobKind {
  isThere(env: Environment): boolean;
  /** What is gone with the job; undefined where the machine is. */
  folder(env: Environment): string | undefined;
  readonly reason: string;
}

const JOBS: readonly JobKind[] = [
  {
    isThere: (env) =>
      env.GITHUB_ACTIONS === 'true' &&
      (env.RUNNER_ENVIRONMENT || 'github-hosted') !== 'self-hosted',
    folder: () => undefined,
    reason: 'a hosted runner of GitHub Actions is gone with its job',
  },
  {
    isThere: (env) => Boolean(env.TF_BUILD) && env.AGENT_ISSELFHOSTED === '0',
    folder: () => undefined,
    reason: 'an agent that Microsoft hosts for Azure Pipelines is gone with its job',
  },
  {
    isThere: (env) =>
      env.CI_DISPOSABLE_ENVIRONMENT === 'true' && Boolean(env.CI_BUILDS_DIR || env.CI_PROJECT_DIR),
    folder: (env) => env.CI_BUILDS_DIR || env.CI_PROJECT_DIR,
    reason: 'the folder of a GitLab job in a disposable environment is gone with it',
  },
  {
    isThere: (env) => Boolean(env.CODEBUILD_BUILD_ID),
    folder: () => '/codebuild',
    reason: 'the folder of a CodeBuild build is gone with it',
  },
  {
    isThere: (env) => Boolean(env.BITBUCKET_BUILD_NUMBER && env.BITBUCKET_CLONE_DIR),
    folder: (env) => env.BITBUCKET_CLONE_DIR,
    reason: 'the folder of a step of Bitbucket Pipelines is gone with it',
  },
];

async function isWithin(path: string, folder: string, system: System): Promise<boolean> {
  const real = await system.realPath(folder).catch(() => folder);
  const way = relative(real, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

/** Why the directory will not last, in words; undefined where nothing speaks against it. */
export async function whyVolatile(
  directory: string,
  env: Environment,
  system: System = thisSystem,
): Promise<string | undefined> {
  const existing = await nearestExisting(directory, system);
  for (const { isThere, folder, reason } of JOBS) {
    if (!isThere(env)) continue;
    const within = folder(env);
    if (within === undefined || (await isWithin(existing, within, system))) return reason;
  }
  if (env.AWS_LAMBDA_FUNCTION_NAME && /^\/tmp(\/|$)/.test(existing)) {
    return 'the /tmp of a Lambda function is gone with its execution environment';
  }
  const found = await system.fileSystemOf(existing).catch(() => undefined);
  // Whoever opens it will say what is wrong with it.
  if (found === undefined) return undefined;
  const { type, device } = found;
  // Some systems give the number as one with a sign.
  const memory = IN_MEMORY.get(type >>> 0);
  if (memory !== undefined) return `it is in memory (${memory})`;
  if (!LAYERED.has(type >>> 0) || !(await isContainer(env, system))) return undefined;
  const root = await system.fileSystemOf('/');
  return device === root.device ? 'it is in a container and on no volume' : undefined;
}

/** It is made when a run begins. */
async function nearestExisting(path: string, system: System): Promise<string> {
  try {
    return await system.realPath(path);
  } catch (error) {
    const code = errnoOf(error);
    if ((code !== 'ENOENT' && code !== 'ENOTDIR') || dirname(path) === path) return '/';
    return await nearestExisting(dirname(path), system);
  }
}

async function isContainer(env: Environment, system: System): Promise<boolean> {
  if (env.KUBERNETES_SERVICE_HOST || env.container) return true;
  for (const path of CONTAINER_FILES) {
    if ((await system.textOf(path)) !== undefined) return true;
  }
  for (const path of CONTAINER_TEXTS) {
    const lines = ((await system.textOf(path)) ?? '').split('\n');
    // Of the mounts only that of the root counts: others are there on the machine that runs containers.
    const own = path.endsWith('mountinfo') ? lines.filter((line) => / \/ \/ /.test(line)) : lines;
    if (own.some((line) => CONTAINER_WORDS.test(line))) return true;
  }
  return false;
}
