// All kinds of places side by side in one account, each with the readers of its world, under daily runs with
// the default policy (I15). The readers work for a while before the first run, so that each key has a past.

import type { OldKeyFate } from '../../src/lifecycle/record.ts';
import {
  DEFAULT_ACCOUNT_ID as ACCOUNT,
  type Sandbox,
  startSandbox,
} from '../../src/sandbox/index.ts';
import { SeededRandom } from '../../src/sandbox/random.ts';
import { dailyRuns, THRESHOLD_DAYS } from './daily-run.ts';
import { DAY_MS, type OldKeyEnd, OldKeyEnds } from './old-key-ends.ts';
import { type PlaceOfUser, placeModels } from './place-models.ts';
import { PlaceHistory, Reader } from './reader.ts';
import { WORLDS } from './worlds.ts';

/** Longer than the rarest reader sleeps. */
const PAST_DAYS = 40;

/** AWS shows a use after that long, as a rule at the latest (docs/retirement.md). */
const USE_SHOWN_SECONDS = 4 * 60 * 60;

export interface Played {
  readonly kind: string;
  readonly variant: string;
  readonly user: string;
  /** On which day its key is due, of the runs. */
  readonly dueOn: number;
  readonly readers: readonly Pick<Reader, 'habit' | 'calls' | 'refused'>[];
  readonly end: OldKeyEnd | undefined;
}

export interface PlayedWorlds {
  readonly played: readonly Played[];
  readonly failures: readonly string[];
}

export interface Playing {
  readonly days: number;
  readonly oldKeyFate: OldKeyFate;
  /** On which days keys become due: of each world and reader there is one user for each. */
  readonly dueOn: readonly number[];
}

interface Actor extends Omit<Played, 'end' | 'readers'> {
  readonly place: PlaceOfUser;
  readonly history: PlaceHistory;
  readonly readers: readonly Reader[];
}

export async function playWorlds(playing: Playing): Promise<PlayedWorlds> {
  const closing: (() => void)[] = [];
  const ending = { after: (close: () => void) => void closing.push(close) };
  const sandbox = await startSandbox({
    seed: 'worlds',
    now: new Date('2026-01-01T03:00:00Z'),
    lastUsedLagSeconds: USE_SHOWN_SECONDS,
    reportSeconds: 0,
  });
  try {
    const { models, env } = await placeModels(sandbox, ending);
    const actors: Actor[] = [];
    for (const { kind, variant = '', readers } of WORLDS) {
      const model = models[kind];
      if (model === undefined) throw new Error(`there is no model of ${kind}`);
      for (const [number, habits] of readers.entries()) {
        for (const dueOn of playing.dueOn) {
          const user = `${kind}${variant.replace(/\W+/g, '-')}-${number}-${dueOn}`;
          sandbox.world.addUser(ACCOUNT, { name: user });
          const ageDays = THRESHOLD_DAYS - PAST_DAYS - dueOn + 0.5;
          const key = sandbox.world.addKey(ACCOUNT, user, { ageDays });
          const place = await model.make(user, key, variant);
          const about = { kind, variant, user, dueOn, place };
          actors.push({ ...about, ...readersOf(about.user, habits, sandbox) });
        }
      }
    }
    return await play(playing, { sandbox, actors, env });
  } finally {
    for (const close of closing.reverse()) close();
    await sandbox.close();
  }
}

function readersOf(
  user: string,
  habits: readonly Reader['habit'][],
  { clock }: Sandbox,
): Pick<Actor, 'history' | 'readers'> {
  const random = new SeededRandom(`reader ${user}`);
  const history = new PlaceHistory();
  const startMs = clock.nowMs();
  const readers = habits.map(
    (habit) => new Reader(habit, history, { startMs, phase: random.below(1000) / 1000 }),
  );
  return { history, readers };
}

interface Stage {
  readonly sandbox: Sandbox;
  readonly actors: readonly Actor[];
  readonly env: Readonly<Record<string, string>>;
}

async function play(
  { days, oldKeyFate }: Playing,
  { sandbox, actors, env }: Stage,
): Promise<PlayedWorlds> {
  const { clock, world } = sandbox;
  const places = new Map(actors.map(({ user, place }) => [user, place.deliver]));
  const [some] = [...places.values()];
  if (some === undefined) throw new Error('there is no place');
  const deliverOf = (user: string) => [places.get(user) ?? some] as const;
  const run = dailyRuns({ sandbox, oldKeyFate, deliverOf, env });
  /** What a run writes shows to readers when it is over, which is the latest that it can. */
  const look = async () => {
    for (const { history, place } of actors) history.saw(await place.read(), clock.nowMs());
  };
  const work = () => {
    for (const { readers } of actors) {
      for (const reader of readers) reader.playTo(world, clock.nowMs());
    }
  };
  await look();
  for (let past = 0; past < PAST_DAYS; past += 1) {
    sandbox.advance(DAY_MS);
    work();
  }
  const startMs = clock.nowMs();
  const old = new OldKeyEnds(sandbox);
  for (let day = 0; day < days; day += 1) {
    old.note(await run());
    await look();
    sandbox.advance(startMs + (day + 1) * DAY_MS - clock.nowMs());
    work();
    old.noteUses();
  }
  const ends = new Map(old.all().map((end) => [end.user, end]));
  const played = actors.map(({ place: _, history: __, ...actor }) => ({
    ...actor,
    end: ends.get(actor.user),
  }));
  return { played, failures: old.failures };
}
