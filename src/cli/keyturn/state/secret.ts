// `keyturn state secret KEY --to FILE`: takes a secret out of custody for whoever uses the key.

import { openState } from '../../../app/open-state.ts';
import { KeyturnError } from '../../../base/errors.ts';
import { command } from '../../../base/hint.ts';
import { writtenKeyId } from '../../../base/key-id-text.ts';
import { printable } from '../../../base/printable.ts';
import { isAskedFor, parseCommandLine, quoted } from '../../flags/argv.ts';
import type { FlagTable } from '../../flags/flag.ts';
import { formerState } from '../../flags/former-state.ts';
import { type HelpForm, helpWidth, renderHelp } from '../../flags/help.ts';
import { absolute } from '../../flags/surroundings.ts';
import * as rule from '../../flags/value-rules.ts';
import { ABOUT_FLAGS } from '../../rotate/flags.ts';
import type { Session } from '../../run.ts';
import { reachOfState, STATE_CUSTODY_FLAGS } from './flags.ts';

const TAKEN = 'What is done';

export const STATE_SECRET_FLAGS = {
  to: {
    names: ['to'],
    rule: rule.notEmpty(rule.path),
    group: TAKEN,
    about: 'The file that gets the pair, readable by its owner alone. It must not exist.',
  },
  remove: {
    names: ['remove'],
    rule: rule.boolean,
    group: TAKEN,
    about: 'Remove it from custody once the file is on the disk.',
  },
  forget: {
    names: ['forget'],
    rule: rule.boolean,
    group: TAKEN,
    about:
      'Give up a secret that nobody can open any more (no identity, no KMS key, a text that is gone): it is removed. Where its rotation is open, the next run deletes the key if no place has it, and makes another; where it is done, the key stays, and nobody can use it.',
  },
  althoughItOpens: {
    names: ['although-it-opens'],
    rule: rule.boolean,
    group: TAKEN,
    about: 'With --forget: give it up although it can be opened, because nobody wants the key.',
  },
  ...STATE_CUSTODY_FLAGS,
  help: ABOUT_FLAGS.help,
} as const satisfies FlagTable;

export async function runStateSecret({ host }: Session, args: readonly string[]): Promise<number> {
  if (isAskedFor(STATE_SECRET_FLAGS, args, 'help')) {
    await host.stdout.write(stateSecretHelp(helpWidth(host.stdout)));
    return 0;
  }
  const { values, words } = parseCommandLine(STATE_SECRET_FLAGS, args, 1);
  const [word = ''] = words;
  const keyId = writtenKeyId(word);
  if (keyId === undefined) {
    throw new KeyturnError('bad-value', `${quoted(word)} is no access key ID`, {
      hint: ['those whose secrets are kept are listed by:', command('keyturn', 'status')],
    });
  }
  if (values.forget === true) {
    if (values.to !== undefined || values.remove === true) {
      const flag = values.to === undefined ? '--remove' : '--to';
      throw new KeyturnError('conflicting-flags', `--forget and ${flag} contradict each other`, {
        hint: 'a secret that can be read is better taken out: leave --forget out',
      });
    }
    const there = await formerState(values.stateDir, host);
    const kept = await openState(there, reachOfState(values, host));
    const { forgetSecret } = await import('../../../app/state/take-secret.ts');
    const althoughItOpens = values.althoughItOpens ?? false;
    const { isOpen } = await forgetSecret({ keyId, althoughItOpens }, kept);
    await host.stdout.write(
      isOpen
        ? `the secret of ${keyId} is given up: its rotation is open, and the next run goes on from there\n`
        : `the secret of ${keyId} is given up: its rotation is done, so the key stays, and only a place that has it can use it\n`,
    );
    return 0;
  }
  if (values.althoughItOpens === true) {
    throw new KeyturnError('conflicting-flags', '--although-it-opens has no meaning here', {
      hint: 'it belongs to --forget',
    });
  }
  if (values.to === undefined) {
    throw new KeyturnError('bad-value', 'a secret is never printed: --to names the file for it', {
      hint: [command('keyturn', 'state', 'secret', keyId, '--to', 'new-key.json')],
    });
  }
  const path = absolute(values.to, host);
  const place = await formerState(values.stateDir, host);
  const store = await openState(place, reachOfState(values, host));
  const { takeSecret } = await import('../../../app/state/take-secret.ts');
  const { user } = await takeSecret({ keyId, path, removes: values.remove ?? false }, store);
  await host.stdout.write(`the secret of ${keyId} of ${user} is in ${printable(path)}\n`);
  return 0;
}

export function stateSecretHelp(form?: HelpForm): string {
  return renderHelp(
    {
      program: 'keyturn state secret',
      summary: 'takes the secret of a new key out of custody, into a file of its own.',
      usage: [
        'keyturn state secret KEY --to FILE [flags]',
        'keyturn state secret KEY --forget [flags]',
      ],
      description: [
        'For keys that no place was to get (--deliver handoff): somebody has to hand them on. In a directory each is a file already; in tables they are sealed. A secret that a rotation still needs stays there unless --remove is given.',
      ],
      flags: STATE_SECRET_FLAGS,
      sections: [],
      examples: [
        {
          about: 'For whoever uses the key, and out of custody:',
          command: 'keyturn state secret AKIAIOSFODNN7EXAMPLE --to new-key.json --remove',
        },
      ],
    },
    form,
  );
}
