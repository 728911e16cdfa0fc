// `keyturn explain USER`: which rule of a configuration governs a user, and where each value was said.

import { KeyturnError } from '../../base/errors.ts';
import { command } from '../../base/hint.ts';
import { printableJson } from '../../base/printable.ts';
import { isAskedFor, parseCommandLine, quoted } from '../flags/argv.ts';
import { CONFIG_FLAG, foundConfig } from '../flags/config-flag.ts';
import type { FlagTable, FlagValues } from '../flags/flag.ts';
import { type HelpForm, helpWidth, renderHelp } from '../flags/help.ts';
import { regionOf } from '../flags/surroundings.ts';
import * as rule from '../flags/value-rules.ts';
import { ABOUT_FLAGS, DEFAULTS, ROTATE_FLAGS } from '../rotate/flags.ts';
import type { Session } from '../run.ts';
import { styleOf } from '../terminal/style.ts';
import { JSON_FLAG } from './status.ts';

const FACTS = 'Facts, in the place of those of AWS';

export const EXPLAIN_FLAGS = {
  config: CONFIG_FLAG,
  offline: {
    names: ['offline'],
    rule: rule.boolean,
    group: FACTS,
    about: 'Do not ask AWS. What no flag says is then: path /, no groups, no tags, no password.',
  },
  account: {
    names: ['account'],
    rule: rule.accountId,
    group: FACTS,
    about: 'With --offline: the account that the user is in.',
    fallback: '123456789012',
  },
  accountName: {
    names: ['account-name'],
    rule: rule.oneOfList('NAME', 'acme-prod', 'the name of an account'),
    group: FACTS,
    about: 'The name of the account.',
    fallback: 'not known',
  },
  accountOu: {
    names: ['account-ou'],
    rule: rule.oneOfList('PATH', 'Root/Workloads/Prod', 'the path of an organizational unit'),
    group: FACTS,
    about: 'The unit of the account, as names from the root.',
    fallback: 'not known',
  },
  accountTags: {
    names: ['account-tags'],
    isList: true,
    rule: rule.tags,
    group: FACTS,
    about: 'The tags of the account. Several, with commas or in several flags.',
    fallback: 'not known',
  },
  path: {
    names: ['path'],
    rule: rule.oneOfList('PATH', '/svc/', 'the path of an IAM user'),
    group: FACTS,
    about: 'With --offline: the path of the user.',
    fallback: '/',
  },
  tags: {
    names: ['tags'],
    isList: true,
    rule: rule.tags,
    group: FACTS,
    about: 'With --offline: the tags of the user. Several, with commas or in several flags.',
    fallback: 'none',
  },
  groups: {
    names: ['groups'],
    isList: true,
    rule: rule.list('GROUP', 'contractors', 'names of groups, with commas between'),
    group: FACTS,
    about: 'With --offline: the groups that the user is in.',
    fallback: 'none',
  },
  hasPassword: {
    names: ['has-password'],
    rule: rule.boolean,
    group: FACTS,
    about: 'With --offline: the user can sign in to the console.',
  },
  profile: ROTATE_FLAGS.profile,
  region: ROTATE_FLAGS.region,
  json: JSON_FLAG,
  help: ABOUT_FLAGS.help,
} as const satisfies FlagTable;

type Values = FlagValues<typeof EXPLAIN_FLAGS>;

export async function runExplain(session: Session, args: readonly string[]): Promise<number> {
  const { host } = session;
  if (isAskedFor(EXPLAIN_FLAGS, args, 'help')) {
    await host.stdout.write(explainHelp(helpWidth(host.stdout)));
    return 0;
  }
  const { values, words } = parseCommandLine(EXPLAIN_FLAGS, args, 1);
  const user = userOf(words[0]);
  refuseConflicts(values);
  const file = foundConfig(values.config, host);
  const [{ loadConfig }, { explain }] = await Promise.all([
    import('../../app/config/config-file.ts'),
    import('../../app/config/explain.ts'),
  ]);
  const now = host.clock.now();
  const config = await loadConfig(file, now);
  const facts = values.offline ? given(user, values, session) : await asked(user, values, session);
  const report = explain(config, facts, now);
  if (values.json) {
    await host.stdout.write(`${printableJson(report, 2)}\n`);
    return 0;
  }
  const { renderExplain } = await import('../../reports/explain-report.ts');
  await host.stdout.write(renderExplain(report, styleOf(host.stdout, host)));
  return 0;
}

