// Reads places for the keys that they show: some kinds at once, each by its own listing, and all of them as one
// list. What a place holds is looked at and dropped; key IDs and names of fields stay.

import type { AccountGateway } from '../../aws/gateway.ts';
import type { Clock } from '../../base/clock.ts';
import { type KeyturnError, toKeyturnError } from '../../base/errors.ts';
import type { EventSink } from '../../base/events.ts';
import { homeOf } from '../../base/home.ts';
import { type FoundKey, foundIn, type LoneHalf } from '../../destinations/found-keys.ts';
import { kindNamed } from '../../destinations/kinds.ts';
import type { Looking, SeenPlace } from '../../destinations/listing.ts';
import { templateFault } from '../../destinations/place.ts';
import { nodePrograms } from '../node-programs.ts';
import { placeCredentials } from '../place-credentials.ts';
import { placeHttp } from '../place-http.ts';
import { saveOptions } from '../save-options.ts';

/** Which places are read: a kind, and what stands behind `KIND=`. */
export interface PlacePattern {
  readonly kind: string;
  /** Empty for all that can be reached. */
  readonly scope: string;
}

/** A place in which something was found, or which could not be read. */
export interface FoundPlace {
  readonly kind: string;
  readonly name: string;
  readonly region: string | undefined;
  /** Undefined where it is in none. */
  readonly account: string | undefined;
  readonly keys: readonly FoundKey[];
  /** Why nobody knows what it holds. */
  readonly unread: KeyturnError | undefined;
  /** Why it shows no more than this, in words; undefined where it shows all. */
  readonly hidden: string | undefined;
}

/** What became of one pattern. */
export interface ReadPattern extends PlacePattern {
  readonly account: string | undefined;
  readonly placesRead: number;
  readonly placesUnread: number;
  /** Why the places could not be listed, or not to the end. */
  readonly error: KeyturnError | undefined;
}

export interface ReadPlaces {
  readonly places: readonly FoundPlace[];
  readonly patterns: readonly ReadPattern[];
}

export interface ReadingContext {
  readonly gateway: AccountGateway;
  readonly clock: Clock;
  readonly emit: EventSink;
  readonly signal: AbortSignal;
}

/** One after the other: each service has its own pace, and a person sees which is under way. */
export async function readPlaces(
  patterns: readonly PlacePattern[],
  context: ReadingContext,
): Promise<ReadPlaces> {
  const looking = lookingFrom(context);
  const places: FoundPlace[] = [];
  const read: ReadPattern[] = [];
  for (const pattern of patterns) {
    const reading = new PatternReading(pattern, context);
    read.push(await reading.read(looking));
    places.push(...reading.places);
  }
  return { places, patterns: read };
}

function lookingFrom({ gateway, clock, signal }: ReadingContext): Looking {
  const programs = nodePrograms(gateway.env);
  return {
    aws: gateway.services,
    account: gateway.caller.account,
    files: (path) => saveOptions(path, clock),
    http: placeHttp(gateway, clock),
    credentials: placeCredentials(gateway.env, programs),
    home: homeOf(gateway.env),
    ...{ clock, programs, signal },
  };
}

/** Half of a pair that stands alone, by the name of its place. */
interface Half {
  readonly place: SeenPlace;
  readonly half: LoneHalf;
}

class PatternReading {
  readonly #pattern: PlacePattern;
  readonly #context: ReadingContext;
  readonly #found: FoundPlace[] = [];
  readonly #halves: Half[] = [];
  #read = 0;
  #unread = 0;

  constructor(pattern: PlacePattern, context: ReadingContext) {
    this.#pattern = pattern;
    this.#context = context;
  }

  /** Those that show a key, or what they hold to nobody. */
  get places(): readonly FoundPlace[] {
    return this.#found.map((place) => this.#withHalf(place));
  }

  async read(looking: Looking): Promise<ReadPattern> {
    const { kind, scope } = this.#pattern;
    const { signal } = this.#context;
    let error: KeyturnError | undefined;
    try {
      for await (const seen of kindNamed(kind)?.listing?.list(scope, looking) ?? []) {
        signal.throwIfAborted();
        this.#take(seen);
      }
    } catch (thrown) {
      error = toKeyturnError(thrown);
      if (error.isStop || signal.aborted) throw thrown;
    }
    const { account } = this;
    return { kind, scope, account, placesRead: this.#read, placesUnread: this.#unread, error };
  }

  get account(): string | undefined {
    const isInAccount = kindNamed(this.#pattern.kind)?.isInAccount === true;
    return isInAccount ? this.#context.gateway.caller.account : undefined;
  }

  #take(seen: SeenPlace): void {
    const { kind } = this.#pattern;
    const { name, region } = seen;
    const at = { kind, name, region, account: this.account };
    const nothing = { keys: [], unread: undefined, hidden: undefined };
    if (seen.kind === 'unread') {
      this.#unread += 1;
      this.#found.push({ ...at, ...nothing, unread: seen.error });
    } else if (seen.kind === 'hidden') {
      this.#unread += 1;
      const keys = seen.keyIds.map((id) => ({ id, deliver: name, problem: undefined }));
      this.#found.push({ ...at, ...nothing, keys: keys as FoundKey[], hidden: seen.why });
    } else {
      this.#read += 1;
      const { keys, half } = foundIn(name, seen);
      if (half !== undefined) this.#halves.push({ place: seen, half });
      const written = keys.map((key) => this.#writable(key));
      if (keys.length > 0) this.#found.push({ ...at, ...nothing, keys: written });
    }
    this.#context.emit({ code: 'places-listed', kind, read: this.#read, unread: this.#unread });
  }

  /** A name that `--deliver` would not take is shown, and not offered. */
  #writable(key: FoundKey): FoundKey {
    const rule = kindNamed(this.#pattern.kind)?.rule;
    if (key.deliver === undefined || rule === undefined) return key;
    // A brace of its own would be read as a placeholder.
    const isTaken = !/[{}]/.test(key.deliver) && templateFault(key.deliver, rule) === undefined;
    return isTaken
      ? key
      : { ...key, deliver: undefined, problem: 'its name is none that a delivery takes' };
  }

  /** A place that holds an ID and nothing else, with the only secret that lies beside it. */
  #withHalf(place: FoundPlace): FoundPlace {
    const isLone = this.#halves.some(
      ({ half, place: { name, region } }) =>
        half === 'id' && name === place.name && region === place.region,
    );
    if (!isLone) return place;
    const folder = folderOf(place.name);
    const beside = this.#halves.filter(
      ({ half, place: { name, region } }) =>
        folderOf(name) === folder && region === place.region && half !== undefined,
    );
    const secrets = beside.filter(({ half }) => half === 'secret');
    const [secret] = secrets;
    const isClear = secrets.length === 1 && beside.length === 2;
    if (secret === undefined || !isClear) return place;
    const deliver = `${place.name},${secret.place.name}`;
    return { ...place, keys: place.keys.map(({ id }) => ({ id, deliver, problem: undefined })) };
  }
}

function folderOf(name: string): string {
  return name.slice(0, name.lastIndexOf('/') + 1);
}
