// The scenes of `keyctl`: a credentials file with several profiles, signed by itself or by an
// administrator, and what must be true of file and keys in the end.

import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { readLikeBotocore } from '../../src/credentials-file/read-like-botocore.ts';
import { readLikeSdk } from '../../src/credentials-file/read-like-sdk.ts';
import { DEFAULT_ACCOUNT_ID } from '../../src/sandbox/index.ts';
import type { Arena, Execution } from './arena.ts';
import { isHandOff, stateFaults } from './fleet.ts';
import type { Scene } from './scene.ts';
import { signsAs } from './signs.ts';

export const LOG = ['--log-level=debug', '--log-file=log.txt'];
export const TARGET = 'work';
export const OWNER = 'ada';

/** What users may do with keys of their own, and nothing else. */
export const SELF_SERVICE = {
  Version: '2012-10-17' as const,
  Statement: [
    {
      Effect: 'Allow' as const,
      Action: ['iam:*AccessKey*', 'iam:GetUser'],
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of IAM policies
      Resource: 'arn:aws:iam::*:user/${aws:username}',
    },
  ],
};

export const OWN: Scene = {
  name: 'keyctl',
  command: { program: 'keyctl', args: ['-t', TARGET, '--json', ...LOG] },
  isIdle: wasRefused,
  prepare: (arena) => {
    setFile(arena, false);
    return Promise.resolve();
  },
  faults: (arena) => faultsOf(arena, [TARGET]),
  epilogue: (arena) => undoSweeps(arena, ['-t', TARGET]),
};

/** An administrator signs, an idle key makes room, two profiles share the key, the file is a link. */
export const ADMIN: Scene = {
  name: 'keyctl -a admin',
  command: {
    program: 'keyctl',
    args: ['-a', 'admin', '-t', TARGET, '--yes', '--all-profiles', '--json', ...LOG],
  },
  isIdle: wasRefused,
  prepare: (arena) => {
    const { world } = arena.sandbox;
    setFile(arena, true);
    world.addKey(DEFAULT_ACCOUNT_ID, OWNER, { ageDays: 700, status: 'Inactive' });
    return Promise.resolve();
  },
  faults: (arena) => faultsOf(arena, [TARGET, 'copy']),
  epilogue: (arena) => undoSweeps(arena, ['-a', 'admin', '-t', TARGET]),
};

/** The replaced key is in use and still Active, so there is no room for one more rotation. */
function wasRefused({ code, stdout }: Execution): boolean {
  return code === 1 && stdout.includes('"two-active-keys"');
}

export const fileOf = (arena: Arena): string => join(arena.home, '.aws', 'credentials');

function setFile(arena: Arena, isLink: boolean): void {
  const { world } = arena.sandbox;
  world.addUser(DEFAULT_ACCOUNT_ID, { name: OWNER, policies: { own: SELF_SERVICE } });
  const at = new Date(Date.now() - 3_600_000);
  const key = world.addKey(DEFAULT_ACCOUNT_ID, OWNER, { ageDays: 200, lastUsed: { at } });
  const admin = world.administratorKey();
  const pair = (name: string, { id, secret }: { id: string; secret: string }) =>
    `[${name}]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`;
  const text = [
    '# by hand\n',
    pair('admin', admin),
    '\n',
    pair(TARGET, key),
    '; of the office\nregion = eu-west-1\n\n',
    pair('copy', isLink ? key : admin),
    'output=json',
  ].join('');
  const path = fileOf(arena);
  if (!isLink) {
    writeFileSync(path, text, { mode: 0o600 });
    return;
  }
  mkdirSync(join(arena.home, 'dotfiles'));
  const target = join(arena.home, 'dotfiles', 'credentials');
  writeFileSync(target, text.replaceAll('\n', '\r\n'), { mode: 0o600 });
  symlinkSync(target, path);
}

/** The pair of a profile as both programs read it; undefined when they differ or find none. */
export function pairIn(bytes: Buffer, profile: string): { id: string; secret: string } | undefined {
  const pairs = [readLikeSdk(bytes), readLikeBotocore(bytes)].map((reading) => {
    if (reading.kind !== 'read') return undefined;
    const section = reading.sections.get(profile);
    const id = section?.get('aws_access_key_id');
    const secret = section?.get('aws_secret_access_key');
    return id === undefined || secret === undefined ? undefined : { id, secret };
  });
  const [sdk, botocore] = pairs;
  return JSON.stringify(sdk) === JSON.stringify(botocore) ? sdk : undefined;
}

