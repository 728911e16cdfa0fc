// argv -> an order: what one run of `keyctl` is to do, settled. Nothing after this reads flags or
// the environment's defaults.

import type { AccountSelection } from '../../app/choose-accounts.ts';
import type { FinishRequest, SessionOptions } from '../../app/keyctl/types.ts';
import { readFormerPlace } from '../../app/read-delivery.ts';
import type { AccessKeyId } from '../../base/access-key-id.ts';
import { KeyturnError } from '../../base/errors.ts';
import { command as commandLine } from '../../base/hint.ts';
import type { NamedPlace } from '../../destinations/kinds.ts';
import { selectionOf } from '../flags/account-flags.ts';
import { parseCommandLine, quoted } from '../flags/argv.ts';
import { closest } from '../flags/closest.ts';
import type { FlagValues } from '../flags/flag.ts';
import { type RetireOptions, retireOf } from '../flags/retire-flags.ts';
import { absolute, regionOf, type Surroundings, stateDirectory } from '../flags/surroundings.ts';
import type { LogOptions } from '../rotate/options.ts';
import { KEYCTL_FLAGS } from './flags.ts';

type Values = FlagValues<typeof KEYCTL_FLAGS>;
type Name = keyof typeof KEYCTL_FLAGS;

/** Whose key, and who signs. */
export interface Pair {
  readonly authProfile: string;
  readonly targetProfile: string;
}

export type KeyctlOrder =
  | { readonly kind: 'choose'; readonly dryRun: boolean }
  | { readonly kind: 'rotate'; readonly pair: Pair; readonly dryRun: boolean }
  | { readonly kind: 'undo'; readonly pair: Pair }
  | { readonly kind: 'finish'; readonly pair: Pair; readonly request: FinishRequest }
  | { readonly kind: 'list' }
  | { readonly kind: 'list-keys'; readonly pair: Pair | undefined }
  | {
      readonly kind: 'list-all-keys';
      readonly authProfile: string;
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
  /** Absolute path. */
  readonly credentialsFile: string | undefined;
  /** What every session has, whoever signs; not settled for a list of files, which needs none. */
  readonly session: () => Omit<SessionOptions, 'authProfile' | 'askMfaCode'>;
  /** Where state is kept: a place that src/state/stores.ts opens. Not settled for a list either. */
  readonly state: () => string;
  readonly log: LogOptions;
}

/** A command and a profile, and one more to say what is wrong with it. */
const WORDS_MAX = 3;

const COMMANDS = ['undo', 'finish'] as const;
const LISTS = ['list', 'listKeys', 'listAllKeys'] as const;

