// `keyturn init`: a commented starter of a configuration, from what the account has.

import type { ConfigFile } from '../../app/config/config-file.ts';
import { KeyturnError } from '../../base/errors.ts';
import { command } from '../../base/hint.ts';
import { shellWords } from '../../base/shell-words.ts';
import { selectionOf } from '../flags/account-flags.ts';
import { isAskedFor, parseCommandLine, quoted } from '../flags/argv.ts';
import { CONFIG_NAMES } from '../flags/config-flag.ts';
import type { FlagValues } from '../flags/flag.ts';
import { helpWidth } from '../flags/help.ts';
import { entranceWords, flagWords, whereaboutWords } from '../flags/later-command.ts';
import { placePatterns } from '../flags/place-patterns.ts';
import { absolute, regionOf } from '../flags/surroundings.ts';
import { DEFAULTS } from '../rotate/flags.ts';
import type { Session } from '../run.ts';
import { inRunShell } from '../run-shell.ts';
import { styleOf } from '../terminal/style.ts';
import { FROM_TOOLS, INIT_FLAGS, initHelp } from './init-flags.ts';
import { readingShell } from './reading-shell.ts';

type Values = FlagValues<typeof INIT_FLAGS>;

const USUAL_FILE = 'keyturn.yaml';

export async function runInit(session: Session, args: readonly string[]): Promise<number> {
  const { host } = session;
  if (isAskedFor(INIT_FLAGS, args, 'help')) {
    await host.stdout.write(initHelp(helpWidth(host.stdout)));
    return 0;
  }
  const { values, words } = parseCommandLine(INIT_FLAGS, args, Number.POSITIVE_INFINITY);
  if (values.print && values.output !== undefined) {
    throw new KeyturnError('conflicting-flags', '--print and --output contradict each other', {
      hint: 'keep one of them',
    });
  }
  return values.from === undefined
    ? await initFromAccount(session, values, words)
    : await initFromTool(session, values, words);
}

async function initFromAccount(
  session: Session,
  values: Values,
  words: readonly string[],
): Promise<number> {
  const { host } = session;
  if (values.withoutPlaces && words.length > 0) {
    throw new KeyturnError(
      'conflicting-flags',
      `--without-places reads none, and ${words[0]} names some`,
      { hint: 'keep one of them' },
    );
  }
  const patterns = values.withoutPlaces ? [] : placePatterns(words);
  const accounts = selectionOf(values);
  const { region = regionOf(host.env), profile, maxParallel = DEFAULTS.maxParallel } = values;
  const said = [
    ...words,
    ...(values.withoutPlaces ? ['--without-places'] : []),
    ...reachWords(values),
  ];
  const file = await refuseOthers(values, session, said);
  const { starterText, writeStarter } = await import('../../app/init/write-starter.ts');
  const shell = readingShell(values, host);
  return await inRunShell(session, shell, async ({ log, signal, print }) => {
    const { clock, env } = host;
    const { isWhole, survey } = await import('../../app/map/survey.ts');
    const { draftSurvey } = await import('../../app/init/draft-survey.ts');
    const options = { accounts, profile, region, maxParallel, patterns, withDetails: true };
    const surveyed = await survey(options, { clock, emit: log.emit, signal, env });
    const drafted = draftSurvey(surveyed, {
      now: clock.now(),
      accounts,
      keysCommand: keysCommand(values),
    });
    const text = await starterText(drafted.draft, clock.now());
    if (values.print) await print(text);
    else {
      await writeStarter(file, text, said);
      const { initPage } = await import('../../reports/init-text.ts');
      const commands = nextCommands(file, whereaboutWords({ profile, region: values.region }));
      await print(initPage({ file: file.shown, ...drafted, commands }, styleOf(host.stdout, host)));
    }
    return isWhole(surveyed) ? 0 : 1;
  });
}

/** Throws `bad-value`. */
function fileOf({ output = USUAL_FILE }: Values, { host }: Pick<Session, 'host'>): ConfigFile {
  if (output.endsWith('.json')) {
    throw new KeyturnError(
      'bad-value',
      `${quoted(output)} is the name of JSON, which has no remarks`,
      {
        hint: ['what is written is YAML:', command('keyturn', 'init', '-o', USUAL_FILE)],
      },
    );
  }
  return { shown: output, path: absolute(output, host) };
}

