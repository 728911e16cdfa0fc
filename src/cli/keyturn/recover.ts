// `keyturn recover`: finishes or undoes what earlier runs left open, and begins nothing.

import { isAskedFor, parseFlags } from '../flags/argv.ts';
import type { FlagTable } from '../flags/flag.ts';
import { type HelpForm, helpWidth, renderHelp } from '../flags/help.ts';
import { ON_RECORD_FLAGS } from '../flags/on-record-flags.ts';
import { ORPHAN_FLAG } from '../flags/orphan-flag.ts';
import { failureFor, settledBeside } from '../rotate/command.ts';
import { ROTATE_FLAGS } from '../rotate/flags.ts';
import type { Session } from '../run.ts';

const {
  daysThreshold: _days,
  cleanupInactive: _cleanup,
  inactiveDays: _inactive,
  beforeNextRun: _ahead,
  retire: _retire,
  deliver: _deliver,
  movedFrom: _movedFrom,
  createMissing: _createMissing,
  createKmsKey: _createKmsKey,
  createTags: _createTags,
  handoffRecipient: _recipient,
  handoffRecipientsFile: _recipients,
  inventory: _inventory,
  version: _version,
  dryRun,
  user,
  ...others
} = ROTATE_FLAGS;

/** Flags of rotate-iam-keys that only serve new rotations. */
const UNUSED = {
  daysThreshold: undefined,
  cleanupInactive: undefined,
  inactiveDays: undefined,
  beforeNextRun: undefined,
  retire: undefined,
  deliver: undefined,
  movedFrom: undefined,
  createMissing: undefined,
  createKmsKey: undefined,
  createTags: undefined,
  handoffRecipient: undefined,
  handoffRecipientsFile: undefined,
  inventory: undefined,
  version: undefined,
} as const;

export const RECOVER_FLAGS = {
  orphan: ORPHAN_FLAG,
  dryRun: { ...dryRun, group: 'What is finished' },
  user: { ...user, group: 'What is finished', about: 'Only what is open for this IAM user.' },
  ...others,
  region: ON_RECORD_FLAGS.region,
  outputFormat: ON_RECORD_FLAGS.outputFormat,
  acceptVolatileState: ON_RECORD_FLAGS.acceptVolatileState,
  quietDays: ON_RECORD_FLAGS.quietDays,
  retireDeadlineDays: ON_RECORD_FLAGS.retireDeadlineDays,
} as const satisfies FlagTable;

export async function runRecover(session: Session, args: readonly string[]): Promise<number> {
  const { host } = session;
  if (isAskedFor(RECOVER_FLAGS, args, 'help')) {
    await host.stdout.write(recoverHelp(helpWidth(host.stdout)));
    return 0;
  }
  const { orphan = [], ...values } = parseFlags(RECOVER_FLAGS, args);
  const asked = { ...UNUSED, ...values };
  const options = await settledBeside(asked, session);
  const { rotate, loadParts } = await import('../rotate/run.ts');
  const { renderRecovery } = await import('../../reports/render-text.ts');
  return await rotate(
    session,
    {
      ...options,
      rotate: { ...options.rotate, wanted: { kind: 'recovery' }, orphans: new Set(orphan) },
    },
    {
      load: async () => ({ ...(await loadParts()), renderText: renderRecovery }),
      failureDocument: (error, known) => failureFor(host, error, known),
    },
  );
}

export function recoverHelp(form?: HelpForm): string {
  return renderHelp(
    {
      program: 'keyturn recover',
      summary: 'finishes or undoes the rotations that earlier runs left open, and begins none.',
      usage: ['keyturn recover [flags]'],
      description: [
        'Every run of rotate-iam-keys does this first, for the users that it looks at. keyturn status shows what is open. Each rotation is finished as it was begun, whatever the options are now; one that keyctl began too. An old key that stayed Active becomes Inactive here as well, once nobody uses it.',
      ],
      flags: RECOVER_FLAGS,
      sections: [],
      examples: [
        { about: 'See what would be done:', command: 'keyturn recover --dry-run' },
        { about: 'One user only:', command: 'keyturn recover --user svc-billing' },
        {
          about: 'The answer to CreateAccessKey was lost, and nobody made this key by hand:',
          command: 'keyturn recover --orphan AKIAIOSFODNN7EXAMPLE',
        },
        {
          about: 'In every account of the organization in which something is open:',
          command: 'keyturn recover --organization',
        },
      ],
    },
    form,
  );
}
