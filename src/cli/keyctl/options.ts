// argv -> an order: what one run of `keyctl` is to do, settled. Nothing after this reads flags or
// the environment's defaults.

import type { AccountSelection } from '../../app/choose-accounts.ts';
import type { BackupsRequest, FinishRequest, SessionOptions } from '../../app/keyctl/types.ts';
import { readFormerPlace } from '../../app/read-delivery.ts';
import { chooseProfile, type ProfileChoice } from '../../aws/profile.ts';
import type { AccessKeyId } from '../../base/access-key-id.ts';
import { assert, KeyturnError } from '../../base/errors.ts';
import { type Command, command as commandLine } from '../../base/hint.ts';
import { flagWords } from '../../base/shell-words.ts';
import type { NamedPlace } from '../../destinations/kinds.ts';
import { selectionOf } from '../flags/account-flags.ts';
import { parseCommandLine, quoted } from '../flags/argv.ts';
import { limitsOf } from '../flags/environment-limits.ts';
import type { FlagValues } from '../flags/flag.ts';
import { type RetireOptions, retireOf } from '../flags/retire-flags.ts';
import { absolute, regionOf, type Surroundings, stateDirectory } from '../flags/surroundings.ts';
import type { LogOptions } from '../rotate/options.ts';
import { KEEP_DEFAULT, KEYCTL_FLAGS } from './flags.ts';

type Values = FlagValues<typeof KEYCTL_FLAGS>;
type Name = keyof typeof KEYCTL_FLAGS;

/** Whose key, and who signs. */
export interface Pair {
  /** Undefined where the environment signs. */
  readonly authProfile: string | undefined;
  readonly targetProfile: string;
}

/** What is done with one profile. */
export type TargetOrder =
  | { readonly kind: 'rotate'; readonly pair: Pair; readonly dryRun: boolean }
  | { readonly kind: 'undo'; readonly pair: Pair; readonly dryRun: boolean }
  | {
      readonly kind: 'finish';
      readonly pair: Pair;
      readonly request: FinishRequest;
      readonly dryRun: boolean;
    }
  | { readonly kind: 'list-keys'; readonly pair: Pair };

export type KeyctlOrder =
  | TargetOrder
  | {
      readonly kind: 'choose';
      readonly dryRun: boolean;
      /** What the environment names, which is what Enter chooses. */
      readonly preselected: ProfileChoice;
    }
  /** The same with several profiles, one after the other; at least two. */
  | { readonly kind: 'several'; readonly orders: readonly TargetOrder[] }
  | { readonly kind: 'list' }
  | { readonly kind: 'list-files' }
  | { readonly kind: 'backups'; readonly request: BackupsRequest; readonly dryRun: boolean }
  | {
      readonly kind: 'list-all-keys';
      /** Undefined where the environment signs. */
      readonly authProfile: string | undefined;
      /** Several accounts; undefined means that of the profile. */
      readonly accounts: AccountSelection | undefined;
    };

export interface KeyctlOptions {
  readonly order: KeyctlOrder;
  readonly json: boolean;
  readonly yes: boolean;
  readonly allProfiles: boolean;
  /** Places where nobody reads a key any more. */
  readonly movedFrom: readonly NamedPlace[];
  readonly retire: RetireOptions;
  readonly user: string | undefined;
  /** Keys of which the person says that nobody made them by hand. */
  readonly orphans: ReadonlySet<AccessKeyId>;
  /** As given, for commands to paste; undefined when the default is meant. */
  readonly stateDir: string | undefined;
  /** As given, for commands to paste. */
  readonly region: string | undefined;
  /** Absolute path. */
  readonly credentialsFile: string | undefined;
  /** What every session has, whoever signs; not settled for a list of files, which needs none. */
  readonly session: () => Omit<SessionOptions, 'authProfile' | 'askMfaCode' | 'isMfaWanted'>;
  /** Where state is kept: a place that src/state/stores.ts opens. Not settled for a list either. */
  readonly state: () => string;
  readonly log: LogOptions;
}

/** A command and profiles: nobody types more. */
const WORDS_MAX = 1_000;

export const COMMANDS = ['undo', 'finish', 'backups'] as const;
const LISTS = ['list', 'listKeys', 'listAllKeys'] as const;

type CommandWord = (typeof COMMANDS)[number];

