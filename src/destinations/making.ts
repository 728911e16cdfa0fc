// Places that are made where they are missing. What does not exist is looked at as something that holds
// nothing; it is made before a key is, and from then on it is a place like any other.

import type {
  Entrance,
  Parameter,
  ParameterStore,
  SecretStore,
  ThingMaker,
} from '../base/aws-stores.ts';
import { toKeyturnError } from '../base/errors.ts';
import { Secret } from '../base/secret.ts';
import type { Making } from './destination.ts';
import { preparing } from './failure.ts';
import type { Opening } from './kind.ts';

/** A store in which nothing is missing, and what was found missing behind it. */
interface Filled<Store> {
  readonly store: Store;
  /** Undefined where nothing is to be made. */
  readonly making: Making | undefined;
}

/** Which of the names exist: asked once each, because a run that makes places asks for many. */
class Things {
  readonly #maker: ThingMaker;
  readonly #known = new Map<string, Promise<boolean>>();

  constructor(maker: ThingMaker) {
    this.#maker = maker;
  }

  async isMissing(name: string): Promise<boolean> {
    const known = this.#known.get(name) ?? this.#maker.isThere(name);
    this.#known.set(name, known);
    return !(await known);
  }

  making(names: readonly string[], { newPlaces, user }: Opening, region: string): Making {
    const missing = async (): Promise<string[]> => {
      const found = await Promise.all(names.map((name) => this.isMissing(name)));
      return names.filter((_, index) => found[index]);
    };
    return {
      missing: () => preparing(async () => (await missing()).map((name) => `${region}:${name}`)),
      make: () =>
        preparing(async () => {
          for (const name of await missing()) {
            await this.#maker.make(name, { tags: {}, ...newPlaces, user });
            this.#known.set(name, Promise.resolve(true));
          }
        }),
    };
  }
}

/**
 * AWS judges the right to read before it looks for the thing: whoever may not read it is told so although it does
 * not exist, and must not make what cannot be read back.
 */
async function unlessDenied(read: () => Promise<unknown>): Promise<void> {
  try {
    await read();
  } catch (thrown) {
    if (toKeyturnError(thrown).code === 'access-denied') throw thrown;
  }
}

interface Wanted {
  readonly region: string;
  readonly entrance?: Entrance | undefined;
  /** Everything that the place is made of. */
  readonly names: readonly string[];
}

export function filledSecrets(
  { region, names, entrance }: Wanted,
  opening: Opening,
): Filled<SecretStore> {
  const store = opening.aws.secretStore(region, entrance);
  // What an ARN names has been made by somebody.
  const isNamed = names.every((name) => !name.startsWith('arn:'));
  if (opening.newPlaces === undefined || !isNamed) return { store, making: undefined };
  const things = new Things(opening.aws.secretMaker(region, entrance));
  return {
    making: things.making(names, opening, region),
    store: {
      read: async (name, stage) => {
        if (!(await things.isMissing(name))) return await store.read(name, stage);
        await unlessDenied(() => store.read(name, stage));
        return undefined;
      },
      stage: (name, versionId, text) => store.stage(name, versionId, text),
      promote: (name, to, from) => store.promote(name, to, from),
      replicas: async (name) => (await store.replicas?.(name)) ?? [],
      rotator: async (name) => await store.rotator?.(name),
      otherStages: async (name) => (await store.otherStages?.(name)) ?? new Map(),
    },
  };
}

/** AWS's bound for a parameter of the Standard tier, which is what is made. */
const STANDARD_BYTES_MAX = 4_096;

const EMPTY: Parameter = {
  text: new Secret('{}'),
  isSecure: true,
  version: '0',
  modifiedAt: undefined,
};

export function filledParameters(
  { region, names, entrance }: Wanted,
  opening: Opening,
): Filled<ParameterStore> {
  const store = opening.aws.parameterStore(region, entrance);
  if (opening.newPlaces === undefined) return { store, making: undefined };
  const things = new Things(opening.aws.parameterMaker(region, entrance));
  return {
    making: things.making(names, opening, region),
    store: {
      read: async (name) => {
        if (!(await things.isMissing(name))) return await store.read(name);
        await unlessDenied(() => store.read(name));
        return EMPTY;
      },
      write: (name, text, how) => store.write(name, text, how),
      history: async (name) => ((await things.isMissing(name)) ? [] : await store.history(name)),
      room: async (name) =>
        (await things.isMissing(name))
          ? { bytesMax: STANDARD_BYTES_MAX, full: undefined }
          : await store.room(name),
    },
  };
}
