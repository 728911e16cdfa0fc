// The page of `keyturn state`.

import { type HelpForm, renderHelp } from '../../flags/help.ts';
import { ABOUT_FLAGS } from '../../rotate/flags.ts';

export function stateHelp(form?: HelpForm): string {
  return renderHelp(
    {
      program: 'keyturn state',
      summary: 'makes, checks, copies and shortens the place where state is kept.',
      usage: ['keyturn state init|check|copy|export|secret|compact [flags]'],
      description: [
        'State is what must survive a run: the journal, the claims on users, when keys were seen, and the secrets of new keys until their places have them. It is kept in a directory, or in two tables of DynamoDB (dynamodb:TABLE). Each command has a page of its own (--help).',
      ],
      flags: { help: ABOUT_FLAGS.help },
      sections: [],
      examples: [
        {
          about: 'The template of two tables and a key, for review:',
          command: 'keyturn state init --state dynamodb:keyturn',
        },
        {
          about: 'Whether a run could work with them:',
          command: 'keyturn state check --state dynamodb:keyturn',
        },
      ],
    },
    form,
  );
}
