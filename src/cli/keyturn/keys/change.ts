// `keyturn keys deactivate|activate|delete KEY`.

import { ChangeLog } from '../../../app/change-log.ts';
import type { ChangeKeyOptions, KeyChangeProgress } from '../../../app/keys/change-key.ts';
import { openState } from '../../../app/open-state.ts';
import { type AccessKeyId, isAccessKeyId } from '../../../base/access-key-id.ts';
import { KeyturnError } from '../../../base/errors.ts';
import { command } from '../../../base/hint.ts';
import type { KeyVerb } from '../../../base/key-command.ts';
import { writtenKeyId } from '../../../base/key-id-text.ts';
import { printableJson } from '../../../base/printable.ts';
import { QUIET_DAYS } from '../../../lifecycle/retire-policy.ts';
import { DEFAULT_ROLE_NAME, refuseUseless } from '../../flags/account-flags.ts';
import { isAskedFor, parseCommandLine, quoted } from '../../flags/argv.ts';
import { custodyOf } from '../../flags/custody-flags.ts';
import { limitsOf } from '../../flags/environment-limits.ts';
import type { FlagTable, FlagValues } from '../../flags/flag.ts';
import { helpWidth } from '../../flags/help.ts';
import { sameReach } from '../../flags/same-reach.ts';
import { regionOf, stateDirectory } from '../../flags/surroundings.ts';
import type { Host } from '../../host.ts';
import type { Session } from '../../run.ts';
import { inRunShell, type ShellOptions } from '../../run-shell.ts';
import { styleOf } from '../../terminal/style.ts';
import { DEACTIVATE_FLAGS, DELETE_FLAGS, KEY_CHANGE_FLAGS } from './flags.ts';
import { keyChangeHelp } from './help.ts';
import { quietLog } from './quiet-log.ts';

const TABLES: Readonly<Record<KeyVerb, FlagTable>> = {
  deactivate: DEACTIVATE_FLAGS,
  activate: KEY_CHANGE_FLAGS,
  delete: DELETE_FLAGS,
};

type Values = FlagValues<typeof KEY_CHANGE_FLAGS> &
  Partial<FlagValues<typeof DEACTIVATE_FLAGS> & FlagValues<typeof DELETE_FLAGS>>;

export async function changeKeyCommand(
  session: Session,
  verb: KeyVerb,
  args: readonly string[],
): Promise<number> {
  const { host } = session;
  if (isAskedFor(TABLES[verb], args, 'help')) {
    await host.stdout.write(keyChangeHelp(verb, helpWidth(host.stdout)));
    return 0;
  }
  const { values: read, words } = parseCommandLine(TABLES[verb], args, 1);
  const values = read as Values;
  const options = settle(values, { verb, keyId: keyOf(verb, words[0]) }, host);
  const place = stateDirectory(values.stateDir, host);
  const changes = new ChangeLog(host.clock);
  const progress: KeyChangeProgress = {};
  const { buildKeyChangeReport } = await import('../../../app/keys/build-key-change-report.ts');
  const document = (error?: KeyturnError) =>
    buildKeyChangeReport({ options, progress, changes, error, now: host.clock.now() });
  const shell: ShellOptions = {
    log: quietLog(values, host),
    stillFinished: 'the step under way',
    leftOpen: 'of this command finds the key as it is',
    changes: () => changes.all,
    failureDocument: (error) => (values.json ? json(document(error)) : undefined),
  };
  return await inRunShell(session, shell, async ({ log, signal, print }) => {
    const { clock, env } = host;
    const reach = { ...options, clock, env, custody: custodyOf(values), emit: log.emit, signal };
    const state = await openState(place, reach);
    const { changeKeyByName } = await import('../../../app/keys/change-key.ts');
    const context = { clock, emit: log.emit, signal, env, state, changes };
    await changeKeyByName(options, context, progress);
    const { renderKeyChange } = await import('../../../reports/key-change-text.ts');
    const page = () => renderKeyChange(document(), styleOf(host.stdout, host));
    await print(values.json ? json(document()) : page());
    return 0;
  });
}

function settle(
  values: Values,
  about: Pick<ChangeKeyOptions, 'verb' | 'keyId'>,
  { env }: Host,
): ChangeKeyOptions {
  const { account, user, profile, externalId, region = regionOf(env) } = values;
  if (account === undefined) refuseUseless(values, ['roleName', 'externalId'], '--account');
  return {
    ...about,
    ...{ account, user, profile, region, externalId },
    // Whoever names a key means one user.
    dryRun: limitsOf(env, about.keyId).isDryRunForced || (values.dryRun ?? false),
    quietDays: values.quietDays ?? QUIET_DAYS,
    althoughInUse: values.althoughInUse ?? false,
    althoughOnlyActive: values.althoughOnlyActive ?? false,
    althoughHeld: values.althoughHeld ?? false,
    roleName: values.roleName ?? DEFAULT_ROLE_NAME,
    reach: sameReach(values, account),
  };
}

function keyOf(verb: KeyVerb, word: string | undefined): AccessKeyId {
  const keyId = word === undefined ? undefined : writtenKeyId(word);
  if (keyId !== undefined) return keyId;
  if (word !== undefined && isAccessKeyId(word)) return word;
  throw new KeyturnError(
    'bad-value',
    word === undefined ? 'no key is named' : `${quoted(word)} is not an access key ID`,
    {
      hint: [
        'name it by its ID, as in:',
        command('keyturn', 'keys', verb, 'AKIAIOSFODNN7EXAMPLE'),
        'list keys:',
        command('keyturn', 'keys'),
      ],
    },
  );
}

function json(report: unknown): string {
  return `${printableJson(report, 2)}\n`;
}
