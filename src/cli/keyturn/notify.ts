// `keyturn notify test [CHANNEL...]`: whether those who are to be told can be told.

import type { TriedChannel } from '../../app/notify/send-test.ts';
import { KeyturnError } from '../../base/errors.ts';
import { command, hintOfText } from '../../base/hint.ts';
import { printable, printableJson } from '../../base/printable.ts';
import type { NotifyModel } from '../../config/tell-model.ts';
import { isAskedFor, parseCommandLine, quoted } from '../flags/argv.ts';
import { CONFIG_FLAG, foundConfig } from '../flags/config-flag.ts';
import type { FlagTable } from '../flags/flag.ts';
import { type HelpForm, helpWidth, renderHelp } from '../flags/help.ts';
import { regionOf } from '../flags/surroundings.ts';
import { ABOUT_FLAGS, ROTATE_FLAGS } from '../rotate/flags.ts';
import type { Session } from '../run.ts';
import { inRunShell, type ShellOptions } from '../run-shell.ts';
import { quietLog } from './keys/quiet-log.ts';
import { JSON_FLAG } from './status.ts';

export const NOTIFY_FLAGS = {
  config: CONFIG_FLAG,
  profile: ROTATE_FLAGS.profile,
  region: ROTATE_FLAGS.region,
  json: JSON_FLAG,
  logFormat: ROTATE_FLAGS.logFormat,
  logLevel: { ...ROTATE_FLAGS.logLevel, fallback: 'warn' },
  logFile: ROTATE_FLAGS.logFile,
  help: ABOUT_FLAGS.help,
} as const satisfies FlagTable;

/** The one thing that is done here. */
export const NOTIFY_WORDS = ['test'] as const;

const CHANNELS_MAX = 100;

export async function runNotify(session: Session, args: readonly string[]): Promise<number> {
  const { host } = session;
  if (isAskedFor(NOTIFY_FLAGS, args, 'help')) {
    await host.stdout.write(notifyHelp(helpWidth(host.stdout)));
    return 0;
  }
  const { values, words } = parseCommandLine(NOTIFY_FLAGS, args, CHANNELS_MAX);
  const [word, ...names] = words;
  if (word !== 'test') throw notTest(word);
  const file = foundConfig(values.config, host);
  const { loadConfig } = await import('../../app/config/config-file.ts');
  const { model } = await loadConfig(file, host.clock.now());
  const notify = chosen(model.notify, names, file.shown);
  const shell: ShellOptions = {
    ...{
      log: quietLog(values, host),
      stillFinished: 'the message under way',
      leftOpen: 'sends anew',
    },
    failureDocument: () => undefined,
  };
  return await inRunShell(session, shell, async ({ log, signal, print }) => {
    const { sendTest } = await import('../../app/notify/send-test.ts');
    const { clock, env } = host;
    const { profile } = values;
    const region = values.region ?? regionOf(env);
    const reach = { clock, env, profile, region, emit: log.emit, signal };
    const tried = await sendTest(notify, reach);
    await print(values.json ? `${printableJson({ channels: tried }, 2)}\n` : pageOf(tried));
    for (const { error } of values.json ? [] : tried) {
      if (error?.hint) session.voice.hint(hintOfText(error.hint));
    }
    return tried.every(({ error }) => error === null) ? 0 : 1;
  });
}

function pageOf(tried: readonly TriedChannel[]): string {
  const lines = tried.map(({ channel, kind, error }) => {
    const what = error === null ? 'sent' : `not sent: ${error.message} [${error.code}]`;
    return `${channel} (${kind}): ${what}`;
  });
  return `${lines.map(printable).join('\n')}\n`;
}

function chosen(
  notify: NotifyModel | undefined,
  names: readonly string[],
  shown: string,
): NotifyModel {
  if (notify === undefined) {
    throw new KeyturnError('bad-config', `${shown} tells nobody: there is no "notify:" in it`, {
      hint: 'docs/tasks/notifications.md shows one to begin with',
    });
  }
  if (names.length === 0) return notify;
  const known = notify.channels.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) {
    return { ...notify, channels: notify.channels.filter(({ name }) => names.includes(name)) };
  }
  throw new KeyturnError('bad-value', `no channel of ${shown} is called ${quoted(unknown)}`, {
    hint: `the channels are ${known.join(', ')}`,
  });
}

function notTest(word: string | undefined): KeyturnError {
  const what =
    word === undefined ? 'nothing is to be done' : `${quoted(word)} says nothing about it`;
  return new KeyturnError('bad-value', `keyturn notify takes the word test: ${what}`, {
    hint: ['send a message to each channel:', command('keyturn', 'notify', 'test')],
  });
}

export function notifyHelp(form?: HelpForm): string {
  return renderHelp(
    {
      program: 'keyturn notify',
      summary: 'sends a message for trying to those whom a configuration names.',
      usage: ['keyturn notify test [CHANNEL...] [flags]'],
      description: [
        'Each channel of "notify:" gets one message, which says that it is a test; with CHANNEL only these. No account is asked about, and nothing is put down as told. Runs tell by themselves what is to be told, once they have printed their report.',
        'Exit code: 0 every message was taken; 1 one was not, and the page says why; 2 the configuration is wrong.',
      ],
      flags: NOTIFY_FLAGS,
      sections: [],
      examples: [
        { about: 'Is everybody reached?', command: 'keyturn notify test' },
        { about: 'Only the channel ops:', command: 'keyturn notify test ops' },
      ],
    },
    form,
  );
}