/** Throws `conflicting-flags` and the like, all with exit code 2. */
export function resolveKeyctl(args: readonly string[], surroundings: Surroundings): KeyctlOptions {
  const { values, words } = parseCommandLine(KEYCTL_FLAGS, args, WORDS_MAX);
  const order = orderOf(values, words, surroundings);
  refuseUseless(values, order);
  // A person at a laptop names a profile, and no user: that limit is for services.
  const { isDryRunForced } = limitsOf(surroundings.env, 'the owner of the profile');
  const { credentials, mfaCode, logFile } = values;
  const credentialsFile =
    credentials === undefined ? undefined : absolute(credentials, surroundings);
  return {
    order: isDryRunForced ? asDryRun(order) : order,
    json: values.json ?? false,
    yes: values.yes ?? false,
    allProfiles: values.allProfiles ?? false,
    movedFrom: (values.movedFrom ?? []).map((text) => readFormerPlace(text, '--moved-from')),
    retire: retireOf(values, 'never'),
    user: values.user,
    orphans: new Set(values.orphan),
    stateDir: values.stateDir,
    region: values.region,
    credentialsFile,
    state: () => stateDirectory(values.stateDir, surroundings),
    session: () => ({
      credentialsFile,
      region: values.region ?? regionOf(surroundings.env),
      mfaCode,
    }),
    log: {
      format: 'text',
      level: values.logLevel ?? 'info',
      isLevelGiven: values.logLevel !== undefined,
      file: logFile === undefined ? undefined : absolute(logFile, surroundings),
    },
  };
}

function orderOf(values: Values, words: readonly string[], { env }: Surroundings): KeyctlOrder {
  const command = COMMANDS.find((known) => known === words[0]);
  const lists = LISTS.filter((name) => values[name] === true);
  const [list, second] = lists;
  if (list !== undefined && second !== undefined) throw conflict(list, second);
  if (list !== undefined && command !== undefined) {
    throw new KeyturnError('conflicting-flags', `${command} and ${flag(list)} do not go together`, {
      hint: 'give one of them',
    });
  }
  const pairs = pairsOf(values, command === undefined ? words : words.slice(1));
  if (list !== undefined) return listOrder(list, pairs, values);
  if (command === 'backups') return backupsOrder(values, pairs);
  const dryRun = values.dryRun ?? false;
  if (pairs.length === 0 && command === undefined) {
    return { kind: 'choose', dryRun, preselected: chooseProfile(undefined, env) };
  }
  if (pairs.length === 0) {
    throw new KeyturnError('no-profile', `keyctl ${command} needs a profile`, {
      hint: `keyctl ${command} -t PROFILE, or keyctl -t ${command} for a profile that is called ${quoted(command ?? '')}`,
    });
  }
  return oneOrSeveral(pairs.map((pair) => targetOrder(command, pair, values)));
}

/** Lists change nothing anyway. */
function asDryRun(order: KeyctlOrder): KeyctlOrder {
  if (order.kind === 'several') {
    return { ...order, orders: order.orders.map((each) => ({ ...each, dryRun: true })) };
  }
  return 'dryRun' in order ? { ...order, dryRun: true } : order;
}

function oneOrSeveral(orders: readonly TargetOrder[]): KeyctlOrder {
  const [first, ...others] = orders;
  assert(first !== undefined, 'an order without a profile');
  return others.length === 0 ? first : { kind: 'several', orders };
}

function targetOrder(
  command: Exclude<CommandWord, 'backups'> | undefined,
  pair: Pair,
  values: Values,
): TargetOrder {
  const dryRun = values.dryRun ?? false;
  if (command === undefined) return { kind: 'rotate', pair, dryRun };
  if (command === 'undo') return { kind: 'undo', pair, dryRun };
  const request = {
    deleteNow: values.delete ?? false,
    skipQuietWait: values.now ?? false,
    ...(values.althoughInUse === true && { althoughInUse: true }),
  };
  return { kind: 'finish', pair, request, dryRun };
}

/** The documented rule: only one of -a and -t serves as both. A profile that is named twice is one. */
function pairsOf(values: Values, words: readonly string[]): readonly Pair[] {
  for (const word of words) {
    if (KEYCTL_FLAGS.targetProfile.rule.read(word) === undefined) {
      throw new KeyturnError('bad-value', `${quoted(word)} is not the name of a profile`, {
        hint: 'keyctl -l lists the profiles',
      });
    }
  }
  const { authProfile, authEnvironment = false } = values;
  if (authEnvironment && authProfile !== undefined)
    throw conflict('authEnvironment', 'authProfile');
  const targets = new Set([...words, ...(values.targetProfile ?? [])]);
  if (targets.size === 0 && authProfile !== undefined) targets.add(authProfile);
  return [...targets].map((targetProfile) => ({
    authProfile: authEnvironment ? undefined : (authProfile ?? targetProfile),
    targetProfile,
  }));
}

