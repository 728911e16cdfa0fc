// What can be completed, taken from the tables that parse the flags, so that a new flag needs nothing
// more to be completed.

import { type Flag, type FlagTable, isBoolean } from '../../flags/flag.ts';
import { LISTED_KINDS } from '../../flags/place-patterns.ts';
import { KEYCTL_FLAGS } from '../../keyctl/flags.ts';
import { ABOUT_FLAGS, ROTATE_FLAGS } from '../../rotate/flags.ts';
import {
  AUDIT_CHECKPOINT_FLAGS,
  AUDIT_EXPORT_FLAGS,
  AUDIT_KEYGEN_FLAGS,
  AUDIT_SHOW_FLAGS,
  AUDIT_VERBS,
  AUDIT_VERIFY_FLAGS,
} from '../audit/flags.ts';
import { COMPACT_FLAGS } from '../compact.ts';
import { DELIVER_FLAGS } from '../deliver-flags.ts';
import { EXPLAIN_FLAGS } from '../explain.ts';
import { HISTORY_FLAGS } from '../history.ts';
import { HOOKS_FLAGS } from '../hooks.ts';
import { INIT_FLAGS } from '../init-flags.ts';
import { KEY_VERBS } from '../keys/command.ts';
import { DEACTIVATE_FLAGS, DELETE_FLAGS, KEYS_FLAGS } from '../keys/flags.ts';
import { MAP_FLAGS } from '../map-flags.ts';
import { NOTIFY_FLAGS, NOTIFY_WORDS } from '../notify.ts';
import { APPLY_FLAGS, PLAN_FLAGS } from '../plan-flags.ts';
import { POLICY_FLAGS, POLICY_NAMES } from '../policy.ts';
import { RECOVER_FLAGS } from '../recover.ts';
import { REPORT_FLAGS } from '../report-flags.ts';
import { ROTATE_ONE_FLAGS } from '../rotate.ts';
import { SANDBOX_FLAGS } from '../sandbox-flags.ts';
import { SANDBOX_ORDERS, WORKLOADS_FLAGS } from '../sandbox-order-flags.ts';
import { STATE_CHECK_FLAGS } from '../state/check.ts';
import { STATE_VERBS } from '../state/command.ts';
import { STATE_COPY_FLAGS } from '../state/copy.ts';
import { STATE_INIT_FLAGS } from '../state/init.ts';
import { STATE_SECRET_FLAGS } from '../state/secret.ts';
import { STATUS_FLAGS } from '../status.ts';
import { UNDO_FLAGS } from '../undo-flags.ts';
import { VALIDATE_FLAGS } from '../validate.ts';
import { VERIFY_FLAGS } from '../verify-flags.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** What may stand where a value is wanted. */
export type Values = readonly string[] | 'paths' | 'profiles' | 'anything';

export interface CompletedFlag {
  readonly name: string;
  readonly short: string | undefined;
  /** One line without quotes, brackets or colons, which some shell would read. */
  readonly about: string;
  /** Undefined for a flag that stands bare. */
  readonly values: Values | undefined;
}

export interface CompletedCommand {
  /** Undefined where the program is the command. */
  readonly command: string | undefined;
  readonly flags: readonly CompletedFlag[];
  /** What may stand without a flag. */
  readonly words: readonly string[];
  /** Whether a profile may stand without a flag. */
  readonly takesProfile: boolean;
}

export interface CompletedProgram {
  readonly program: string;
  readonly commands: readonly CompletedCommand[];
}

const KEYTURN: Readonly<Record<string, readonly [table: FlagTable, words: readonly string[]]>> = {
  keys: [{ ...KEYS_FLAGS, ...DEACTIVATE_FLAGS, ...DELETE_FLAGS }, KEY_VERBS],
  status: [STATUS_FLAGS, []],
  report: [REPORT_FLAGS, []],
  verify: [VERIFY_FLAGS, []],
  deliver: [DELIVER_FLAGS, []],
  history: [HISTORY_FLAGS, []],
  audit: [
    {
      ...AUDIT_KEYGEN_FLAGS,
      ...AUDIT_CHECKPOINT_FLAGS,
      ...AUDIT_EXPORT_FLAGS,
      ...AUDIT_SHOW_FLAGS,
      ...AUDIT_VERIFY_FLAGS,
    },
    AUDIT_VERBS,
  ],
  recover: [RECOVER_FLAGS, []],
  rotate: [ROTATE_ONE_FLAGS, []],
  undo: [UNDO_FLAGS, []],
  init: [INIT_FLAGS, LISTED_KINDS.map(({ name }) => name)],
  map: [MAP_FLAGS, LISTED_KINDS.map(({ name }) => name)],
  validate: [VALIDATE_FLAGS, []],
  explain: [EXPLAIN_FLAGS, []],
  plan: [PLAN_FLAGS, []],
  hooks: [HOOKS_FLAGS, ['done', 'again']],
  apply: [APPLY_FLAGS, []],
  notify: [NOTIFY_FLAGS, NOTIFY_WORDS],
  state: [
    {
      ...COMPACT_FLAGS,
      ...STATE_INIT_FLAGS,
      ...STATE_CHECK_FLAGS,
      ...STATE_SECRET_FLAGS,
      ...STATE_COPY_FLAGS,
    },
    STATE_VERBS,
  ],
  compact: [COMPACT_FLAGS, []],
  sandbox: [{ ...SANDBOX_FLAGS, ...WORKLOADS_FLAGS }, Object.keys(SANDBOX_ORDERS)],
  policy: [POLICY_FLAGS, POLICY_NAMES],
  completion: [{ help: ABOUT_FLAGS.help }, SHELLS],
};

export function completedPrograms(): readonly CompletedProgram[] {
  const rotate = command(undefined, ROTATE_FLAGS, []);
  const keyctl = { ...command(undefined, KEYCTL_FLAGS, ['undo', 'finish']), takesProfile: true };
  const below = [
    ...Object.entries(KEYTURN).map(([name, [table, words]]) => command(name, table, words)),
    { ...keyctl, command: 'keyctl' },
    { ...rotate, command: 'rotate-iam-keys' },
  ];
  return [
    { program: 'rotate-iam-keys', commands: [rotate] },
    { program: 'keyctl', commands: [keyctl] },
    {
      program: 'keyturn',
      commands: [
        command(
          undefined,
          ABOUT_FLAGS,
          below.map(({ command }) => command ?? ''),
        ),
        ...below,
      ],
    },
  ];
}

function command(
  name: string | undefined,
  table: FlagTable,
  words: readonly string[],
): CompletedCommand {
  return { command: name, flags: Object.values(table).map(flag), words, takesProfile: false };
}

function flag(flag: Flag<unknown>): CompletedFlag {
  const [name] = flag.names;
  return { name, short: flag.short, about: shortened(flag.about), values: valuesOf(flag) };
}

function valuesOf(flag: Flag<unknown>): Values | undefined {
  if (isBoolean(flag)) return undefined;
  const placeholder = flag.rule.placeholder ?? '';
  if (placeholder.includes('|')) return placeholder.split('|');
  if (placeholder === 'PATH' || placeholder === 'PLACE') return 'paths';
  return placeholder === 'PROFILE' ? 'profiles' : 'anything';
}

/** The first sentence of what a flag is about. */
function shortened(about: string): string {
  const [sentence = ''] = about.split(/(?<=\.) |[:;] /);
  return sentence.replaceAll(/['"`[\]:$\\]/g, '').replace(/\.$/, '');
}
