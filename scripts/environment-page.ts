// docs/environment.md, from the rows that the tests try with keyturn, the AWS CLI and boto3.

import type { Row, Theme } from '../test/environment/row.ts';
import { THEMES } from '../test/environment/themes.ts';

export function environmentPage(): string {
  return [...INTRODUCTION, ...THEMES.flatMap(section), ...ownSection(), ...REST, ''].join('\n');
}

/** Variables that no other tool knows; a test holds the list against the code. */
export const OWN_VARIABLES: Readonly<Record<string, string>> = {
  KEYTURN_STATE:
    'where state is kept, as with `--state`: a directory, or `dynamodb:TABLE[@REGION]`',
  KEYTURN_STATE_DIR: 'the same, by its former name; KEYTURN_STATE goes before it',
  KEYTURN_ACCEPT_VOLATILE_STATE:
    '`true`: state that may be lost is accepted, as with `--accept-volatile-state`',
  KEYTURN_CUSTODY:
    'how new secrets are kept, as with `--custody` ([state in tables](state/dynamodb.md))',
  KEYTURN_CUSTODY_IDENTITY:
    'what opens secrets that are sealed to age recipients, as with `--custody-identity`',
  KEYTURN_CUSTODY_KMS_KEY: 'the KMS key of custody, as with `--custody-kms-key`',
  KEYTURN_CUSTODY_TAGS: 'tags of secrets in Secrets Manager, as with `--custody-tags`',
  KEYTURN_METRICS: 'the file of metrics, as with `--metrics` ([metrics](tasks/metrics.md))',
  KEYTURN_FORCE_DRY_RUN:
    '`true`: every run is a dry run, whatever its flags say ([Itential](itential.md))',
  KEYTURN_REQUIRE_USER: '`true`: no run without one user named ([Itential](itential.md))',
  KEYTURN_GATEWAY_FLAGS:
    'flags of `rotate-iam-keys` that the gateway adds to those of its caller ([Itential](itential.md))',
  KEYTURN_CONFIG:
    'the configuration of a run, as with `--config` ([configuration](configuration.md))',
  KEYTURN_GITHUB_TOKEN:
    'the token for GitHub, before GH_TOKEN and GITHUB_TOKEN ([github](destinations/github.md))',
  KEYTURN_GITHUB_APP_ID:
    'the GitHub App that signs in, before any token of the environment ([github](destinations/github.md))',
  KEYTURN_GITHUB_APP_INSTALLATION_ID: 'its installation; found by the owner when not set',
  KEYTURN_GITHUB_APP_PRIVATE_KEY: `its private key, or \`\${file:PATH}\`, which names the file that holds it`,
  KEYTURN_GITLAB_TOKEN:
    'the token for GitLab, before GITLAB_TOKEN ([gitlab](destinations/gitlab.md))',
  KEYTURN_CIRCLECI_TOKEN:
    'the token for CircleCI, before CIRCLECI_CLI_TOKEN and CIRCLE_TOKEN ([circleci](destinations/circleci.md))',
  KEYTURN_COMMAND_ENV:
    'which variables the programs of `--deliver command=…` get besides PATH, HOME and the like, with commas between: `VAULT_ADDR,VAULT_TOKEN` ([command](destinations/command.md))',
  KEYTURN_COMMAND_SECONDS:
    'how long such a program may take for one answer, 1 to 9999; 60 when not set ([command](destinations/command.md))',
  KEYTURN_AUDIT_KEY:
    'the signing key of `keyturn audit checkpoint`, where `--key-file` names none ([the audit trail](tasks/audit.md))',
  KEYTURN_ENDPOINT_GUARD: '`loopback`: an endpoint that is not on this machine is refused',
  KEYTURN_SANDBOX: 'the sandbox whose clock counts; set by what `keyturn sandbox` prints',
};

function ownSection(): string[] {
  return [
    '## Variables of its own',
    '',
    '| variable | says |',
    '|---|---|',
    ...Object.entries(OWN_VARIABLES).map(([name, says]) => `| \`${name}\` | ${says} |`),
    '',
  ];
}

const INTRODUCTION = [
  '# The environment',
  '',
  '`rotate-iam-keys`, `keyctl` and `keyturn` take their credentials, region, endpoints, proxy and',
  'certificates from where every AWS tool takes them. Each row below is a test of that name: keyturn, the',
  'AWS CLI and boto3 are run with the same settings against one server on loopback, which records who asked',
  'what, and this page is generated from those rows (`npm run docs`). "The same" means that the AWS CLI and',
  'boto3 were seen to do just that.',
  '',
  'An empty variable counts as none, except for proxies, where it is how one is switched off.',
  '',
];

function section({ title, about, rows }: Theme): string[] {
  return [
    `## ${title}`,
    '',
    about,
    '',
    '| settings | keyturn | AWS CLI and boto3 |',
    '|---|---|---|',
    ...rows.map(tableRow),
    '',
  ];
}

function tableRow({ settings, result, theirs, note }: Row): string {
  const others = theirs === undefined ? 'the same' : (note ?? '');
  return `| ${settings} | ${result} | ${others} |`;
}

const REST = [
  '## What else is said',
  '',
  '- **Which credentials were chosen** is in the log (`credentials chosen`, with the region, the proxy and the',
  '  setting that names the authorities), at the end of the page, and in the JSON output (`signed_by`).',
  '- **A proxy that refuses, wants a password, hangs or is not there** is named with the variable that names it.',
  '  NTLM and Kerberos need a helper on this machine that speaks them; SOCKS is not supported.',
  '- **A host that goes past the proxy** and does not answer: the error names the part of `NO_PROXY` that says so.',
  '- **A certificate that nobody trusts**: the error names the settings above, or the file that lacks the authority.',
  '',
  '## What is not read',
  '',
  '- `AWS_MAX_ATTEMPTS`, `AWS_RETRY_MODE`, `max_attempts`, `retry_mode`: CreateAccessKey is sent once, because a',
  '  repetition may make a second key, and what is refused because of its rate waits for its turn. See',
  '  [reliability](reliability.md).',
  '- `AWS_CLI_*`, `cli_*`, `output`: they are about the AWS CLI itself.',
  '- `HTTP_PROXY` and `ALL_PROXY`: the calls are `https`, or stay on this machine.',
  '- `NODE_TLS_REJECT_UNAUTHORIZED=0` is refused: it would let anybody on the way read new secrets.',
  '',
  '## Without a home',
  '',
  'A user whom the system does not know, with no `HOME`, as in many a container: everything works whose place is',
  'named. State needs `--state` (or `KEYTURN_STATE`); files of profiles are those that',
  '`AWS_SHARED_CREDENTIALS_FILE` and `AWS_CONFIG_FILE` name, and without them there are no profiles.',
];
