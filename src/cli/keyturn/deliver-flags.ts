// The flags of `keyturn deliver`, and the page about them. Light: completion and --help load it.

import type { Deliveries } from '../../app/account-work.ts';
import { readDelivery, refuseTwice } from '../../app/read-delivery.ts';
import { KeyturnError } from '../../base/errors.ts';
import { command } from '../../base/hint.ts';
import { keepsNoCopy } from '../../destinations/kinds.ts';
import { refuseUseless } from '../flags/account-flags.ts';
import { parseCommandLine, quoted } from '../flags/argv.ts';
import { CUSTODY_FLAGS } from '../flags/custody-flags.ts';
import type { FlagTable, FlagValues } from '../flags/flag.ts';
import { type HelpForm, renderHelp } from '../flags/help.ts';
import * as rule from '../flags/value-rules.ts';
import { ABOUT_FLAGS, MADE_KINDS, ROTATE_FLAGS } from '../rotate/flags.ts';
import { JSON_FLAG } from './status.ts';
import { UNDO_FLAGS } from './undo-flags.ts';
import { VERIFY_FLAGS } from './verify-flags.ts';

const DELIVERED = 'What is delivered where';

export const DELIVER_FLAGS = {
  to: {
    names: ['to'],
    isList: true,
    rule: ROTATE_FLAGS.deliver.rule,
    group: DELIVERED,
    about:
      'The place, as --deliver of rotate-iam-keys names it. Several, with commas or in several flags. It is one of the places of the rotation from then on: verify reads it, an undo puts it back where it can, and the next rotation must serve it.',
  },
  replaceForeign: {
    ...VERIFY_FLAGS.replaceForeign,
    group: DELIVERED,
    about:
      'Write over the pairs of these keys, although they belong to somebody else, who reads them there no more. Several, with commas or in several flags.',
  },
  createMissing: {
    ...VERIFY_FLAGS.createMissing,
    group: DELIVERED,
    about: `Make a place that does not exist (${MADE_KINDS}). Nothing is written over.`,
  },
  createKmsKey: { ...VERIFY_FLAGS.createKmsKey, group: DELIVERED },
  createTags: { ...VERIFY_FLAGS.createTags, group: DELIVERED },
  dryRun: {
    ...ROTATE_FLAGS.dryRun,
    group: DELIVERED,
    about: 'Only tell what would be delivered, and from where the pair would come.',
  },
  account: {
    ...UNDO_FLAGS.account,
    group: DELIVERED,
    about: 'The account of the user, entered through a role.',
  },
  roleName: { ...UNDO_FLAGS.roleName, group: DELIVERED },
  externalId: { ...UNDO_FLAGS.externalId, group: DELIVERED },
  profile: ROTATE_FLAGS.profile,
  region: ROTATE_FLAGS.region,
  maxParallel: ROTATE_FLAGS.maxParallel,
  stateDir: ROTATE_FLAGS.stateDir,
  ...CUSTODY_FLAGS,
  json: JSON_FLAG,
  logFormat: ROTATE_FLAGS.logFormat,
  logLevel: { ...ROTATE_FLAGS.logLevel, fallback: 'warn' },
  logFile: ROTATE_FLAGS.logFile,
  help: ABOUT_FLAGS.help,
} as const satisfies FlagTable;

export type DeliverValues = FlagValues<typeof DELIVER_FLAGS>;

const LABEL = '--to';

export interface DeliverOrder {
  readonly values: DeliverValues;
  readonly user: string;
  readonly to: Deliveries;
}

/** Throws `bad-value` and `missing-value`. */
export function readDeliver(args: readonly string[]): DeliverOrder {
  const { values, words } = parseCommandLine(DELIVER_FLAGS, args, 1);
  if (values.account === undefined) refuseUseless(values, ['roleName', 'externalId'], '--account');
  const [user] = words;
  if (user === undefined || rule.userName.read(user) === undefined) {
    const what =
      user === undefined ? 'no IAM user is named' : `${quoted(user)} is no IAM user name`;
    throw new KeyturnError('bad-value', what, {
      hint: [
        'name the user whose key is to go to another place:',
        command('keyturn', 'deliver', 'USER', '--to', 'KIND=NAME'),
      ],
    });
  }
  const [first, ...others] = (values.to ?? []).map((text) => readDelivery(text, user, LABEL));
  if (first === undefined) {
    throw new KeyturnError('bad-value', `no place is named: ${LABEL} is missing`, {
      hint: `add ${LABEL} KIND=NAME, such as ${LABEL} ssm=/app/${user}`,
    });
  }
  const to = [first, ...others] as const;
  refuseTwice(to, LABEL);
  const custody = to.find(({ kind }) => keepsNoCopy(kind));
  if (custody === undefined) return { values, user, to };
  throw new KeyturnError('bad-value', `${LABEL} ${custody.kind} is no place that readers read`, {
    hint: 'name a secret, a parameter, a file or another place of --deliver',
  });
}

export function deliverHelp(form?: HelpForm): string {
  return renderHelp(
    {
      program: 'keyturn deliver',
      summary: 'gives the key of a rotation that is done to a further place.',
      usage: ['keyturn deliver USER --to KIND=NAME [flags]'],
      description: [
        'The pair is copied from custody (a hand-off that waits) or from a place that still has it, and from nowhere else; no key is made, and none is changed. The place is looked at before it is written, and read back after, as in a rotation. One that has the key already is left as it is.',
        'A rotation that is open because a place failed is another matter: recover delivers to its own places, and to those alone that do not have the key yet.',
        'Exit code: 0 every place has the key; 1 one has not; 2 bad input; 3 could not start.',
      ],
      flags: DELIVER_FLAGS,
      sections: [],
      examples: [
        {
          about: 'A second application reads the key too:',
          command: 'keyturn deliver svc-billing --to ssm=/billing/aws-key --dry-run',
        },
        {
          about: 'What waits in a hand-off goes to a secret:',
          command: 'keyturn deliver svc-billing --to secrets-manager=app/svc-billing',
        },
        {
          about: 'The same in another account of the organization:',
          command:
            'keyturn deliver svc-billing --to secrets-manager=app/svc-billing --account 111122223333',
        },
      ],
    },
    form,
  );
}
