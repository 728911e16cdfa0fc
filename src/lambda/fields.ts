// The fields of an event, judged before anything is done: one that is not known, or is not for this mode, is
// refused, because a field that is skipped would rotate keys for real.

import { closest } from '../base/closest.ts';
import { KeyturnError } from '../base/errors.ts';
import { isBoolean } from '../cli/flags/flag.ts';
import { ROTATE_FLAGS } from '../cli/rotate/flags.ts';

export type Mode = 'rotate' | 'list' | 'summary';

export type Fields = Readonly<Record<string, unknown>>;

type FlagName = keyof typeof ROTATE_FLAGS;

/** How AWS is reached, and what is logged. */
const EVERYWHERE = ['stateDir', 'region', 'logLevel', 'maxParallel'] as const;
/** Which accounts there are, and how they are entered. */
const ENTRANCE = ['roleName', 'externalId'] as const;

const FLAGS_OF: Readonly<Record<Mode, readonly FlagName[]>> = {
  rotate: [
    ...EVERYWHERE,
    ...ENTRANCE,
    ...(['daysThreshold', 'dryRun', 'beforeNextRun', 'retire', 'quietDays'] as const),
    ...(['retireDeadlineDays', 'user', 'cleanupInactive', 'inactiveDays', 'deliver'] as const),
    ...(['movedFrom', 'createMissing', 'createKmsKey', 'createTags', 'inventory'] as const),
    ...(['handoffRecipient', 'acceptVolatileState'] as const),
    ...(['custody', 'custodyIdentity', 'custodyKmsKey', 'custodyTags'] as const),
  ],
  list: [...EVERYWHERE, ...ENTRANCE, 'organization', 'accounts', 'excludeAccounts'],
  summary: [...EVERYWHERE],
};

const OWN_OF: Readonly<Record<Mode, readonly string[]>> = {
  rotate: ['account', 'users', 'slice', 'margin_seconds', 'report'],
  list: ['slices'],
  summary: ['listed'],
};

const OF_ALL = ['mode', 'run', 'config'];

const MODES: readonly Mode[] = ['rotate', 'list', 'summary'];

export interface EventRead {
  readonly mode: Mode;
  /** Those that are no flag. */
  readonly own: Fields;
  /** Flags as words of a command line. */
  readonly args: readonly string[];
}

/** Throws `bad-value`, `unknown-flag`. */
export function readEvent(event: unknown): EventRead {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) {
    throw new KeyturnError('bad-value', 'the event is no JSON object', {
      hint: 'hand in an object, such as {"account": "123456789012"}',
    });
  }
  const given = fieldsOf(event);
  const mode = modeOf(Object.fromEntries(given).mode);
  const own: Record<string, unknown> = {};
  const args: string[] = [];
  for (const [field, value] of given) {
    const flag = flagOf(field, mode);
    if (flag !== undefined) args.push(...wordsOf(field, value, flag));
    else if ([...OF_ALL, ...OWN_OF[mode]].includes(field)) own[field] = value;
    else throw unknownField(field, mode);
  }
  return { mode, own, args };
}

/** Objects of fields, so that a state machine need not put them together. */
const NESTED = ['options', 'part'];

/** All fields, also those that stand in objects of fields. Throws `bad-value`, `repeated-flag`. */
function fieldsOf(event: object): readonly (readonly [string, unknown])[] {
  const found = new Map<string, unknown>();
  for (const [field, value] of Object.entries(event)) {
    if (isLeftOut(field, value)) continue;
    const isNested = NESTED.includes(field);
    if (isNested && (typeof value !== 'object' || Array.isArray(value))) {
      throw wrong(field, 'an object of fields', value);
    }
    for (const [name, each] of isNested ? Object.entries(value) : [[field, value] as const]) {
      if (isLeftOut(name, each)) continue;
      if (found.has(name)) {
        throw new KeyturnError('repeated-flag', `field ${name} is given twice`, {
          hint: 'keep one of them; options and part are objects of fields',
        });
      }
      found.set(name, each);
    }
  }
  return [...found];
}

/**
 * What a state machine has no value for it hands on as null. A run that was meant to look must not become one that
 * changes keys by that, or by an empty text.
 */
function isLeftOut(field: string, value: unknown): boolean {
  if (value !== undefined && field === fieldOf('dryRun') && typeof value !== 'boolean') {
    throw wrong(field, 'true or false', value);
  }
  return value === null || value === undefined;
}

function modeOf(given: unknown): Mode {
  const mode = MODES.find((each) => each === (given ?? 'rotate'));
  if (mode !== undefined) return mode;
  throw wrong('mode', 'rotate, list or summary', given);
}

/** The name of a flag as a field. */
function fieldOf(flag: FlagName): string {
  return ROTATE_FLAGS[flag].names[0].replaceAll('-', '_');
}

function flagOf(field: string, mode: Mode): FlagName | undefined {
  return FLAGS_OF[mode].find((flag) => fieldOf(flag) === field);
}

function wordsOf(field: string, value: unknown, flag: FlagName): readonly string[] {
  const values = Array.isArray(value) ? value : [value];
  const { rule } = ROTATE_FLAGS[flag];
  return values.map((each) => {
    const isText = ['string', 'number', 'boolean'].includes(typeof each);
    if (!isText) throw wrong(field, rule.takes, each);
    if (isBoolean(ROTATE_FLAGS[flag]) && typeof each !== 'boolean' && each !== '') {
      throw wrong(field, 'true or false', each);
    }
    return `--${ROTATE_FLAGS[flag].names[0]}=${each}`;
  });
}

function unknownField(field: string, mode: Mode): KeyturnError {
  const known = [...OF_ALL, ...OWN_OF[mode], ...FLAGS_OF[mode].map(fieldOf)];
  const other = MODES.find((each) => flagOf(field, each) || OWN_OF[each].includes(field));
  const near = closest(field, known);
  const shown = JSON.stringify(field.slice(0, 80));
  if (other !== undefined) {
    return new KeyturnError('unknown-flag', `field ${shown} is not for mode ${mode}`, {
      hint: `it is for mode ${other}; leave it out here`,
    });
  }
  return new KeyturnError('unknown-flag', `unknown field ${shown}`, {
    hint:
      near === undefined
        ? `with mode ${mode} it takes ${known.toSorted().join(', ')}`
        : `did you mean ${near}?`,
  });
}

/** A value that a field does not take. */
export function wrong(field: string, takes: string, value: unknown): KeyturnError {
  const shown = JSON.stringify(value) ?? 'undefined';
  const cut = shown.length > 80 ? `${shown.slice(0, 77)}...` : shown;
  return new KeyturnError('bad-value', `${field} takes ${takes}, not ${cut}`);
}

/** A text; undefined where it is absent or empty. Throws `bad-value`. */
export function textField(own: Fields, name: string, takes: string): string | undefined {
  const value = own[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value === 'string') return value;
  throw wrong(name, takes, value);
}

/** A whole number within bounds; undefined where it is absent. Throws `bad-value`. */
export function numberField(
  own: Fields,
  name: string,
  [min, max]: readonly [number, number],
): number | undefined {
  const value = own[name];
  if (value === undefined) return undefined;
  if (Number.isInteger(value) && Number(value) >= min && Number(value) <= max) return Number(value);
  throw wrong(name, `a whole number from ${min} to ${max}`, value);
}