function userOf(word: string | undefined): string {
  if (word !== undefined && rule.userName.read(word) !== undefined) return word;
  const message =
    word === undefined ? 'no user is named' : `${quoted(word)} is not the name of an IAM user`;
  throw new KeyturnError(word === undefined ? 'stray-argument' : 'bad-value', message, {
    hint: ['name one:', command('keyturn', 'explain', 'svc-billing')],
  });
}

/** Facts beside those of AWS would be a mixture that nobody governs. */
function refuseConflicts(values: Values): void {
  const names = ['account', 'path', 'tags', 'groups', 'hasPassword'] as const;
  const idle = names.find((name) => values[name] !== undefined);
  if (idle === undefined || values.offline) return;
  const flag = `--${EXPLAIN_FLAGS[idle].names[0]}`;
  throw new KeyturnError('conflicting-flags', `${flag} has no effect without --offline`, {
    hint: `add --offline, or leave ${flag} out and AWS is asked`,
  });
}

function given(name: string, values: Values, { host }: Session) {
  const { account = '123456789012', path = ['/'], tags = [], groups = [] } = values;
  return {
    from: 'flags',
    region: values.region ?? regionOf(host.env) ?? DEFAULTS.region,
    account: accountOf(account, values),
    user: {
      name,
      path: path[0],
      tags: Object.fromEntries(tags),
      groups,
      hasPassword: values.hasPassword ?? false,
    },
  } as const;
}

/** Names, units and tags of accounts are told by their organization, which is not asked here. */
function accountOf(id: string, { accountName, accountOu, accountTags }: Values) {
  return {
    id,
    name: accountName?.[0],
    ou: accountOu?.[0],
    ouIds: undefined,
    tags: accountTags && Object.fromEntries(accountTags),
  };
}

async function asked(user: string, values: Values, { host }: Session) {
  const [{ openGateway }, { factsFromAws }] = await Promise.all([
    import('../../app/config/open-account.ts'),
    import('../../app/config/explain.ts'),
  ]);
  const emit = () => {};
  const { signal } = new AbortController();
  const region = values.region ?? regionOf(host.env);
  const { clock, env } = host;
  const gateway = await openGateway({
    ...{ profile: values.profile, region, env, clock, emit, signal },
    maxParallel: DEFAULTS.maxParallel,
  });
  try {
    const facts = await factsFromAws(user, true, { gateway, clock, emit, signal });
    return { ...facts, account: accountOf(facts.account.id, values) };
  } finally {
    gateway.close();
  }
}

export function explainHelp(form?: HelpForm): string {
  return renderHelp(
    {
      program: 'keyturn explain',
      summary: 'tells which rule of a configuration governs a user, and where each value was said.',
      usage: ['keyturn explain USER [flags]'],
      description: [
        'Path, groups, tags and password of the user are read from AWS, in the account of the credentials; with --offline they are what the flags say, and AWS is not asked. Nothing is changed. What a run would do with the keys is told by rotate-iam-keys --config FILE --dry-run.',
      ],
      flags: EXPLAIN_FLAGS,
      sections: [],
      examples: [
        { about: 'Which rule is it?', command: 'keyturn explain svc-billing' },
        {
          about: 'And if the user had this tag?',
          command: 'keyturn explain svc-billing --offline --path /svc/ --tags team=billing',
        },
      ],
    },
    form,
  );
}
