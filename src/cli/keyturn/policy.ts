// `keyturn policy NAME`: prints an IAM policy, ready to paste. AWS is not asked.

import { POLICY_ABOUT, type PolicyName } from '../../app/policy/named-policies.ts';
import type { NamedPolicy } from '../../app/policy/render-policy.ts';
import { PARTITIONS } from '../../app/policy/statement.ts';
import { closest } from '../../base/closest.ts';
import { KeyturnError } from '../../base/errors.ts';
import { isAskedFor, parseCommandLine, quoted } from '../flags/argv.ts';
import type { FlagTable, FlagValues } from '../flags/flag.ts';
import { type HelpForm, helpWidth, renderHelp } from '../flags/help.ts';
import * as rule from '../flags/value-rules.ts';
import { ABOUT_FLAGS, ROTATE_FLAGS } from '../rotate/flags.ts';
import type { Session } from '../run.ts';

const POLICY = 'The policy';
const { help: _help, version: _version, ...lineFlags } = ROTATE_FLAGS;

export const POLICY_FLAGS = {
  for: {
    names: ['for'],
    rule: rule.policyHolder,
    group: POLICY,
    about:
      'Whom it is for. caller: whoever signs the calls. role: the role in each member account. trust: the trust policy of that role. ARN: the role of a place (#role=ARN).',
    fallback: 'caller',
  },
  format: {
    names: ['format'],
    rule: rule.choice(['json', 'cloudformation', 'terraform']),
    group: POLICY,
    about:
      'json: the document alone. cloudformation, terraform: a managed policy, or the role with its policies.',
    fallback: 'json',
  },
  caller: {
    names: ['caller'],
    rule: rule.principalArn,
    group: POLICY,
    about:
      'With trust, and with a role in another format: the ARN of whoever may take the role on.',
  },
  account: {
    names: ['account'],
    rule: rule.accountId,
    group: POLICY,
    about:
      'The account of the caller: its resources are named by it, and no item of a table that is about another account is touched.',
    fallback: 'any account',
  },
  placesKmsKey: {
    names: ['places-kms-key'],
    rule: rule.kmsKey,
    group: POLICY,
    about:
      "The KMS key that the secrets and parameters of --deliver are encrypted with, where it is not AWS's own.",
  },
  partition: {
    names: ['partition'],
    rule: rule.choice(PARTITIONS),
    group: POLICY,
    about: 'The partition of its ARNs.',
    fallback: 'that of --region, else aws',
  },
  ...lineFlags,
  help: ABOUT_FLAGS.help,
} as const satisfies FlagTable;

type PolicyValues = FlagValues<typeof POLICY_FLAGS>;

/** Flags about the policy itself, which say nothing of a run. */
const OWN_FLAGS = [
  'for',
  'format',
  'caller',
  'account',
  'placesKmsKey',
  'partition',
  'help',
] as const;

export const POLICY_NAMES = Object.keys(POLICY_ABOUT) as PolicyName[];

export async function runPolicy({ host }: Session, args: readonly string[]): Promise<number> {
  if (isAskedFor(POLICY_FLAGS, args, 'help')) {
    await host.stdout.write(policyHelp(helpWidth(host.stdout)));
    return 0;
  }
  const { values, words } = parseCommandLine(POLICY_FLAGS, args, 1);
  const name = policyName(words[0]);
  refuseUnfit(name, values);
  const { renderPolicy } = await import('../../app/policy/render-policy.ts');
  const policy = await policyOf(name, values, host);
  await host.stdout.write(renderPolicy(policy, values.format ?? 'json'));
  return 0;
}

/** What a command of each may be given: the others have no such flag. */
const TAKES_LINE: ReadonlySet<PolicyName> = new Set(['fleet', 'organization']);
const STATE_ONLY = new Set([
  ...['stateDir', 'region', 'custody', 'custodyIdentity', 'custodyKmsKey', 'custodyTags'],
]);
const TAKES_STATE: ReadonlySet<PolicyName> = new Set(['self-service', 'admin', 'state']);

function refuseUnfit(name: PolicyName, values: PolicyValues): void {
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined || OWN_FLAGS.some((own) => own === key)) continue;
    const isTaken = TAKES_LINE.has(name) || (TAKES_STATE.has(name) && STATE_ONLY.has(key));
    const isEntrance = key === 'roleName' || key === 'externalId';
    const goesIn = name === 'organization' || values.organization === true || values.accounts;
    if (isTaken && !(isEntrance && !goesIn && values.config === undefined)) continue;
    const flag = `--${POLICY_FLAGS[key as keyof PolicyValues].names[0]}`;
    throw new KeyturnError('conflicting-flags', `${flag} has no meaning for policy ${name}`, {
      hint: isEntrance
        ? 'it belongs to keyturn policy organization'
        : 'it belongs to keyturn policy fleet and keyturn policy organization',
    });
  }
}

async function policyOf(
  name: PolicyName,
  { for: holder = 'caller', ...values }: PolicyValues,
  host: Session['host'],
): Promise<NamedPolicy> {
  const { linePolicy } = await import('./line-policy.ts');
  const { account, caller, format, placesKmsKey, partition, help: _, ...line } = values;
  const about = { account, partition, placesKmsKey };
  return await linePolicy(
    { name, holder, caller, isDocument: (format ?? 'json') === 'json', about, line },
    host,
  );
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

export function policyHelp(form?: HelpForm): string {
  return renderHelp(
    {
      program: 'keyturn policy',
      summary:
        'prints the IAM policy that allows exactly the calls that are made, and nothing else.',
      usage: [`keyturn policy ${POLICY_NAMES.join('|')} [flags]`],
      description: [
        'fleet and organization take every flag of rotate-iam-keys, --config too, and then print what that very command line needs: the tables of --state, the custody of new secrets, the places of --deliver as narrow as their names tell, the alarms of hooks. Write the flags as the run has them. With --dry-run it allows nothing that changes anything. Flags that need nothing of IAM are taken, and change nothing.',
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
        {
          about: 'For this run, and for the role that it takes on in each member account:',
          command:
            'keyturn policy fleet --organization --role-name KeyRotation \\\n' +
            '  --state dynamodb:keyturn@eu-central-1 --deliver secrets-manager=app/{user}\n' +
            'keyturn policy fleet --organization --role-name KeyRotation \\\n' +
            '  --deliver secrets-manager=app/{user} --for role --format cloudformation \\\n' +
            '  --caller arn:aws:iam::111122223333:role/rotator',
        },
      ],
    },
    form,
  );
}
