// `keyturn undo USER`: takes the latest rotation of a user back.

import { ChangeLog } from '../../app/change-log.ts';
import { minuteOf } from '../../base/clock.ts';
import { KeyturnError } from '../../base/errors.ts';
import { command, commandToDeactivate, type Hint, hintText } from '../../base/hint.ts';
import { countChanges } from '../../base/key-changes.ts';
import { printableJson } from '../../base/printable.ts';
import { shellWords } from '../../base/shell-words.ts';
import { type LeftActive, reasonOfLeftActive } from '../../engine/left-active.ts';
import type { UndoneRotation } from '../../engine/perform-undo.ts';
import type { UndoReport } from '../../reports/status-report.ts';
import { openStateStore } from '../../state/stores.ts';
import { DEFAULT_ROLE_NAME, ROLE_FLAGS, refuseUseless } from '../flags/account-flags.ts';
import { isAskedFor, parseCommandLine, quoted } from '../flags/argv.ts';
import type { FlagTable, FlagValues } from '../flags/flag.ts';
import { helpWidth, renderHelp } from '../flags/help.ts';
import { entranceWords, flagWords, whereaboutWords } from '../flags/later-command.ts';
import { ON_RECORD_FLAGS } from '../flags/on-record-flags.ts';
import { regionOf, stateDirectory } from '../flags/surroundings.ts';
import * as rule from '../flags/value-rules.ts';
import { ABOUT_FLAGS, ROTATE_FLAGS } from '../rotate/flags.ts';
import { resolveLog } from '../rotate/options.ts';
import type { Session } from '../run.ts';
import { inRunShell, type ShellOptions } from '../run-shell.ts';
import { styleOf } from '../terminal/style.ts';
import { JSON_FLAG } from './status.ts';

const ABOUT_ROLE = 'With --account: the role through which it is entered.';

export const UNDO_FLAGS = {
  rotation: {
    names: ['rotation'],
    rule: rule.rotationId,
    group: 'What is undone',
    about: 'This rotation, by its ID as the journal has it.',
    fallback: 'the latest one of the user',
  },
  account: {
    names: ['account'],
    rule: rule.accountId,
    group: 'What is undone',
    about: 'The account of the user, entered through a role.',
    fallback: "the caller's own",
  },
  roleName: { ...ROLE_FLAGS.roleName, group: 'What is undone', about: ABOUT_ROLE },
  externalId: { ...ROLE_FLAGS.externalId, group: 'What is undone' },
  profile: ROTATE_FLAGS.profile,
  region: ON_RECORD_FLAGS.region,
  stateDir: ROTATE_FLAGS.stateDir,
  json: JSON_FLAG,
  logFormat: ROTATE_FLAGS.logFormat,
  logLevel: ON_RECORD_FLAGS.logLevel,
  logFile: ROTATE_FLAGS.logFile,
  help: ABOUT_FLAGS.help,
} as const satisfies FlagTable;

export async function runUndo(session: Session, args: readonly string[]): Promise<number> {
  const { host } = session;
  if (isAskedFor(UNDO_FLAGS, args, 'help')) {
    await host.stdout.write(undoHelp(helpWidth(host.stdout)));
    return 0;
  }
  const { values, words } = parseCommandLine(UNDO_FLAGS, args, 1);
  const user = userName(words[0]);
  if (values.account === undefined) refuseUseless(values, ['roleName', 'externalId'], '--account');
  const changes = new ChangeLog(host.clock);
  const json = (document: unknown): string => `${printableJson(document, 2)}\n`;
  const shell: ShellOptions = {
    log: resolveLog(values, host),
    stillFinished: 'the step under way',
    leftOpen: 'finishes the undo',
    changes: () => changes.all,
    failureDocument: ({ code, message, hint = null, notBefore }) =>
      values.json
        ? json({ error: { code, message, hint }, ...told(changes), next_run_at: iso(notBefore) })
        : undefined,
  };
  return await inRunShell(session, shell, async ({ log, signal, print }) => {
    const state = await openStateStore(stateDirectory(values.stateDir, host), host.clock);
    const { undoInAccount } = await import('../../app/undo-account.ts');
    const undone = await undoInAccount(
      {
        user,
        rotation: values.rotation,
        profile: values.profile,
        region: values.region ?? regionOf(host.env),
        account: values.account,
        roleName: values.roleName ?? DEFAULT_ROLE_NAME,
        externalId: values.externalId,
        wordCommand: wordCommand(values),
      },
      { clock: host.clock, emit: log.emit, signal, env: host.env, state, changes },
    );
    const report = {
      ...reportOf(undone, args),
      ...told(changes),
      next_run_at: iso(nextRunOf(undone)),
    };
    const { renderUndo } = await import('../../reports/status-text.ts');
    await print(values.json ? json(report) : renderUndo(report, styleOf(host.stdout, host)));
    return 0;
  });
}

