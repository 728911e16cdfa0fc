import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ownersOn } from './owners.ts';

const [EXT4, NFS, RAMFS_WITH_A_SIGN] = [0xef53, 0x6969, -0x7a7ba70a];

interface Machine {
  readonly isLinux?: boolean;
  readonly own?: number | undefined;
  readonly type?: number;
  readonly isWritable?: boolean;
  readonly texts?: Readonly<Record<string, string>>;
}

function machine({ isLinux = true, type = EXT4, isWritable = true, texts = {}, ...rest }: Machine) {
  return ownersOn({
    isLinux,
    effectiveUserId: () => ('own' in rest ? rest.own : 1000),
    canWrite: async () => isWritable,
    fileSystemType: async () => type,
    textOf: async (path) => texts[path],
  });
}

describe('to whom a file would belong', () => {
  const table: [string, Machine, ownerId: number, mode: number, expected: number][] = [
    ['our own directory', {}, 1000, 0o700, 1000],
    ['somebody else’s, on a disk', { isWritable: false }, 4242, 0o700, 1000],
    ['somebody else’s that a list of rights opens to us', {}, 4242, 0o755, 1000],
    ['root, who may write everywhere', { own: 0 }, 4242, 0o700, 0],
    ['root, in memory', { own: 0, type: RAMFS_WITH_A_SIGN }, 4242, 0o700, 0],
    ['a share that takes root for somebody', { own: 0, type: NFS }, 65_534, 0o755, 65_534],
    ['a share that takes us for somebody', { type: NFS }, 2000, 0o755, 2000],
    ['a share that does not', { type: NFS, isWritable: false }, 2000, 0o755, 1000],
    ['a share on which everybody may write', { type: NFS }, 2000, 0o1777, 1000],
    ['root, on another system', { own: 0, isLinux: false }, 4242, 0o700, 0],
    ['a share of another system', { isLinux: false }, 4242, 0o700, 4242],
    ['Windows', { own: undefined, isLinux: false }, 0, 0o700, 0],
  ];
  for (const [name, given, ownerId, mode, expected] of table) {
    it(name, async () => {
      assert.equal(await machine(given).ownerOfNew('/state', { ownerId, mode }), expected);
    });
  }
});

describe('who is outside of the user namespace', () => {
  const MAP = '/proc/self/uid_map';
  const table: [string, Readonly<Record<string, string>>, number | undefined][] = [
    ['nobody, without one', { [MAP]: '         0          0 4294967295\n' }, undefined],
    ['nobody, where no system tells', {}, undefined],
    ['everybody but us', { [MAP]: '         0       1000          1\n' }, 65_534],
    [
      'by the number that the system says',
      { [MAP]: '0 1000 1\n', '/proc/sys/kernel/overflowuid': '99\n' },
      99,
    ],
    ['a number that somebody inside has', { [MAP]: '0 1000 1\n1 100000 65536\n' }, undefined],
  ];
  for (const [name, texts, expected] of table) {
    it(name, async () => assert.equal(await machine({ texts }).outsider(), expected));
  }
});
