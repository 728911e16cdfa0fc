// What `keyctl --help` says beside its flags.

import { type HelpExample, type HelpForm, type HelpSection, renderHelp } from '../flags/help.ts';
import { KEYCTL_FLAGS } from './flags.ts';

export const KEYCTL_USAGE: readonly string[] = [
  'keyctl [flags]                    choose a profile in a terminal',
  'keyctl PROFILE... [flags]         rotate the keys of profiles, each by itself',
  'keyctl -a AUTH -t TARGET [flags]  the same, signed by another profile',
  'keyctl undo -t PROFILE            put the previous key back',
  'keyctl finish -t PROFILE          retire the previous key',
  'keyctl -l | -k | --list-all-keys  list',
  'keyctl backups [--prune]          the copies of the file beside it',
];

export function keyctlHelp(form?: HelpForm): string {
  return renderHelp(
    {
      program: 'keyctl',
      summary: 'rotates the access key behind a profile of ~/.aws/credentials.',
      usage: KEYCTL_USAGE,
      description: [
        'It makes a new key, waits until AWS accepts it, backs the file up, and writes the new pair into the profile. The old pair is kept as [PROFILE-previous], and the old key stays Active until "finish" retires it. Everything else in the file stays as it is, to the byte.',
        'When the user has two keys already, one has to go first: an Inactive one, and never one that is Active, that the profile holds or that signs the calls. You are asked, unless --yes is given and it has been Inactive for 30 days.',
      ],
      flags: KEYCTL_FLAGS,
      sections: SECTIONS,
      examples: EXAMPLES,
    },
    form,
  );
}

const SECTIONS: readonly HelpSection[] = [
  {
    title: 'Commands',
    entries: [
      ['undo', 'the previous pair goes back into the profile, Active again if it is not'],
      [
        'finish',
        'the previous key is made Inactive once nothing has used it for long enough, 14 to 100 days, or at once with --although-in-use; a later finish deletes it when it has been held, or at once with --delete',
      ],
      [
        'backups',
        'the copies of the credentials file beside it, which hold the secrets of their day; --prune deletes all but the newest, and those that a rotation may still need',
      ],
      [
        'several profiles',
        'each of these, and -k, takes several. Every profile has its own result, and one that fails keeps no other from its turn; with --json the document has them all in results[]',
      ],
    ],
  },
  {
    title: 'In a terminal',
    entries: [
      ['arrows, Enter', 'move and choose'],
      ['a number', 'chooses the entry that has it'],
      ['letters', 'filter the profiles'],
      ['y or yes, Enter', 'are the only yes; Enter alone is what stands in capitals'],
      ['6 digits', 'the code of an MFA device, asked for where a policy demands it'],
      ['Esc, q, Ctrl-C', 'leave; nothing was changed, and the exit code is 130'],
    ],
  },
  {
    title: 'Environment',
    entries: [
      ['AWS_SHARED_CREDENTIALS_FILE', 'the credentials file, when -c is not given'],
      ['AWS_CONFIG_FILE', 'the config file, whose profiles can sign'],
      [
        'AWS_PROFILE, AWS_ACCESS_KEY_ID, …',
        'sign --list-all-keys when -a is not given, and everything with --auth-environment',
      ],
      ['AWS_PROFILE', 'is preselected in a terminal'],
      ['KEYTURN_STATE', 'where state is kept, when --state is not given'],
      ['KEYTURN_STATE_DIR', 'the same, by its former name'],
      [
        'KEYTURN_SANDBOX',
        'the address of a sandbox (keyturn sandbox): its time counts, and every other endpoint is refused',
      ],
      ['KEYTURN_FORCE_DRY_RUN', 'true: whatever would change something is a dry run'],
      ['NO_COLOR', 'any value: no colours'],
      [
        'ACCESSIBLE',
        '1: questions and progress are lines that stay as they were written, for a screen reader',
      ],
      ['LANG, LC_ALL', 'C: nothing but ASCII is printed'],
      ['TZ', 'the zone of the times on pages; JSON and logs have UTC'],
    ],
  },
  {
    title: 'Exit codes',
    entries: [
      ['0', 'done'],
      ['1', 'something failed; the message says what, and what to do'],
      ['2', 'bad input; no AWS call was made'],
      ['3', 'could not start: credentials, permissions, files'],
      ['130', 'left, declined, or interrupted by SIGINT'],
      ['129, 143', 'interrupted by SIGHUP or SIGTERM; the next run goes on from there'],
    ],
  },
];

const EXAMPLES: readonly HelpExample[] = [
  { about: 'Choose the profiles from a list:', command: 'keyctl' },
  { about: 'Rotate your own key:', command: 'keyctl production' },
  {
    about: 'As an administrator, for somebody else:',
    command: 'keyctl -a admin -t developer-user',
  },
  { about: 'See what would happen, and why:', command: 'keyctl production --dry-run' },
  { about: 'How old are the keys?', command: 'keyctl -k -t production' },
  {
    about: 'Several, signed by an administrator:',
    command: 'keyctl -a admin dev1 dev2 dev3 --yes',
  },
  {
    about: 'How old are all keys of the organization?',
    command: 'keyctl -a admin --list-all-keys --organization',
  },
  { about: 'The new key does not work somewhere:', command: 'keyctl undo -t production' },
  {
    about: 'A policy demands MFA, and there is no terminal:',
    command: 'keyctl production --mfa-code 123456',
  },
  {
    about: 'Weeks later, when nothing uses the previous key:',
    command: 'keyctl finish -t production',
  },
  { about: 'Old copies of the file hold secrets:', command: 'keyctl backups --prune' },
  {
    about: 'Another credentials file:',
    command: 'keyctl --credentials /path/to/credentials -a admin -t production',
  },
];
