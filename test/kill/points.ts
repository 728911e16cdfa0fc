// Where a run can be hurt: found by letting it run once unhurt and writing down each of its requests
// and each of its changes on disk.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FaultEffect } from '../../src/sandbox/index.ts';
import { Arena, type RunOptions } from './arena.ts';
import type { DiskMoment } from './mortal.ts';
import type { Scene } from './scene.ts';

/** A request by what it is about: the order of different users' requests is not the same twice. */
interface Call {
  readonly operation: string;
  readonly user: string;
  readonly nth: number;
}

export type Harm =
  /** kill -9 when the request has arrived, or when it is carried out and not yet answered. */
  | { readonly kind: 'killed'; readonly call: Call; readonly when: 'arrived' | 'committed' }
  | { readonly kind: 'killed-at-disk'; readonly moment: DiskMoment }
  | { readonly kind: 'reply'; readonly call: Call; readonly effect: FaultEffect['kind'] }
  | { readonly kind: 'deaf'; readonly stream: NonNullable<RunOptions['deaf']> };

export interface Point {
  readonly scene: Scene;
  readonly harm: Harm;
  /** Names it in failures; KEYTURN_TEST_KILL_POINT takes it. */
  readonly name: string;
}

export interface Course {
  readonly calls: readonly Call[];
  readonly changes: readonly Omit<DiskMoment, 'how'>[];
}

/** One run without harm. Throws when that alone goes wrong. */
export async function courseOf(scene: Scene, seed: string): Promise<Course> {
  const arena = await Arena.open(seed);
  try {
    await scene.prepare(arena);
    arena.remember();
    const trace = join(arena.folder, 'trace.txt');
    const { code, stderr } = await arena.run(scene.command, { trace });
    const calls = numbered(
      arena.requestsSince(0).map((entry) => `${entry.operation} of ${arena.userOf(entry)}`),
    ).map(({ name, nth }) => {
      const [operation = '', user = ''] = name.split(' of ');
      return { operation, user, nth };
    });
    // Whose state is in tables may change nothing here.
    const traced = existsSync(trace) ? readFileSync(trace, 'utf8').trimEnd().split('\n') : [];
    const changes = numbered(traced).map(({ name, nth }) => ({ change: name, nth }));
    const faults = await scene.faults(arena);
    if (code !== 0 || faults.length > 0) {
      throw new RangeError(`${scene.name} unhurt: exit ${code}, ${faults.join('; ')}\n${stderr}`);
    }
    return { calls, changes };
  } finally {
    await arena.close();
  }
}

function numbered(names: readonly string[]): { name: string; nth: number }[] {
  const counts = new Map<string, number>();
  return names.map((name) => {
    const nth = (counts.get(name) ?? 0) + 1;
    counts.set(name, nth);
    return { name, nth };
  });
}

export function requestPoints(scene: Scene, { calls }: Course): Point[] {
  return calls.flatMap((call, index) =>
    (['arrived', 'committed'] as const)
      // A read commits nothing: one of the two is enough, in turn.
      .filter((_, way) => isWrite(call) || way === index % 2)
      .map((when) => ({
        scene,
        harm: { kind: 'killed', call, when } as const,
        name: `${scene.name}: ${nameOf(call)} ${when}`,
      })),
  );
}

export function diskPoints(scene: Scene, { changes }: Course): Point[] {
  return changes.map(({ change, nth }) => {
    // Right before a write the disk is as right after the change before it.
    const how = change.startsWith('write ') ? 'half-way' : 'before';
    return {
      scene,
      harm: { kind: 'killed-at-disk', moment: { change, nth, how } },
      name: `${scene.name}: ${how} ${change} ${nth}`,
    };
  });
}

/** The connection is cut before the work, after it, or in the middle of the answer. */
export function replyPoints(scene: Scene, { calls }: Course): Point[] {
  return calls.flatMap((call, index) =>
    (['reset', 'drop-reply', 'truncate-body'] as const)
      // A read changes nothing: one of the three is enough, in turn.
      .filter((_, way) => isWrite(call) || way === index % 3)
      .map((effect) => ({
        scene,
        harm: { kind: 'reply', call, effect } as const,
        name: `${scene.name}: ${nameOf(call)} ${effect}`,
      })),
  );
}

export function deafPoints(scene: Scene): Point[] {
  return (['stdout', 'stderr', 'both'] as const).map((stream) => ({
    scene,
    harm: { kind: 'deaf', stream } as const,
    name: `${scene.name}: nobody reads ${stream}`,
  }));
}

export const isWrite = ({ operation }: Call): boolean =>
  /^(Create|Update|Delete|Put|Transact)/.test(operation);

function nameOf({ operation, user, nth }: Call): string {
  return `${operation} of ${user} ${nth}`;
}
