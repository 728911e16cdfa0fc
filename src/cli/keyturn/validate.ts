// `keyturn validate [FILE]`: every mistake of a configuration, each with its line and column. AWS is not asked.

import { KeyturnError } from '../../base/errors.ts';
import { printableJson } from '../../base/printable.ts';
import { isAskedFor, parseCommandLine } from '../flags/argv.ts';
import { CONFIG_FLAG, CONFIG_NAMES, CONFIG_VARIABLE, foundConfig } from '../flags/config-flag.ts';
import type { FlagTable } from '../flags/flag.ts';
import { type HelpForm, helpWidth, renderHelp } from '../flags/help.ts';
import { ABOUT_FLAGS } from '../rotate/flags.ts';
import type { Session } from '../run.ts';
import { JSON_FLAG } from './status.ts';

export const VALIDATE_FLAGS = {
  config: CONFIG_FLAG,
  json: JSON_FLAG,
  help: ABOUT_FLAGS.help,
} as const satisfies FlagTable;

/** Bad input, as everywhere. */
const INVALID = 2;

export async function runValidate({ host }: Session, args: readonly string[]): Promise<number> {
  if (isAskedFor(VALIDATE_FLAGS, args, 'help')) {
    await host.stdout.write(validateHelp(helpWidth(host.stdout)));
    return 0;
  }
  const { values, words } = parseCommandLine(VALIDATE_FLAGS, args, 1);
  const [word] = words;
  if (word !== undefined && values.config !== undefined) {
    throw new KeyturnError('conflicting-flags', 'two files are named, and one is checked', {
      hint: 'name one of them',
    });
  }
  const file = foundConfig(word ?? values.config, host);
  const { validateConfig } = await import('../../app/config/validate-config.ts');
  const { report, faults } = await validateConfig(file, host.clock.now());
  if (values.json) {
    await host.stdout.write(`${printableJson(report, 2)}\n`);
  } else {
    const { renderValidate } = await import('../../reports/validate-report.ts');
    const isForActions = host.env.GITHUB_ACTIONS === 'true';
    await host.stdout.write(renderValidate({ report, faults, isForActions }));
  }
  return report.valid ? 0 : INVALID;
}

export function validateHelp(form?: HelpForm): string {
  return renderHelp(
    {
      program: 'keyturn validate',
      summary: 'checks a configuration, and tells every mistake with its line and column.',
      usage: ['keyturn validate [FILE] [flags]'],
      description: [
        `FILE is YAML or JSON; without it, ${CONFIG_VARIABLE} names the file, else it is ${CONFIG_NAMES.slice(0, -1).join(', ')} or ${CONFIG_NAMES.at(-1)} in the working directory. Nothing is executed, and AWS is not asked: which users a rule selects is told by keyturn explain and by a dry run.`,
        'Exit code 0: it is valid, perhaps with warnings. 2: it has an error, or there is no file.',
      ],
      flags: VALIDATE_FLAGS,
      sections: [],
      examples: [
        { about: 'Before a commit:', command: 'keyturn validate' },
        { about: 'For a program:', command: 'keyturn validate --json deploy/keyturn.yaml' },
      ],
    },
    form,
  );
}