/** Throws `conflicting-flags` and the like, all with exit code 2. */
export function resolveKeyctl(args: readonly string[], surroundings: Surroundings): KeyctlOptions {
  const { values, words } = parseCommandLine(KEYCTL_FLAGS, args, WORDS_MAX);
  const order = orderOf(values, words, surroundings);
  refuseUseless(values, order);
  const { credentials, mfaCode, logFile } = values;
  const credentialsFile =
    credentials === undefined ? undefined : absolute(credentials, surroundings);
  return {
    order,
    json: values.json ?? false,
    yes: values.yes ?? false,
    allProfiles: values.allProfiles ?? false,
    movedFrom: (values.movedFrom ?? []).map((text) => readFormerPlace(text, '--moved-from')),
    retire: retireOf(values, 'never'),
    user: values.user,
    orphans: new Set(values.orphan),
    stateDir: values.stateDir,
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
  const pair = pairOf(values, command === undefined ? words : words.slice(1), command);
  if (list !== undefined) return listOrder(list, pair, values, env.AWS_PROFILE);
  if (command === undefined) {
    const dryRun = values.dryRun ?? false;
    return pair === undefined ? { kind: 'choose', dryRun } : { kind: 'rotate', pair, dryRun };
  }
  if (pair === undefined) {
    throw new KeyturnError('no-profile', `keyctl ${command} needs a profile`, {
      hint: `keyctl ${command} -t PROFILE, or keyctl -t ${command} for a profile that is called ${quoted(command)}`,
    });
  }
  if (command === 'undo') return { kind: 'undo', pair };
  const request = {
    deleteNow: values.delete ?? false,
    skipQuietWait: values.now ?? false,
    ...(values.althoughInUse === true && { althoughInUse: true }),
  };
  return { kind: 'finish', pair, request };
}

/** The documented rule: only one of -a and -t serves as both. */
function pairOf(
  values: Values,
  words: readonly string[],
  command: string | undefined,
): Pair | undefined {
  const [word, stray] = words;
  if (stray !== undefined) throw strayWord(word ?? '', stray, command);
  if (word !== undefined && values.targetProfile !== undefined) {
    throw new KeyturnError(
      'conflicting-flags',
      `${quoted(word)} and -t ${values.targetProfile} both name a profile to rotate`,
      { hint: 'name one; a second profile is rotated by a second run' },
    );
  }
  if (word !== undefined && KEYCTL_FLAGS.targetProfile.rule.read(word) === undefined) {
    throw new KeyturnError('bad-value', `${quoted(word)} is not the name of a profile`, {
      hint: 'keyctl -l lists the profiles',
    });
  }
  const target = word ?? values.targetProfile;
  const authProfile = values.authProfile ?? target;
  const targetProfile = target ?? authProfile;
  if (authProfile === undefined || targetProfile === undefined) return undefined;
  return { authProfile, targetProfile };
}

function strayWord(word: string, stray: string, command: string | undefined): KeyturnError {
  const meant = command === undefined ? closest(word, COMMANDS) : undefined;
  return new KeyturnError('stray-argument', `unexpected argument ${quoted(stray)}`, {
    hint:
      meant === undefined
        ? 'one profile at a time; quote a name that contains a space'
        : `did you mean keyctl ${meant} ${stray}?`,
  });
}

function listOrder(
  list: (typeof LISTS)[number],
  pair: Pair | undefined,
  values: Values,
  environmentProfile: string | undefined,
): KeyctlOrder {
  if (list === 'listKeys') return { kind: 'list-keys', pair };
  if (list === 'list' && pair !== undefined) {
    throw new KeyturnError('conflicting-flags', '-l lists every profile, and takes none', {
      hint: ['for the keys of one user:', commandLine('keyctl', '-k', '-t', pair.targetProfile)],
    });
  }
  if (list === 'list') return { kind: 'list' };
  if (values.authProfile === undefined && pair !== undefined) {
    throw new KeyturnError('conflicting-flags', '--list-all-keys lists every user of the account', {
      hint: [
        'to sign with the profile:',
        commandLine('keyctl', '--list-all-keys', '-a', pair.targetProfile),
        'for one user:',
        commandLine('keyctl', '-k', '-t', pair.targetProfile),
      ],
    });
  }
  return {
    kind: 'list-all-keys',
    authProfile: values.authProfile ?? (environmentProfile || 'default'),
    accounts: selectionOf(values),
  };
}

/** Flags that only some orders know. Silence would let a person believe that they did something. */
const ONLY_FOR: readonly (readonly [name: Name, orders: readonly KeyctlOrder['kind'][]])[] = [
  ['delete', ['finish']],
  ['now', ['finish']],
  ['althoughInUse', ['finish']],
  ['dryRun', ['choose', 'rotate']],
  ['allProfiles', ['choose', 'rotate']],
  ['orphan', ['choose', 'rotate']],
  ['movedFrom', ['choose', 'rotate']],
  ['retire', ['choose', 'rotate']],
  ['quietDays', ['choose', 'rotate']],
  ['retireDeadlineDays', ['choose', 'rotate']],
  ['yes', ['choose', 'rotate', 'undo', 'finish']],
  ['user', ['choose', 'rotate', 'undo', 'finish', 'list-keys']],
  ['organization', ['list-all-keys']],
  ['accounts', ['list-all-keys']],
  ['excludeAccounts', ['list-all-keys']],
  ['roleName', ['list-all-keys']],
  ['externalId', ['list-all-keys']],
];

function refuseUseless(values: Values, order: KeyctlOrder): void {
  for (const [name, orders] of ONLY_FOR) {
    if (values[name] === undefined || values[name] === false || orders.includes(order.kind)) {
      continue;
    }
    const where = order.kind === 'rotate' || order.kind === 'choose' ? 'a rotation' : order.kind;
    throw new KeyturnError('conflicting-flags', `${flag(name)} has no meaning for ${where}`, {
      hint: belongsTo(orders),
    });
  }
  const { targetProfile, authProfile, listAllKeys } = values;
  if (listAllKeys === true && targetProfile !== undefined && authProfile !== undefined) {
    throw conflict('listAllKeys', 'targetProfile');
  }
}

function belongsTo([order, ...others]: readonly KeyctlOrder['kind'][]): string {
  if (others.length > 0) return 'leave it out';
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