function listOrder(
  list: (typeof LISTS)[number],
  pairs: readonly Pair[],
  values: Values,
): KeyctlOrder {
  const [pair] = pairs;
  if (list === 'listKeys') {
    if (pair === undefined) return { kind: 'list-files' };
    return oneOrSeveral(pairs.map((each) => ({ kind: 'list-keys', pair: each })));
  }
  if (list === 'list' && pair !== undefined) {
    throw new KeyturnError('conflicting-flags', '-l lists every profile, and takes none', {
      hint: ['for the keys of one user:', keysOfCommand(pair)],
    });
  }
  if (list === 'list') return { kind: 'list' };
  if (pair !== undefined && values.authProfile !== undefined && values.targetProfile) {
    throw conflict('listAllKeys', 'targetProfile');
  }
  if (pair !== undefined && values.authProfile === undefined) {
    throw new KeyturnError('conflicting-flags', '--list-all-keys lists every user of the account', {
      hint: [
        'to sign with the profile:',
        commandLine(
          'keyctl',
          '--list-all-keys',
          ...flagWords('-a', pair.targetProfile, '--auth-profile'),
        ),
        'for one user:',
        keysOfCommand(pair),
      ],
    });
  }
  return {
    kind: 'list-all-keys',
    authProfile: values.authProfile,
    accounts: selectionOf(values),
  };
}

function keysOfCommand({ targetProfile }: Pair): Command {
  return commandLine('keyctl', '-k', ...flagWords('-t', targetProfile, '--target-profile'));
}

function backupsOrder(values: Values, [pair]: readonly Pair[]): KeyctlOrder {
  if (pair !== undefined) {
    throw new KeyturnError(
      'conflicting-flags',
      'keyctl backups is about the whole file, and takes no profile',
      { hint: 'another file is named with --credentials' },
    );
  }
  const request = { prune: values.prune ?? false, keep: values.keep ?? KEEP_DEFAULT };
  return { kind: 'backups', request, dryRun: values.dryRun ?? false };
}

/** Flags that only some orders know. Silence would let a person believe that they did something. */
const ONLY_FOR: readonly (readonly [name: Name, orders: readonly PlainKind[]])[] = [
  ['delete', ['finish']],
  ['now', ['finish']],
  ['prune', ['backups']],
  ['keep', ['backups']],
  ['althoughInUse', ['finish']],
  ['dryRun', ['choose', 'rotate', 'undo', 'finish', 'backups']],
  ['allProfiles', ['choose', 'rotate']],
  ['orphan', ['choose', 'rotate']],
  ['movedFrom', ['choose', 'rotate']],
  ['retire', ['choose', 'rotate']],
  ['quietDays', ['choose', 'rotate']],
  ['retireDeadlineDays', ['choose', 'rotate']],
  ['yes', ['choose', 'rotate', 'undo', 'finish', 'backups']],
  ['user', ['choose', 'rotate', 'undo', 'finish', 'list-keys']],
  ['authEnvironment', ['rotate', 'undo', 'finish', 'list-keys', 'list-all-keys']],
  ['organization', ['list-all-keys']],
  ['accounts', ['list-all-keys']],
  ['excludeAccounts', ['list-all-keys']],
  ['roleName', ['list-all-keys']],
  ['externalId', ['list-all-keys']],
];

/** Several of a kind are judged as one. */
type PlainKind = Exclude<KeyctlOrder['kind'], 'several'>;

function plainKind(order: KeyctlOrder): PlainKind {
  return order.kind === 'several' ? (order.orders[0]?.kind ?? 'rotate') : order.kind;
}

function refuseUseless(values: Values, order: KeyctlOrder): void {
  const kind = plainKind(order);
  for (const [name, orders] of ONLY_FOR) {
    if (values[name] === undefined || values[name] === false || orders.includes(kind)) continue;
    throw new KeyturnError('conflicting-flags', `${flag(name)} has no meaning for ${named(kind)}`, {
      hint: belongsTo(orders),
    });
  }
  if (order.kind === 'several' && values.user !== undefined) {
    throw new KeyturnError(
      'conflicting-flags',
      '--user names the owner of one key, not of several',
      {
        hint: 'leave it out, or name one profile',
      },
    );
  }
}

function named(kind: PlainKind): string {
  if (kind === 'rotate' || kind === 'choose') return 'a rotation';
  return kind === 'list-files' ? 'list-keys' : kind;
}

function belongsTo([order, ...others]: readonly PlainKind[]): string {
  if (others.length > 0) return 'leave it out';
  if (order === 'backups') return 'it belongs to keyctl backups';
  return order === 'finish' ? 'it belongs to keyctl finish' : `it belongs to --${order}`;
}

function conflict(first: Name, second: Name): KeyturnError {
  return new KeyturnError(
    'conflicting-flags',
    `${flag(first)} and ${flag(second)} do not go together`,
    { hint: 'give one of them' },
  );
}

function flag(name: Name): string {
  return `--${KEYCTL_FLAGS[name].names[0]}`;
}
