// What goes wrong in a simulation, how often, and how often it did. Each seed draws its own mixture,
// so that some seeds have a single kind of trouble and others all of them.

import type { Dice } from './dice.ts';

/** Each with its highest probability per occasion; the comment says what the occasion is. */
const HIGHEST = {
  // Per call to AWS.
  throttled: 0.15,
  'server-error': 0.1,
  'request-lost': 0.1,
  'reply-lost': 0.15,
  'write-lands-late': 0.1,
  'write-lands-twice': 0.1,
  'stale-list': 0.15,
  'lookup-denied': 0.1,
  // Per call about the credential report.
  'report-denied': 0.3,
  'report-slow': 0.7,
  'report-cut': 0.3,
  'count-denied': 0.5,
  // Per user in a credential report.
  'report-misses-user': 0.1,
  // Per call for the account details, and per user in them.
  'details-denied': 0.3,
  'details-miss-user': 0.1,
  // Per intent that is on disk, before its request; and per such request, which never reaches AWS.
  'stops-at-intent': 0.3,
  'create-lost': 0.3,
  // Per new or deactivated key.
  'key-accepted-late': 0.5,
  'dead-key-alive': 0.5,
  // Per call to a destination.
  'destination-fails': 0.15,
  'destination-lands-late': 0.1,
  'destination-forgets': 0.15,
  // Per round and user whose secret it is.
  'secret-rotates-itself': 0.3,
  // Per operation of the disk.
  'disk-error': 0.004,
  'short-write': 0.01,
  // Per process.
  killed: 0.5,
  'power-cut': 0.25,
  interrupted: 0.2,
  suspended: 0.2,
  'second-process': 0.5,
  'place-forgotten': 0.3,
  // Per round.
  'disk-full': 0.3,
  'clock-jump': 0.4,
  'clock-beyond': 0.15,
  'operator-undoes': 1,
  'operator-names-orphans': 1,
  'operator-tidies-handoffs': 0.6,
  'operator-retires-idle': 1,
  // Per request for a key that does not come through.
  'operator-helps': 1,
  // Per round and user.
  'operator-creates': 0.3,
  'operator-deactivates': 0.3,
  'operator-reactivates': 0.3,
  'operator-deletes': 0.3,
  'operator-takes-secret': 0.3,
  'operator-renames': 0.3,
  'operator-restores-place': 0.3,
  'operator-reshapes-place': 0.15,
  'operator-mixes-pair': 0.15,
  'operator-puts-foreign-pair': 0.15,
} as const;

/** The same, with chances of their own: whatever is added here changes nothing of the rest of a seed. */
const HIGHEST_OF_LATER = {
  // Per question for a last use: AWS knows of none any more.
  'uses-forgotten': 0.3,
  // Per run: it is called with another deadline for old keys, or with none.
  'deadline-changes': 0.6,
  // Per round: a plan of its beginning is applied in the middle of everything.
  'old-plan': 0.6,
} as const;

/** In worlds whose state is in tables, with chances of their own. */
const HIGHEST_OF_TABLES = {
  // Per request to the tables.
  'table-throttled': 0.1,
  'table-error': 0.05,
  'table-request-lost': 0.04,
  'table-reply-lost': 0.1,
  // Per write of them.
  'table-lands-late': 0.04,
  'table-lands-twice': 0.05,
  'sleeps-at-record': 0.02,
  // Per attempt of a change of a key: between the look at the claim and the sending, or before the look.
  'sleeps-at-change': 0.15,
  // Per call to KMS.
  'kms-fails': 0.1,
} as const;

export type FaultKind =
  | keyof typeof HIGHEST
  | keyof typeof HIGHEST_OF_LATER
  | keyof typeof HIGHEST_OF_TABLES;

const FIRST_KINDS = Object.keys(HIGHEST) as (keyof typeof HIGHEST)[];
const LATER_KINDS = Object.keys(HIGHEST_OF_LATER) as (keyof typeof HIGHEST_OF_LATER)[];

const TABLE_KINDS = Object.keys(HIGHEST_OF_TABLES) as (keyof typeof HIGHEST_OF_TABLES)[];

export const FAULT_KINDS: readonly FaultKind[] = [...FIRST_KINDS, ...LATER_KINDS, ...TABLE_KINDS];

export type FaultCounts = Record<FaultKind, number>;

export function noFaults(): FaultCounts {
  return Object.fromEntries(FAULT_KINDS.map((kind) => [kind, 0])) as FaultCounts;
}

/** None of the faults whose names begin so. */
export function noFaultOf(...groups: readonly string[]): Partial<FaultCounts> {
  const kinds = FAULT_KINDS.filter((kind) => groups.some((group) => kind.startsWith(group)));
  return Object.fromEntries(kinds.map((kind) => [kind, 0]));
}

export interface FaultDice {
  readonly dice: Dice;
  readonly later?: Dice;
  /** Where state is in tables. */
  readonly ofTables?: Dice | undefined;
}

export class Faults {
  readonly #dice: Dice;
  readonly #later: Dice;
  readonly #ofTables: Dice | undefined;
  readonly #probability: Record<FaultKind, number>;
  readonly counts: FaultCounts = noFaults();
  areOn = true;

  /** The faults of `forced` are as probable as it says, whatever the seed draws. */
  constructor({ dice, later = dice, ofTables }: FaultDice, forced: Partial<FaultCounts> = {}) {
    this.#dice = dice;
    this.#later = later;
    this.#ofTables = ofTables;
    const probability = noFaults();
    // One seed in eight has hardly any trouble, which keeps the referee itself honest.
    const isCalm = dice.chance(0.125);
    for (const kind of FIRST_KINDS) {
      const isPresent = dice.chance(isCalm ? 0.1 : 0.5);
      probability[kind] = isPresent ? HIGHEST[kind] * dice.fraction() : 0;
    }
    // Half of all seeds have no operator: there, nothing excuses a question to a person.
    if (dice.chance(0.5)) {
      Object.assign(probability, noFaultOf('operator-'));
    }
    for (const kind of LATER_KINDS) {
      const isPresent = later.chance(isCalm ? 0.1 : 0.5);
      probability[kind] = isPresent ? HIGHEST_OF_LATER[kind] * later.fraction() : 0;
    }
    for (const kind of ofTables === undefined ? [] : TABLE_KINDS) {
      const isPresent = ofTables?.chance(isCalm ? 0.1 : 0.5) ?? false;
      probability[kind] = isPresent ? HIGHEST_OF_TABLES[kind] * (ofTables?.fraction() ?? 0) : 0;
    }
    this.#probability = { ...probability, ...forced };
  }

  hit(kind: FaultKind): boolean {
    const dice = this.#diceOf(kind);
    if (dice === undefined || !this.areOn || !dice.chance(this.#probability[kind])) return false;
    this.counts[kind] += 1;
    return true;
  }

  #diceOf(kind: FaultKind): Dice | undefined {
    if (kind in HIGHEST_OF_TABLES) return this.#ofTables;
    return kind in HIGHEST_OF_LATER ? this.#later : this.#dice;
  }

  /** One of the forms that a later fault takes. */
  formOf<Form>(forms: readonly Form[]): Form {
    return this.#later.pick(forms);
  }
}
