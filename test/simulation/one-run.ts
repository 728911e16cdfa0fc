// One run over the account in one simulated process: what src/app/rotate-account.ts joins, with
// simulated AWS, disk, clock and machine in the place of the real ones.

import pMap from 'p-map';
import { accountInventory, rememberKeys } from '../../src/app/account-inventory.ts';
import { findCandidates } from '../../src/app/find-candidates.ts';
import type { Inventory } from '../../src/aws/inventory.ts';
import { toKeyturnError } from '../../src/base/errors.ts';
import type { EngineEvent } from '../../src/base/events.ts';
import { foretellUser } from '../../src/engine/foretell-user.ts';
import type { UserOutcome } from '../../src/engine/outcome.ts';
import { rotateUser } from '../../src/engine/rotate-user.ts';
import type { SimProcess } from './machine.ts';
import { openAccount } from './sim-account.ts';
import { changed, type SimRun } from './sim-run.ts';
import type { Stage } from './stage.ts';

export interface RunResult {
  readonly outcomes: readonly UserOutcome[];
  /** The code of the error that ended the run, if one did. */
  readonly fatal: string | undefined;
  /** Users about whom the run told that something is left to do. */
  readonly toldOf: ReadonlySet<string>;
  /** What it told of recovery, or foretold of it. */
  readonly besides: readonly string[];
}

export async function oneRun(run: SimRun): Promise<RunResult> {
  const { stage, process } = run;
  const toldOf = new Set<string>();
  const besides: string[] = [];
  const emit = (event: EngineEvent) => {
    stage.referee.told(process, event);
    const change = run.isDry ? foretoldIn(event) : isBesides(event) && changeIn(event);
    if (change) besides.push(change);
    if (event.code === 'key-unexplained') toldOf.add(event.user);
    if (!run.isDry) count(event, stage);
  };
  try {
    const outcomes = await rotateAll(run, emit);
    for (const outcome of outcomes) {
      process.note(`outcome ${describe(outcome)}`);
      if (outcome.rotation?.kind === 'failed') toldOf.add(outcome.user);
    }
    stage.referee.ends(process);
    return { outcomes, fatal: undefined, toldOf, besides };
  } catch (thrown) {
    const { code, message } = toKeyturnError(thrown);
    stage.referee.saw(message);
    process.note(`the run ends: ${code}: ${message}`);
    return { outcomes: [], fatal: code, toldOf, besides };
  }
}

function count({ code }: EngineEvent, { counts }: Stage): void {
  if (code === 'rotation-done') counts.rotations += 1;
  if (code === 'rotation-started') counts.started += 1;
  if (code === 'rotation-resumed') counts.resumed += 1;
  if (code === 'key-deleted') counts.deleted += 1;
}

async function rotateAll(
  run: SimRun,
  emit: (event: EngineEvent) => void,
): Promise<readonly UserOutcome[]> {
  const { stage, process, settings, sabotage, isDry } = run;
  const { clock, scope: user } = process;
  const wanted = { kind: 'due-key', daysThreshold: settings.dueDays } as const;
  const account = await openAccount(run, wanted, emit);
  const { state, policy } = account;
  const { inventory: mode, parallel: maxParallel } = settings;
  const { cleanUpDays } = policy;
  const options = { inventory: mode, maxParallel, user, wanted, cleanUpDays };
  const sinceMs = stage.schedule.nowMs;
  const inventory = await accountInventory(account, options);
  const seenAt = clock.now();
  await rememberKeys(inventory, state, seenAt);
  if (!isDry) refereeRemembers(stage, process, inventory, seenAt);
  const { candidates } = await findCandidates(inventory, state, { ...options, now: clock.now() });
  const known = [
    ...candidates.map((candidate) => candidate.user),
    ...inventory.unreadable.map(({ userName }) => userName),
  ];
  const { source } = inventory;
  stage.referee.leftOut.examined(process, { sinceMs, source, names: new Set(known) });
  const perform = isDry ? foretellUser : rotateUser;
  const outcomes = await pMap(candidates, (one) => perform(one, wanted, account), {
    concurrency: settings.parallel,
  });
  return isDry ? outcomes.map((one) => changed(one, sabotage.foretold)) : outcomes;
}

/** I5: what was seen Active and is on disk now must hold the keys from now on. */
function refereeRemembers(
  { world, referee }: Stage,
  process: SimProcess,
  { users, source }: Inventory,
  seenAt: Date,
): void {
  const active = users.flatMap(({ keys }) => keys.filter((key) => key.status === 'Active'));
  if (Math.abs(process.machine.offsetMs) < 1) {
    referee.deletions.sightingsSaved(
      active.map(({ id }) => id),
      seenAt.getTime(),
    );
  }
  const { report } = world;
  if (source.kind !== 'credential-report') return;
  // Another process may have had a newer one made meanwhile.
  if (report === undefined || report.generatedAt.getTime() !== source.generatedAt.getTime()) return;
  referee.deletions.sightingsSaved(report.activeKeyIds, report.generatedAt.getTime());
}

function describe({ user, rotation, cleanup }: UserOutcome): string {
  const error = rotation?.kind === 'failed' ? `: ${rotation.error.message}` : '';
  const deleted = cleanup === undefined ? '' : `, deleted ${cleanup.deleted.join() || 'nothing'}`;
  return `${user}: ${rotation?.kind ?? 'nothing to rotate'}${error}${deleted}`;
}
