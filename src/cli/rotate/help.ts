// What `rotate-iam-keys --help` says beside its flags.

import { type HelpForm, type HelpPage, renderHelp } from '../flags/help.ts';
import { ROTATE_FLAGS } from './flags.ts';

const PAGE: HelpPage = {
  program: 'rotate-iam-keys',
  summary: 'rotates the access keys of an AWS account, or of many, that are too old.',
  usage: ['rotate-iam-keys [flags]'],
  description: [
    'For each due key it makes a new key, stores the new secret, waits until AWS accepts it, and delivers it. The old key becomes Inactive once nothing uses it: in this run if it was idle, else in a later one; --retire now does not wait. Inactive keys are kept until a later run with --cleanup-inactive. Start with --dry-run: it only reads.',
    'With --organization or --accounts it does this in several accounts: in the caller’s own account with the credentials of the caller, in each other through a role. One that cannot be entered is reported; all others are done.',
  ],
  flags: ROTATE_FLAGS,
  sections: [
    {
      title: 'How flags are written',
      entries: [
        ['--dry_run', '"_" and "-" are alike in flag names'],
        ['--user=', 'an empty value means that the flag is not set'],
        ['--dry-run false', 'flags without a value also take true or false'],
      ],
    },
    {
      title: 'Environment',
      entries: [
        ['AWS_*', 'as in every AWS tool: credentials, AWS_PROFILE, region, AWS_ENDPOINT_URL'],
        ['KEYTURN_CONFIG', 'the configuration, when --config is not given'],
        ['KEYTURN_STATE', 'where state is kept, when --state is not given'],
        ['KEYTURN_STATE_DIR', 'the same, by its former name'],
        ['XDG_STATE_HOME', 'its parent, when neither is given'],
        ['KEYTURN_METRICS', 'where metrics are written, when --metrics is not given'],
        [
          'OTEL_*',
          'OTEL_METRICS_EXPORTER=otlp sends metrics to a collector, as every program of OpenTelemetry',
        ],
        ['KEYTURN_ENDPOINT_GUARD', 'loopback: refuse any endpoint that is not on this machine'],
        [
          'KEYTURN_SANDBOX',
          'the address of a sandbox (keyturn sandbox): its time counts, and every other endpoint is refused',
        ],
        ['KEYTURN_FORCE_DRY_RUN', 'true: every run is a dry run, whatever the flags say'],
        ['KEYTURN_REQUIRE_USER', 'true: refuse to run without --user'],
        ['NO_COLOR', 'any value: no colours'],
        ['TERM=dumb', 'no colours and no progress bar'],
      ],
    },
    {
      title: 'Exit codes',
      entries: [
        ['0', 'done, or nothing to do'],
        ['1', 'something failed; the output says what, and everything else was done'],
        ['2', 'bad input; no AWS call was made'],
        ['3', 'could not start: credentials, permissions, state directory'],
        [
          '2, 4 with --detailed-exitcode',
          '2: something was done, or would be; 4: in a dry run, something is blocked',
        ],
        ['129, 130, 143', 'interrupted by SIGHUP, SIGINT or SIGTERM; the next run goes on'],
      ],
    },
  ],
  examples: [
    {
      about: 'See what would happen, and why:',
      command: 'rotate-iam-keys --dry-run',
    },
    {
      about: 'Rotate what is at least 60 days old, with the profile "production":',
      command: 'rotate-iam-keys --days-threshold 60 --profile production',
    },
    {
      about: 'One user, and nobody else:',
      command: 'rotate-iam-keys --user svc-billing',
    },
    {
      about: 'From a scheduler: one JSON document on stdout, the log in a file:',
      command:
        'rotate-iam-keys --output-format json --log-format json \\\n  --log-file /var/log/keyturn.log --timeout 600',
    },
    {
      about: 'New secrets where the applications read them; the document says which version:',
      command:
        'rotate-iam-keys --deliver secrets-manager=app/{user} --region eu-west-1 \\\n  --output-format json',
    },
    {
      about: 'Hand-off files that only the owner of an age identity can read:',
      command: 'rotate-iam-keys --handoff-recipients-file /etc/keyturn/recipients.txt',
    },
    {
      about:
        'Monthly: also what would be too old before the next run; delete what has been Inactive for 30 days:',
      command: 'rotate-iam-keys --before-next-run 32d --cleanup-inactive --inactive-days 30',
    },
    {
      about: 'Make each old key Inactive at once, whatever still uses it:',
      command: 'rotate-iam-keys --retire now',
    },
    {
      about: 'Every account of the organization, each through this role, but one:',
      command:
        'rotate-iam-keys --organization --role-name KeyRotation \\\n  --exclude-accounts 111122223333',
    },
    {
      about: 'On an AWS to practise on, which runs on this machine:',
      command: 'keyturn sandbox',
    },
  ],
};

export function rotateHelp(form?: HelpForm): string {
  return renderHelp(PAGE, form);
}
