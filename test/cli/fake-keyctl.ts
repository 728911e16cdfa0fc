// Stands in for the use cases of keyctl: a home with a few profiles, and AWS's answers.

import type {
  BackupLine,
  KeyctlContext,
  ProfileExam,
  ProfileLine,
  ProfileRotation,
  RotateRequest,
  UndoResult,
} from '../../src/app/keyctl/types.ts';
import { type AccessKeyId, accessKeyId } from '../../src/base/access-key-id.ts';
import { keyctlCommand } from '../../src/cli/keyctl/command.ts';
import type { KeyctlParts } from '../../src/cli/keyctl/parts.ts';
import { runCommand } from '../../src/cli/run.ts';
import type { Asker } from '../../src/cli/terminal/asker.ts';
import type { KeyDetails } from '../../src/lifecycle/keys.ts';
import { type FakeHost, type FakeHostOptions, fakeHost, NOW } from './fake-host.ts';

const ACCOUNT = '123456789012';
export const OLD = accessKeyId('AKIAIOSFODNN7EXAMPLE');
export const NEW = accessKeyId('AKIAI44QH8DHBEXAMPLE');
export const OTHER = accessKeyId('AKIAQ3EGOTHERKEY0001');
export const FILE = '/home/ada/.aws/credentials';

export function daysAgo(days: number): Date {
  return new Date(NOW.getTime() - days * 86_400_000);
}

export function key(
  id: AccessKeyId,
  ageDays: number,
  usedDaysAgo?: number,
  status: KeyDetails['status'] = 'Active',
): KeyDetails {
  const lastUse: KeyDetails['lastUse'] =
    usedDaysAgo === undefined ? { used: 'never' } : { used: 'at', at: daysAgo(usedDaysAgo) };
  return { id, status, createdAt: daysAgo(ageDays), lastUse };
}

export const PROFILES: readonly ProfileLine[] = [
  { name: 'admin', keyId: 'AKIAADMINADMINADMIN1', kind: 'key', rotatable: true, note: undefined },
  { name: 'default', keyId: 'AKIADEFAULTDEFAULT01', kind: 'key', rotatable: true, note: undefined },
  { name: 'production', keyId: OLD, kind: 'key', rotatable: true, note: undefined },
  {
    name: 'work-sso',
    keyId: undefined,
    kind: 'SSO',
    rotatable: false,
    note: 'SSO gives it keys that expire',
  },
];

export function examOf(exam: Partial<ProfileExam> = {}): ProfileExam {
  return {
    account: '123456789012',
    user: 'svc-a',
    profile: 'production',
    path: FILE,
    currentKeyId: OLD,
    keys: [key(OLD, 412, 2)],
    slot: { kind: 'free' },
    sameKeyProfiles: [],
    openPhase: undefined,
    oldKeyEnd: 'stays',
    orphan: undefined,
    found: [],
    obstacle: undefined,
    warnings: [],
    ...exam,
  };
}

/** A second key in the way, which is Inactive; whether its hold is over or not. */
export function twoKeys(isIdle: boolean): Partial<ProfileExam> {
  const other = key(OTHER, 700, isIdle ? undefined : 1, 'Inactive');
  const because = isIdle
    ? 'deactivated 40 days ago'
    : 'Inactive, but it was last used 1 day ago; the hold is 30 days, until 2026-12-20';
  return {
    keys: [key(OLD, 412, 2), other],
    slot: { kind: 'removable', key: other, isIdle, because },
  };
}

export const ROTATION: ProfileRotation = {
  user: 'svc-a',
  oldKeyId: OLD,
  newKeyId: NEW,
  resumed: false,
  path: FILE,
  backupPath: `${FILE}.backup.20261121_100000`,
  updatedProfiles: ['production'],
  previousProfile: 'production-previous',
  oldKeyStatus: 'Active',
  oldKeyWaitsUntil: undefined,
  deletedKeyId: undefined,
};

export const BACKUPS: readonly BackupLine[] = [
  backup('20261121_100000', [OLD, NEW], 'one of the newest 1'),
  backup('20261111_100000', [OLD], undefined),
  backup('20261101_100000', [OTHER, OLD], undefined),
];

function backup(
  stamp: string,
  keyIds: readonly string[],
  staysBecause: string | undefined,
): BackupLine {
  return { path: `${FILE}.backup.${stamp}`, madeAt: daysAgo(1), keyIds, staysBecause };
}

type Note = (name: string, given: unknown) => void;

function fakeBackups(note: Note): KeyctlParts['openBackups'] {
  return async (options) => {
    note('backups', options);
    return {
      credentialsPath: FILE,
      backups: BACKUPS,
      prune: async (paths) => {
        note('prune', paths);
        return paths;
      },
    };
  };
}

