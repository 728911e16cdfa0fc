// The kinds of store that there are. Adding one is a folder, a line here, and a row in the contract
// (test/state/contract.test.ts). A kind loads its store only when it is opened.

import type { AwsKeptTexts } from '../base/aws-custody.ts';
import type { AwsDataKeys, AwsTableMaker, AwsTables } from '../base/aws-tables.ts';
import type { Clock } from '../base/clock.ts';
import { KeyturnError } from '../base/errors.ts';
import type { Hint } from '../base/hint.ts';
import { newId } from '../base/new-id.ts';
import type { CustodyWish } from '../custody/wish.ts';
import { dynamodb } from './dynamodb/index.ts';
import { files } from './files/index.ts';
import type { StateStore } from './state-store.ts';

export interface StoreKind {
  /** How its places look, for people. */
  readonly takes: string;
  readonly isPlace: (place: string) => boolean;
  /** Whether anything is there; left out where a place that was never used cannot be told from an empty one. */
  readonly isThere?: (place: string) => Promise<boolean>;
  readonly open: (place: string, opening: StoreOpening) => Promise<StateStore>;
  /** What `make` makes, as a template for others to make it; left out where there is nothing. */
  readonly template?: (place: string, custody: CustodyWish) => Promise<string>;
  /** Makes what a run does not make by itself. Resolves with what was made, in words; safe to repeat. */
  readonly make: (place: string, opening: StoreOpening) => Promise<readonly string[]>;
  /** Looks at the place without changing it, and says of each thing how it is. */
  readonly examine: (place: string, opening: StoreOpening) => Promise<readonly Finding[]>;
  /** Why what is kept there will be lost, in words; undefined where nothing speaks against it. */
  readonly whyVolatile: (place: string, env: Environment) => Promise<string | undefined>;
}

/** One thing about a place of state. */
export interface Finding {
  /** `wrong` keeps runs from working; `doubtful` costs safety, or is not known. */
  readonly verdict: 'fine' | 'doubtful' | 'wrong';
  /** As in `table keyturn exists`. */
  readonly what: string;
  readonly hint?: Hint | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What a store at AWS is kept by, as the caller of the run. */
export interface AwsState {
  readonly tables: AwsTables;
  readonly dataKeys: AwsDataKeys;
  /** For whoever sets a store up. */
  readonly maker: () => Promise<AwsTableMaker>;
  /** In that region, or in the one that it was opened in. */
  readonly texts: (region: string | undefined) => Promise<AwsKeptTexts>;
}

export interface StoreOpening {
  readonly clock: Clock;
  /** Opens it in that region, or in the one of the run; asked by stores that are at AWS alone. */
  readonly aws: (region: string | undefined) => Promise<AwsState>;
  /** How new secrets are kept, and what opens those that are there. */
  readonly custody: CustodyWish;
  /** Names this process in everything that it records: a random ID. */
  readonly run: string;
}

const KINDS: readonly StoreKind[] = [files, dynamodb];

/** Makes what the place needs. Throws `bad-value` for a place that no kind takes. */
export async function makeState(
  place: string,
  opening: Omit<StoreOpening, 'run'>,
): Promise<readonly string[]> {
  return await kindOf(place).make(place, { ...opening, run: newId() });
}

/** Undefined where the first run makes all. Throws `bad-value` for a place that no kind takes. */
export async function templateOf(place: string, custody: CustodyWish): Promise<string | undefined> {
  return await kindOf(place).template?.(place, custody);
}

/** How it is with the place. Throws `bad-value` for a place that no kind takes. */
export async function examineState(
  place: string,
  opening: Omit<StoreOpening, 'run'>,
): Promise<readonly Finding[]> {
  return await kindOf(place).examine(place, { ...opening, run: newId() });
}

/** Whether a kind takes it as it is. A path that is not absolute depends on who reads it. */
export function isStatePlace(place: string): boolean {
  return KINDS.some((kind) => kind.isPlace(place));
}

/**
 * Opens the store at a place, for one run; `run` names one that several processes share. Throws `bad-value` for a
 * place that no kind takes.
 */
export async function openStateStore(
  place: string,
  opening: Omit<StoreOpening, 'run'>,
  run = newId(),
): Promise<StateStore> {
  return await kindOf(place).open(place, { ...opening, run });
}

/**
 * For a command that only tells or ends what earlier runs began: a slip in the name of the place would read as
 * "nothing is open". Throws `state-dir`.
 */
export async function requireFormerState(place: string): Promise<void> {
  if ((await kindOf(place).isThere?.(place)) !== false) return;
  throw new KeyturnError('state-dir', `there is no state directory ${place}`, {
    hint: 'check the name; the first run that rotates a key makes it',
  });
}

/** Why what is kept at the place will be lost. Throws `bad-value` for a place that no kind takes. */
export async function whyVolatile(place: string, env: Environment): Promise<string | undefined> {
  return await kindOf(place).whyVolatile(place, env);
}

function kindOf(place: string): StoreKind {
  const kind = KINDS.find(({ isPlace }) => isPlace(place));
  if (kind !== undefined) return kind;
  throw new KeyturnError('bad-value', `${JSON.stringify(place)} is no place for state`, {
    hint: `it takes ${KINDS.map(({ takes }) => takes).join(', or ')}`,
  });
}