async function faultsOf(arena: Arena, profiles: readonly string[]): Promise<string[]> {
  const faults: string[] = [];
  const bytes = readFileSync(fileOf(arena));
  const keys = arena.keysOf(OWNER);
  const old = [...arena.seeded.values()].find(
    ({ userName, status }) => userName === OWNER && status === 'Active',
  );
  const states = keys.map(({ status }) => status).join();
  if (states !== 'Active,Active') faults.push(`the keys of ${OWNER} are ${states}`);
  const newKey = keys.find(({ id }) => !arena.seeded.has(id));
  for (const profile of profiles) {
    const pair = pairIn(bytes, profile);
    if (newKey === undefined || pair?.id !== newKey.id || pair.secret !== newKey.secret) {
      faults.push(`[${profile}] does not hold the new pair`);
    } else if ((await signsAs(arena, pair)) !== OWNER) faults.push(`[${profile}] does not sign`);
  }
  const previous = pairIn(bytes, `${TARGET}-previous`);
  if (previous?.id !== old?.id || previous?.secret !== old?.secret) {
    faults.push(`[${TARGET}-previous] does not hold the old pair`);
  } else if (previous !== undefined && (await signsAs(arena, previous)) !== OWNER) {
    faults.push(`[${TARGET}-previous] does not sign`);
  }
  faults.push(...othersIn(arena, bytes, profiles), ...folderFaults(arena));
  for (const before of arena.seeded.values()) {
    const now = arena.sandbox.world.keys.get(before.id);
    if (before.userName === OWNER && before.id !== old?.id) continue; // the idle one, which may go
    if (now?.deleted || now?.status !== before.status) faults.push(`${before.userName}: touched`);
  }
  // Died right before it was removed, the hand-off file stays until the next command that changes
  // something; see the epilogue.
  const spent = newKey !== undefined && arena.handedOff(newKey.id) === newKey.secret;
  return [...faults, ...(await stateFaults(arena, spent ? [`${newKey.id}.json`] : []))];
}

/** Everything that is not one of the profiles' pairs is as it was. */
function othersIn(arena: Arena, bytes: Buffer, profiles: readonly string[]): string[] {
  const admin = arena.sandbox.world.administratorKey();
  const others = ['admin', 'copy'].filter((name) => !profiles.includes(name));
  const faults = others
    .filter((name) => pairIn(bytes, name)?.secret !== admin.secret)
    .map((name) => `[${name}] changed`);
  const text = bytes.toString('utf8').replaceAll('\r\n', '\n');
  for (const line of ['# by hand\n[admin]\n', '\n; of the office\nregion = eu-west-1\n']) {
    if (!text.includes(line)) faults.push(`the file lost ${JSON.stringify(line)}`);
  }
  if (profiles.length > 1 && text.split('\n').length !== bytes.toString().split('\r\n').length) {
    faults.push('the ends of lines are mixed');
  }
  return faults;
}

/** Beside the file there are backups, closed to others, and nothing half-written. */
function folderFaults(arena: Arena): string[] {
  const faults: string[] = [];
  const path = fileOf(arena);
  if (lstatSync(path).isSymbolicLink() !== existsFolder(arena)) faults.push('the link is gone');
  if ((statSync(path).mode & 0o777) !== 0o600) faults.push('the file has another mode');
  for (const file of besideFile(arena)) {
    const name = basename(file);
    const isBackup = /^credentials\.backup\.\d{8}_\d{6}(_\d+)?$/.test(name);
    if (!isBackup && !OWN_LEFTOVER.test(name)) faults.push(`${name} is left beside the file`);
    if (OWN_LEFTOVER.test(name) && !/lock/.test(name) && statSync(file).size > 0) {
      faults.push(`${name} may hold secrets`);
    }
    if ((statSync(file).mode & 0o077) !== 0) faults.push(`${name} is open to others`);
  }
  return faults;
}

/** Says whose it is, and is swept by the next command that writes the file. */
const OWN_LEFTOVER = /^\.credentials\.keyturn-(tmp|lock)/;

function besideFile(arena: Arena): string[] {
  const folders = ['.aws', ...(existsFolder(arena) ? ['dotfiles'] : [])];
  return folders
    .map((folder) => join(arena.home, folder))
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((path) => basename(path) !== 'credentials');
}

/** Where something is left, an undo works, and leaves nothing of it. */
async function undoSweeps(arena: Arena, flags: readonly string[]): Promise<string[]> {
  const leftovers = () => [
    ...besideFile(arena).filter((path) => OWN_LEFTOVER.test(basename(path))),
    ...arena.stateNames('handoff').filter(isHandOff),
  ];
  if (leftovers().length === 0) return [];
  const newPair = pairIn(readFileSync(fileOf(arena)), TARGET);
  const { code } = await arena.run({ program: 'keyctl', args: ['undo', ...flags, ...LOG] });
  const faults = leftovers().map((path) => `${basename(path)} is never swept`);
  if (code !== 0) faults.push(`undo ends with ${code}`);
  const bytes = readFileSync(fileOf(arena));
  if (pairIn(bytes, `${TARGET}-previous`)?.secret !== newPair?.secret) {
    faults.push('undo lost the new pair');
  }
  if (!arena.seeded.has(pairIn(bytes, TARGET)?.id ?? '')) faults.push('undo undid nothing');
  return faults;
}

function existsFolder({ home }: Arena): boolean {
  return readdirSync(home).includes('dotfiles');
}