function fakeFinish(note: Note): KeyctlParts['finishProfile'] {
  return async (options, request) => {
    note('finish', { ...options, ...request });
    return {
      account: ACCOUNT,
      user: 'svc-a',
      keyId: OLD,
      outcome: { kind: 'deactivated', deletableFrom: daysAgo(-7) },
      removedProfile: undefined,
      backupPath: undefined,
    };
  };
}

export interface FakeAws {
  readonly exam?: Partial<ProfileExam>;
  /** What rotate does. */
  readonly rotate?: (request: RotateRequest, context: KeyctlContext) => Promise<ProfileRotation>;
  readonly undoKind?: UndoResult['kind'];
  readonly parts?: Partial<KeyctlParts>;
}

function undoneOf(profile: string, kind: UndoResult['kind']): UndoResult {
  return {
    kind,
    account: ACCOUNT,
    user: 'svc-a',
    restoredKeyId: OLD,
    replacedKeyId: NEW,
    reactivated: true,
    path: FILE,
    backupPath: `${FILE}.backup.20261121_100000`,
    profile,
    previousProfile: `${profile}-previous`,
  };
}

/** Use cases that succeed, and what was asked of them. */
export function fakeParts(
  aws: FakeAws = {},
  calls: { name: string; given: unknown }[] = [],
): KeyctlParts {
  const note: Note = (name, given) => {
    calls.push({ name, given });
  };
  return {
    listProfiles: async (options) => {
      note('list', options);
      return { credentialsPath: FILE, configPath: '/home/ada/.aws/config', profiles: PROFILES };
    },
    peekAtKeys: async (_options, keyIds, _context, onKey) => {
      for (const id of keyIds) onKey(key(id, 100, 3));
    },
    openProfileSession: async (options, context) => {
      note('open', options);
      return {
        exam: examOf({ profile: options.targetProfile, ...aws.exam }),
        rotate: async (request) => {
          note('rotate', request);
          context.emit({
            code: 'key-created',
            user: 'svc-a',
            newKeyId: NEW,
            by: 'rotation',
            why: 'due',
          });
          const deletedKeyId = request.mayRemove;
          return (await aws.rotate?.(request, context)) ?? { ...ROTATION, deletedKeyId };
        },
        close: () => note('close', undefined),
      };
    },
    undoProfile: async (options, _context, request) => {
      note('undo', { ...options, dryRun: request?.dryRun });
      const result = undoneOf(options.targetProfile, aws.undoKind ?? 'undo');
      const { restoredKeyId: toKeyId, replacedKeyId: fromKeyId } = result;
      request?.tell({ ...result, toKeyId, fromKeyId });
      return result;
    },
    finishProfile: fakeFinish(note),
    listAllKeys: async (options) => {
      note('list-all', options);
      return {
        account: ACCOUNT,
        users: [
          { account: ACCOUNT, user: 'svc-a', keys: [key(OLD, 412, 2), key(OTHER, 3)] },
          { account: ACCOUNT, user: 'svc-b', keys: [] },
        ],
        unreadable: [{ account: ACCOUNT, user: 'svc-c', reason: 'access denied' }],
        failures: [],
        skipped: [],
      };
    },
    findMfaDevice: async () => undefined,
    openBackups: fakeBackups(note),
    ...aws.parts,
  };
}

export interface KeyctlRun {
  readonly host: FakeHost;
  readonly code: number;
  readonly calls: readonly { readonly name: string; readonly given: unknown }[];
  /** The questions that were asked. */
  readonly asked: readonly string[];
}

export interface KeyctlRunOptions extends FakeHostOptions, FakeAws {
  /** What the person answers; a missing answer means that nobody may be asked. */
  readonly choose?: readonly string[];
  readonly confirm?: boolean;
  /** Hands over the host before the run begins. */
  readonly onHost?: (host: FakeHost) => void;
}

/** Runs a command line in this process. */
export async function runFake(
  args: readonly string[],
  options: KeyctlRunOptions = {},
): Promise<KeyctlRun> {
  const host = fakeHost(args, options);
  options.onHost?.(host);
  const calls: { name: string; given: unknown }[] = [];
  const asked: string[] = [];
  const choices = [...(options.choose ?? [])];
  const asker: Asker = {
    choose: async ({ title, whileChoosing }) => {
      asked.push(title);
      whileChoosing((name, detail) => asked.push(`${name}: ${detail}`), AbortSignal.abort());
      return choices.shift() ?? '';
    },
    confirm: async (question) => {
      asked.push(question);
      return options.confirm ?? false;
    },
    mfaCode: async (serial) => {
      asked.push(serial);
      return '123456';
    },
  };
  const command = keyctlCommand(fakeParts(options, calls), async () => asker);
  const code = await runCommand(command, host);
  return { host, code, calls, asked };
}
