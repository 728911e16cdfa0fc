// `keyturn undo USER`: takes the latest rotation of a user back.

import { KeyturnError, toKeyturnError } from '../base/errors.ts';
import type { UndoneRotation } from '../executor/perform-undo.ts';
import type { UndoReport } from '../reports/status-report.ts';
import { DEFAULT_ROLE_NAME, ROLE_FLAGS, refuseUseless } from './account-flags.ts';
import { isAskedFor, parseCommandLine, quoted } from './argv.ts';
import type { FlagTable } from './flag.ts';
import { renderHelp } from './help.ts';
import { ABOUT_FLAGS, ROTATE_FLAGS } from './rotate-flags.ts';
import { resolveLog } from './rotate-options.ts';
import type { Session } from './run.ts';
import { openRunLog } from './run-log.ts';
import { JSON_FLAG } from './status-command.ts';
import { exitCodeOf, watchStopSignals } from './stop-signals.ts';
import { regionOf, stateDirectory } from './surroundings.ts';
import * as rule from './value-rules.ts';

export const UNDO_FLAGS = {
  rotation: {
    names: ['rotation'],
    rule: rule.path,
    group: 'What is undone',
    about: 'This rotation, by its ID in keyturn status --json or the journal.',
    fallback: 'the latest one of the user',
  },
  account: {
    names: ['account'],
    rule: rule.accountId,
    group: 'What is undone',
    about: 'The account of the user, entered through the role.',
    fallback: "the caller's own",
  },
  ...ROLE_FLAGS,
  profile: ROTATE_FLAGS.profile,
  region: ROTATE_FLAGS.region,
  stateDir: ROTATE_FLAGS.stateDir,
  json: JSON_FLAG,
  logFormat: ROTATE_FLAGS.logFormat,
  logLevel: ROTATE_FLAGS.logLevel,
  logFile: ROTATE_FLAGS.logFile,
  help: ABOUT_FLAGS.help,
} as const satisfies FlagTable;

export async function runUndo(session: Session, args: readonly string[]): Promise<number> {
  const { host, masker, voice } = session;
  if (isAskedFor(UNDO_FLAGS, args, 'help')) {
    await host.stdout.write(undoHelp());
    return 0;
  }
  const { values, words } = parseCommandLine(UNDO_FLAGS, args, 1);
  const user = userName(words[0]);
  if (values.account === undefined) refuseUseless(values, ['roleName', 'externalId'], '--account');
  const log = await openRunLog(host, resolveLog(values, host), masker);
  const print = (document: unknown) => host.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  const stop = watchStopSignals(host, {
    onFirst: (signal) =>
      voice.remark(`${signal}: finishing the step under way; once more ends at once`),
    onSecond: (signal) =>
      voice.remark(`${signal} again: ending at once; the next run finishes the undo`),
  });
  try {
    const { undoInAccount } = await import('../app/undo-account.ts');
    const undone = await undoInAccount(
      {
        user,
        rotation: values.rotation,
        profile: values.profile,
        region: values.region ?? regionOf(host.env),
        stateDir: stateDirectory(values.stateDir, host),
        account: values.account,
        roleName: values.roleName ?? DEFAULT_ROLE_NAME,
        externalId: values.externalId,
      },
      { clock: host.clock, emit: log.emit, signal: stop.signal, env: host.env },
    );
    const report = reportOf(undone);
    const { renderUndo } = await import('../reports/status-text.ts');
    await (values.json ? print(report) : host.stdout.write(renderUndo(report)));
    return 0;
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    if (values.json) {
      const { code, message, hint = null } = error;
      await print({ error: { code, message, hint } });
    }
    const received = stop.received();
    if (error.code !== 'interrupted' || received === undefined) throw error;
    voice.error(error);
    return exitCodeOf(received);
  } finally {
    stop.end();
    log.close();
  }
}

function reportOf(undone: UndoneRotation): UndoReport {
  return {
    username: undone.user,
    rotation: undone.rotation,
    old_key_id: undone.toKeyId,
    new_key_id: undone.fromKeyId,
    old_key_reactivated: undone.reactivated,
    new_key: undone.fromKey,
    put_back: [...undone.putBack],
    not_put_back: [...undone.notPutBack],
  };
}

function userName(word: string | undefined): string {
  const name = word === undefined ? undefined : rule.userName.read(word);
  if (name !== undefined) return name;
  throw new KeyturnError(
    'bad-value',
    word === undefined ? 'no user is named' : `${quoted(word)} is not an IAM user name`,
    { hint: 'say whose rotation is undone: keyturn undo USER' },
  );
}

export function undoHelp(): string {
  return renderHelp({
    program: 'keyturn undo',
    summary: 'takes a rotation back while the old key still exists.',
    usage: ['keyturn undo USER [flags]'],
    description: [
      'The old key is made Active again, destinations that can be put back are put back, those that can not are named, and the new key is made Inactive last, unless it may be in use. Nothing is deleted. An undo that died is finished by the next run of any command. keyctl undo does this for a profile.',
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
  });
}
