// The help of `keyturn keys` and of the commands that change a key.

import type { KeyVerb } from '../../../base/key-command.ts';
import type { FlagTable } from '../../flags/flag.ts';
import { type HelpForm, renderHelp } from '../../flags/help.ts';
import { DEACTIVATE_FLAGS, DELETE_FLAGS, KEY_CHANGE_FLAGS, KEYS_FLAGS } from './flags.ts';

const KEY = 'AKIAIOSFODNN7EXAMPLE';

export function keysHelp(form?: HelpForm): string {
  return renderHelp(
    {
      program: 'keyturn keys',
      summary: 'lists access keys: age, status, last use, and what keyturn makes of each.',
      usage: ['keyturn keys [flags]', 'keyturn keys deactivate|activate|delete KEY [flags]'],
      description: [
        'The most urgent keys come first, and the keys of a user stay together. Nothing is changed. Without a filter an account takes six calls at most, whatever its size: keys are read from its credential report, which AWS makes anew every four hours; what keyturn did since is added from the journal, and a user about whom the dates leave that open is read, a call more.',
        'keyturn keys deactivate --help says how a key is changed.',
      ],
      flags: KEYS_FLAGS,
      sections: [
        {
          title: 'States',
          entries: [
            ['blocked', 'due, and a person has to do something first; --json says what'],
            ['open', 'a rotation of the key is not finished'],
            ['due', 'as old as the threshold, or older'],
            ['in grace', 'replaced, and Active until nothing uses it'],
            ['may be deleted', 'Inactive, and its hold is over'],
            ['held', 'Inactive, and kept as the way back'],
          ],
        },
      ],
      examples: [
        { about: 'What has to be looked at?', command: 'keyturn keys --due' },
        { about: 'Keys that nothing uses:', command: 'keyturn keys --unused 45d' },
        { about: 'One user, with what to do:', command: 'keyturn keys --user svc-billing' },
        {
          about: 'Every account of the organization, for a spreadsheet:',
          command: 'keyturn keys --organization --csv > keys.csv',
        },
      ],
    },
    form,
  );
}

interface VerbPage {
  readonly summary: string;
  readonly description: readonly string[];
  readonly flags: FlagTable;
  readonly examples: readonly { readonly about: string; readonly command: string }[];
}

const PAGES: Readonly<Record<KeyVerb, VerbPage>> = {
  deactivate: {
    summary: 'makes a key Inactive, by its ID, when nothing uses it.',
    description: [
      'AWS is asked whose key it is and when it was last used. A key that was used in the last 14 days is refused, and the message says by which service and where; AWS shows uses late, so the six hours before now count as unknown. A key that a place of a rotation gives to its readers is refused too. Only --although-in-use overrides that. The only Active key of a user is refused without --although-only-active. A key that the calls of this command depend on is refused whatever is said, and so is one of a user whose rotation is open, but for the old key of a rotation in grace: every place is read again, and the rotation ends.',
      'The change is in the journal, where keyturn history shows it; the hold before deletion counts from it, and keyturn keys activate takes it back, or keyturn undo where a rotation ended.',
    ],
    flags: DEACTIVATE_FLAGS,
    examples: [
      { about: 'May it be made Inactive?', command: `keyturn keys deactivate ${KEY} --dry-run` },
      {
        about: 'Whatever uses it:',
        command: `keyturn keys deactivate ${KEY} --although-in-use`,
      },
    ],
  },
  activate: {
    summary: 'makes an Inactive key Active again, by its ID.',
    description: [
      'Where a rotation made it Inactive, keyturn undo USER does more: it also puts the places back that hold the new key.',
    ],
    flags: KEY_CHANGE_FLAGS,
    examples: [{ about: 'Something stopped working:', command: `keyturn keys activate ${KEY}` }],
  },
  delete: {
    summary: 'deletes an Inactive key, by its ID, once its hold is over.',
    description: [
      'The hold is 30 days, counted from when keyturn made the key Inactive, or first saw it so. A key that a place of a rotation gives to its readers is kept. --although-held ends both. The only key of a user is never deleted, nor an Active one, nor one that the calls of this command depend on.',
    ],
    flags: DELETE_FLAGS,
    examples: [
      { about: 'May it be deleted, or when?', command: `keyturn keys delete ${KEY} --dry-run` },
    ],
  },
};

export function keyChangeHelp(verb: KeyVerb, form?: HelpForm): string {
  const { summary, description, flags, examples } = PAGES[verb];
  return renderHelp(
    {
      program: `keyturn keys ${verb}`,
      summary,
      usage: [`keyturn keys ${verb} KEY [flags]`],
      description,
      flags,
      sections: [],
      examples,
    },
    form,
  );
}