/** What was done to keys, and which files stay, as every document says it (I16). */
function told({ soFar }: ChangeLog): Pick<UndoReport, ToldFields> {
  const { changes, keptHandoffs } = soFar;
  const summary = { changes: countChanges(changes) };
  return { changes: [...changes], kept_handoffs: [...keptHandoffs], summary };
}

type ToldFields = 'changes' | 'kept_handoffs' | 'summary';

/** When the same command may make the key Inactive that it left Active. */
function nextRunOf({ leftActive }: UndoneRotation): Date | undefined {
  return leftActive?.kind === 'not-shown-yet' ? leftActive.notBefore : undefined;
}

function iso(time: Date | undefined): string | null {
  return time?.toISOString() ?? null;
}

function reportOf(
  undone: UndoneRotation,
  args: readonly string[],
): Omit<UndoReport, ToldFields | 'next_run_at'> {
  return {
    username: undone.user,
    rotation: undone.rotation,
    old_key_id: undone.toKeyId,
    new_key_id: undone.fromKeyId,
    old_key_reactivated: undone.reactivated,
    new_key: undone.fromKey,
    new_key_reason: undone.leftActive === undefined ? null : reasonOfLeftActive(undone.leftActive),
    hint: undone.leftActive === undefined ? null : hintText(wayOn(undone, undone.leftActive, args)),
    put_back: [...undone.putBack],
    not_put_back: [...undone.notPutBack],
  };
}

/** How to end a key that was left Active: by the same command later, or by hand. */
function wayOn(undone: UndoneRotation, left: LeftActive, args: readonly string[]): Hint {
  const byHand = commandToDeactivate(undone.user, undone.fromKeyId);
  if (left.kind !== 'not-shown-yet') {
    return [`${undone.user} has two Active keys until nothing uses the new one; then:`, byHand];
  }
  return [
    `${undone.user} has two Active keys until the new one is made Inactive: run again after ` +
      `${minuteOf(left.notBefore)}, and it is, unless it was used:`,
    command('keyturn', 'undo', ...args.filter((word) => word !== '--json')),
    'or by hand:',
    byHand,
  ];
}

/** The command with which a person answers what an open rotation asks, about the same account. */
function wordCommand(values: FlagValues<typeof UNDO_FLAGS>): string {
  return shellWords([
    ...['keyturn', 'recover'],
    ...flagWords('accounts', values.account),
    ...entranceWords(values),
    ...whereaboutWords(values),
  ]);
}

function userName(word: string | undefined): string {
  const name = word === undefined ? undefined : rule.userName.read(word);
  if (name !== undefined) return name;
  throw new KeyturnError(
    'bad-value',
    word === undefined ? 'no user is named' : `${quoted(word)} is not an IAM user name`,
    { hint: ['say whose rotation is undone:', command('keyturn', 'undo', 'USER')] },
  );
}

export function undoHelp(width?: number): string {
  return renderHelp(
    {
      program: 'keyturn undo',
      summary: 'takes a rotation back while the old key still exists.',
      usage: ['keyturn undo USER [flags]'],
      description: [
        'The old key is made Active again, destinations that can be put back are put back, those that can not are named, and the new key is made Inactive last, unless it may be in use: AWS shows a use hours late, so within four hours of its delivery it stays Active, and the same command later goes further. Nothing is deleted. An undo that died is finished by the next run of any command. keyctl undo does this for a profile.',
      ],
      flags: UNDO_FLAGS,
      sections: [],
      examples: [
        { about: 'The latest rotation of a user:', command: 'keyturn undo svc-billing' },
        {
          about: 'In a member of the organization:',
          command: 'keyturn undo svc-billing --account 111122223333',
        },
      ],
    },
    width,
  );
}
