import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type System, whyVolatile } from './lasting.ts';

const [EXT4, TMPFS, RAMFS, OVERLAY, NFS] = [0xef53, 0x01021994, -0x7a7ba70a, 0x794c7630, 0x6969];
const ROOT_DEVICE = 1;

interface Machine {
  readonly env?: Readonly<Record<string, string>>;
  /** Of the directory; an existing one is /state. */
  readonly type?: number;
  readonly device?: number;
  readonly texts?: Readonly<Record<string, string>>;
  /** Where /state leads. */
  readonly behind?: string;
}

async function why({ env = {}, type = EXT4, device = ROOT_DEVICE, texts = {}, behind }: Machine) {
  const system: System = {
    realPath: async (path) => {
      if (path === '/state') return behind ?? path;
      throw Object.assign(new RangeError(path), { code: 'ENOENT' });
    },
    fileSystemOf: async (path) =>
      path === '/' ? { type: OVERLAY, device: ROOT_DEVICE } : { type, device },
    textOf: async (path) => texts[path],
  };
  return await whyVolatile('/state/not-yet/keyturn', env, system);
}

const docker = { '/.dockerenv': '' };
const hosted = { GITHUB_ACTIONS: 'true' };
const gitlab = { CI_DISPOSABLE_ENVIRONMENT: 'true', CI_BUILDS_DIR: '/builds' };
const codebuild = { CODEBUILD_BUILD_ID: 'project:1' };
const bitbucket = { BITBUCKET_BUILD_NUMBER: '7', BITBUCKET_CLONE_DIR: '/opt/atlassian/build' };

describe('whether a state directory lasts', () => {
  const table: [string, Machine, RegExp | undefined][] = [
    ['a disk', {}, undefined],
    ['tmpfs', { type: TMPFS }, /in memory \(tmpfs\)/],
    ['ramfs, whose number some systems give with a sign', { type: RAMFS }, /in memory \(ramfs\)/],
    ['tmpfs that a container mounts', { type: TMPFS, device: 9, texts: docker }, /in memory/],
    ['a network share', { type: NFS, device: 9, texts: docker }, undefined],
    ['a container of docker', { type: OVERLAY, texts: docker }, /container and on no volume/],
    ['of podman', { type: OVERLAY, texts: { '/run/.containerenv': 'x' } }, /container/],
    [
      'of an old docker',
      { type: OVERLAY, texts: { '/proc/self/cgroup': '4:cpu:/docker/4ac1' } },
      /container/,
    ],
    [
      'of containerd, whose cgroup tells nothing',
      {
        type: OVERLAY,
        texts: {
          '/proc/self/cgroup': '0::/',
          '/proc/self/mountinfo':
            '1 0 0:7 / / rw - overlay overlay rw,lowerdir=/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/1/fs',
        },
      },
      /container/,
    ],
    ['a pod', { type: OVERLAY, env: { KUBERNETES_SERVICE_HOST: '10.0.0.1' } }, /container/],
    ['its volume', { type: EXT4, device: 9, texts: docker }, undefined],
    ['a volume that is layered itself', { type: OVERLAY, device: 9, texts: docker }, undefined],
    ['a machine whose root is layered', { type: OVERLAY }, undefined],
    [
      'a machine that runs containers',
      {
        type: OVERLAY,
        texts: { '/proc/self/mountinfo': '9 1 0:9 / /var/lib/docker/overlay2/m rw - overlay o rw' },
      },
      undefined,
    ],
    ['a hosted runner', { env: hosted }, /hosted runner/],
    ['named as one', { env: { ...hosted, RUNNER_ENVIRONMENT: 'github-hosted' } }, /hosted runner/],
    ['named as nothing', { env: { ...hosted, RUNNER_ENVIRONMENT: '' } }, /hosted runner/],
    ['a runner of one’s own', { env: { ...hosted, RUNNER_ENVIRONMENT: 'self-hosted' } }, undefined],
    [
      'a runner of one’s own, in memory',
      { env: { ...hosted, RUNNER_ENVIRONMENT: 'self-hosted' }, type: TMPFS },
      /memory/,
    ],
    ['no runner', { env: { GITHUB_ACTIONS: 'false' } }, undefined],
    ['an agent of Microsoft’s', { env: { TF_BUILD: 'True', AGENT_ISSELFHOSTED: '0' } }, /Azure/],
    ['an agent of one’s own', { env: { TF_BUILD: 'True', AGENT_ISSELFHOSTED: '1' } }, undefined],
    ['the folder of a GitLab job', { env: gitlab, behind: '/builds/team/app/state' }, /GitLab/],
    ['that folder itself', { env: gitlab, behind: '/builds' }, /GitLab/],
    ['a volume of a GitLab job', { env: gitlab, behind: '/builds-state' }, undefined],
    [
      'the folder of a GitLab job on a shell',
      { env: { ...gitlab, CI_DISPOSABLE_ENVIRONMENT: '' }, behind: '/builds/team/app/state' },
      undefined,
    ],
    ['a CodeBuild build', { env: codebuild, behind: '/codebuild/output/src1/src' }, /CodeBuild/],
    ['a share in a CodeBuild build', { env: codebuild, type: NFS, behind: '/mnt/efs' }, undefined],
    ['a step of Bitbucket', { env: bitbucket, behind: '/opt/atlassian/build/x' }, /Bitbucket/],
    ['a volume of such a step', { env: bitbucket, behind: '/opt/atlassian/other' }, undefined],
    ['Lambda', { env: { AWS_LAMBDA_FUNCTION_NAME: 'f' }, behind: '/tmp/state' }, /Lambda/],
    ['Lambda with EFS', { env: { AWS_LAMBDA_FUNCTION_NAME: 'f' }, behind: '/mnt/efs' }, undefined],
    ['/tmp of a machine', { behind: '/tmp/state' }, undefined],
  ];
  for (const [name, machine, expected] of table) {
    it(`${name}: ${expected === undefined ? 'lasts' : 'does not'}`, async () => {
      const reason = await why(machine);
      if (expected === undefined) assert.equal(reason, undefined);
      else assert.match(reason ?? 'lasts', expected);
    });
  }
});
