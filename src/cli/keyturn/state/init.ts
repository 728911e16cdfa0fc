// `keyturn state init`: prints what a place of state needs, or makes it.

import { isAskedFor, parseFlags } from '../../flags/argv.ts';
import type { FlagTable } from '../../flags/flag.ts';
import { type HelpForm, helpWidth, renderHelp } from '../../flags/help.ts';
import { stateDirectory } from '../../flags/surroundings.ts';
import * as rule from '../../flags/value-rules.ts';
import { ABOUT_FLAGS } from '../../rotate/flags.ts';
import type { Session } from '../../run.ts';
import { reachOfState, STATE_CUSTODY_FLAGS } from './flags.ts';

export const STATE_INIT_FLAGS = {
  create: {
    names: ['create'],
    rule: rule.boolean,
    group: 'What is done',
    about: 'Make what is not there yet. Without it, a CloudFormation template of it is printed.',
  },
  ...STATE_CUSTODY_FLAGS,
  help: ABOUT_FLAGS.help,
} as const satisfies FlagTable;

export async function runStateInit({ host }: Session, args: readonly string[]): Promise<number> {
  if (isAskedFor(STATE_INIT_FLAGS, args, 'help')) {
    await host.stdout.write(stateInitHelp(helpWidth(host.stdout)));
    return 0;
  }
  const values = parseFlags(STATE_INIT_FLAGS, args);
  const place = stateDirectory(values.stateDir, host);
  if (values.create !== true) {
    const { templateOf } = await import('../../../state/stores.ts');
    const { custodyWish } = await import('../../../app/custody-wish.ts');
    const template = await templateOf(place, custodyWish(values, host.env));
    await host.stdout.write(template ?? `nothing: the first run makes ${place}\n`);
    return 0;
  }
  const { setUpState } = await import('../../../app/state/set-up.ts');
  const made = await setUpState(place, reachOfState(values, host));
  const lines = made.map((what) => `made ${what}`);
  await host.stdout.write(`${lines.join('\n') || 'nothing had to be made'}\n`);
  return 0;
}

export function stateInitHelp(form?: HelpForm): string {
  return renderHelp(
    {
      program: 'keyturn state init',
      summary: 'prints what a place of state needs, or makes it.',
      usage: ['keyturn state init [flags]'],
      description: [
        'For dynamodb:TABLE that is the table TABLE with point-in-time recovery, the table TABLE-custody without, and the KMS key alias/TABLE, which seals secrets before they leave this process. Both tables are on demand and protected from being deleted. What is there already is left as it is.',
      ],
      flags: STATE_INIT_FLAGS,
      sections: [],
      examples: [
        {
          about: 'With AWS CloudFormation:',
          command: 'keyturn state init --state dynamodb:keyturn > keyturn-state.yaml',
        },
        {
          about: 'At once:',
          command: 'keyturn state init --create --state dynamodb:keyturn@eu-central-1',
        },
      ],
    },
    form,
  );
}
