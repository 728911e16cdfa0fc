// `keyturn policy NAME`: prints an IAM policy, ready to paste. AWS is not asked.

import { PARTITIONS, POLICY_ABOUT, type PolicyName, policyJson } from '../../app/policies.ts';
import { closest } from '../../base/closest.ts';
import { KeyturnError } from '../../base/errors.ts';
import { ROLE_FLAGS } from '../flags/account-flags.ts';
import { isAskedFor, parseCommandLine, quoted } from '../flags/argv.ts';
import type { FlagTable } from '../flags/flag.ts';
import { helpWidth, renderHelp } from '../flags/help.ts';
import * as rule from '../flags/value-rules.ts';
import { ABOUT_FLAGS } from '../rotate/flags.ts';
import type { Session } from '../run.ts';

export const POLICY_FLAGS = {
  partition: {
    names: ['partition'],
    rule: rule.choice(PARTITIONS),
    group: 'The policy',
    about: 'The partition of its ARNs.',
    fallback: 'aws',
  },
  roleName: {
    ...ROLE_FLAGS.roleName,
    group: 'The policy',
    about: 'With organization: the role through which the accounts are entered.',
  },
  help: ABOUT_FLAGS.help,
} as const satisfies FlagTable;

export const POLICY_NAMES = Object.keys(POLICY_ABOUT) as PolicyName[];

export async function runPolicy({ host }: Session, args: readonly string[]): Promise<number> {
  if (isAskedFor(POLICY_FLAGS, args, 'help')) {
    await host.stdout.write(policyHelp(helpWidth(host.stdout)));
    return 0;
  }
  const { values, words } = parseCommandLine(POLICY_FLAGS, args, 1);
  const name = policyName(words[0]);
  const { partition, roleName } = values;
  if (roleName !== undefined && name !== 'organization') {
    throw new KeyturnError('conflicting-flags', `--role-name has no meaning for policy ${name}`, {
      hint: 'it belongs to keyturn policy organization',
    });
  }
  await host.stdout.write(policyJson(name, { partition, roleName }));
  return 0;
}

function policyName(word: string | undefined): PolicyName {
  const name = POLICY_NAMES.find((known) => known === word);
  if (name !== undefined) return name;
  const near = word === undefined ? undefined : closest(word, POLICY_NAMES);
  throw new KeyturnError(
    'bad-value',
    word === undefined ? 'no policy is named' : `there is no policy ${quoted(word)}`,
    {
      hint:
        near === undefined
          ? `the policies are: ${POLICY_NAMES.join(', ')}`
          : `did you mean keyturn policy ${near}?`,
    },
  );
}

export function policyHelp(width?: number): string {
  return renderHelp(
    {
      program: 'keyturn policy',
      summary:
        'prints the IAM policy that allows exactly the calls that are made, and nothing else.',
      usage: [`keyturn policy ${POLICY_NAMES.join('|')}`],
      description: [
        'The statement FindUsersWithoutReport of fleet and organization may be left out. Its call names ' +
          'the users where the credential report cannot be used, and shows all policies of the account ' +
          'as well; without it, iam:ListUsers names them.',
      ],
      flags: POLICY_FLAGS,
      sections: [
        {
          title: 'Policies',
          entries: POLICY_NAMES.map((name) => [name, POLICY_ABOUT[name]] as const),
        },
      ],
      examples: [
        {
          about: 'Let people rotate their own keys:',
          command:
            'keyturn policy self-service > keyctl-self-service-policy.json\n' +
            'aws iam create-policy --policy-name KeyctlSelfServiceRotation \\\n' +
            '  --policy-document file://keyctl-self-service-policy.json',
        },
        {
          about: 'Let one principal rotate the keys of a whole organization:',
          command:
            'keyturn policy organization --role-name KeyRotation > caller-policy.json\nkeyturn policy fleet > role-policy.json',
        },
      ],
    },
    width,
  );
}