/**
 * Where the usual file is written, another of the usual names would be in its way: nobody could tell which of the two
 * is meant. Throws `file-exists`.
 */
async function refuseOthers(
  values: Values,
  { host }: Pick<Session, 'host'>,
  said: readonly string[],
) {
  const { output, print } = values;
  const file = fileOf(values, { host });
  if (print) return file;
  const { refuseExisting } = await import('../../app/init/write-starter.ts');
  const names = output === undefined ? CONFIG_NAMES : [];
  const others = names.filter((name) => name !== USUAL_FILE);
  for (const shown of [...others, undefined]) {
    await refuseExisting(shown === undefined ? file : { shown, path: absolute(shown, host) }, said);
  }
  return file;
}

type ReachValues = Pick<
  Values,
  'organization' | 'accounts' | 'excludeAccounts' | 'roleName' | 'externalId' | 'profile' | 'region'
>;

/** Lists all keys of the same accounts. */
export function keysCommand(values: ReachValues): string {
  return shellWords(['keyturn', 'keys', ...reachWords(values)]);
}

/** The flags that reach the same accounts. */
function reachWords(values: ReachValues): string[] {
  const { organization, accounts, excludeAccounts } = values;
  return [
    ...(organization === true ? ['--organization'] : []),
    ...flagWords('accounts', accounts?.join(',')),
    ...flagWords('exclude-accounts', excludeAccounts?.join(',')),
    ...(organization === true || accounts !== undefined ? entranceWords(values) : []),
    ...whereaboutWords({ profile: values.profile, region: values.region }),
  ];
}

/** What to do next with the file, each as it can be pasted. */
export function nextCommands({ path, shown }: ConfigFile, whereabouts: readonly string[]) {
  const about = (file: string) => ['--config', file, ...whereabouts];
  const daily = command('keyturn', 'apply', ...about(path), '--yes');
  return {
    validate: command('keyturn', 'validate', shown).command,
    plan: command('keyturn', 'plan', ...about(shown)).command,
    apply: command('keyturn', 'apply', ...about(shown)).command,
    // A scheduler runs it from another folder, and takes % for the end of the line.
    daily: `17 6 * * * ${daily.command.replaceAll('%', '\\%')}`,
  };
}

async function initFromTool(
  { host, voice }: Session,
  values: Values,
  words: readonly string[],
): Promise<number> {
  const [named, ...more] = words;
  refuseIdle(values);
  if (named === undefined || more.length > 0) {
    throw new KeyturnError(
      'stray-argument',
      named === undefined ? `--from ${values.from} names no file` : 'more than one file is named',
      {
        hint: [
          'name the one to convert:',
          command('keyturn', 'init', '--from', FROM_TOOLS[0], 'config.json'),
        ],
      },
    );
  }
  const said = [...flagWords('from', values.from), named];
  const file = await refuseOthers(values, { host }, said);
  const { starterText, writeStarter } = await import('../../app/init/write-starter.ts');
  const { convertFile } = await import('../../app/init/convert-file.ts');
  const now = host.clock.now();
  const source = { shown: named, path: absolute(named, host) };
  const converted = await convertFile(source, now);
  const text = await starterText(converted.draft, now);
  if (!values.print) await writeStarter(file, text, said);
  for (const line of converted.left) voice.remark(line);
  if (values.print) {
    await host.stdout.write(text);
    return 0;
  }
  const { convertedPage } = await import('../../reports/init-text.ts');
  const commands = nextCommands(file, []);
  const { users, places } = converted;
  await host.stdout.write(
    convertedPage({ file: file.shown, users, places, commands }, styleOf(host.stdout, host)),
  );
  return 0;
}

/** AWS is not asked. Throws `conflicting-flags`. */
function refuseIdle(values: Values): void {
  const names = ['withoutPlaces', 'organization', 'accounts', 'profile', 'region'] as const;
  const idle = names.find((name) => values[name] !== undefined);
  if (idle === undefined) return;
  const flag = `--${INIT_FLAGS[idle].names[0]}`;
  throw new KeyturnError('conflicting-flags', `${flag} has no effect with --from`, {
    hint: `leave ${flag} out: AWS is not asked for a conversion`,
  });
}
