// One run over the account in one simulated process: what src/app/rotate-account.ts joins, with
// simulated AWS, disk, clock and machine in the place of the real ones.

import pMap from 'p-map';
import { accountInventory, rememberKeys, rememberUses } from '../../src/app/account-inventory.ts';
import { findCandidates } from '../../src/app/find-candidates.ts';
import { asSettings, type RunSettings, sameForAll } from '../../src/app/run-settings.ts';
import { type PlannedFor, UserTurns } from '../../src/app/user-turns.ts';
import type { Inventory } from '../../src/aws/inventory.ts';
import type { AccessKeyId } from '../../src/base/access-key-id.ts';
import { toKeyturnError } from '../../src/base/errors.ts';
import type { EngineEvent, EventSink } from '../../src/base/events.ts';
import type { AccountWork } from '../../src/engine/account-work.ts';
import { foretellUser, type UserListed } from '../../src/engine/foretell-user.ts';
import { askedAbout, refuseUnasked } from '../../src/engine/named-orphans.ts';
import type { UserOutcome } from '../../src/engine/outcome.ts';
import { rotateUser } from '../../src/engine/rotate-user.ts';
import { undoRotation } from '../../src/engine/undo-rotation.ts';
import { hooksInDoubt } from '../../src/lifecycle/hooks.ts';
import type { LastUse } from '../../src/lifecycle/keys.ts';
import type { UsedKey } from '../../src/lifecycle/use-history.ts';
import { type Rules, settingsBy } from './governed.ts';
import type { SimProcess } from './machine.ts';
import { plannedIn } from './plans.ts';
import { openAccount, wantedOf } from './sim-account.ts';
import { changed, type SimRun, type Task } from './sim-run.ts';
import { type Stage, USE_IS_SHOWN_MS } from './stage.ts';
import { changeIn, foretoldIn, isBesides } from './told.ts';

export interface RunResult {
  readonly outcomes: readonly UserOutcome[];
  /** The code of the error that ended the run, if one did. */
  readonly fatal: string | undefined;
  /** Users about whom the run told that something is left to do. */
  readonly toldOf: ReadonlySet<string>;
  /** What it told of recovery, or foretold of it. */
  readonly besides: readonly string[];
  /** Every change of a key that it made, in the words of a plan. */
  readonly changes: readonly string[];
}

export async function oneRun(run: SimRun): Promise<RunResult> {
  const { stage, process } = run;
  const toldOf = new Set<string>();
  const besides: string[] = [];
  const changes: string[] = [];
  const emit = (event: EngineEvent) => {
    stage.referee.told(process, event);
    const change =
      run.task.kind === 'dry-run' ? foretoldIn(event) : isBesides(event) && changeIn(event);
    if (change) besides.push(change);
    const made = madeBy(event);
    if (made !== undefined) changes.push(made);
    if (event.code === 'key-unexplained') toldOf.add(event.user);
    if (run.task.kind !== 'dry-run') count(event, stage);
  };
  if (run.task.kind === 'apply') stage.referee.plans.applies(process, run.task.plan);
  try {
    const outcomes = await perform(run, emit);
    for (const outcome of outcomes) {
      process.note(`outcome ${describe(outcome)}`);
      if (outcome.rotation?.kind === 'failed') {
        toldOf.add(outcome.user);
        const { code, message } = outcome.rotation.error;
        // Nothing of a simulation damages a journal, so whoever says so is wrong.
        if (code === 'journal-damaged') stage.referee.fail('I11', message);
      }
      if (run.task.kind !== 'dry-run') stage.referee.quiet.tells(process, outcome);
    }
    stage.referee.ends(process);
    return { outcomes, fatal: undefined, toldOf, besides, changes };
  } catch (thrown) {
    const { code, message } = toKeyturnError(thrown);
    stage.referee.saw(message);
    process.note(`the run ends: ${code}: ${message}`);
    return { outcomes: [], fatal: code, toldOf, besides, changes };
  }
}

/** A change of a key that this run made, and not one that it found. */
function madeBy(event: EngineEvent): string | undefined {
  if (event.code === 'change-found') return undefined;
  if (event.code === 'key-created') return `${event.user}: a key created`;
  const change = changeIn(event);
  return change === undefined || !('user' in event) ? undefined : `${event.user}: ${change}`;
}

function count({ code }: EngineEvent, { counts }: Stage): void {
  if (code === 'rotation-done') counts.rotations += 1;
  if (code === 'rotation-started') counts.started += 1;
  if (code === 'rotation-resumed') counts.resumed += 1;
  if (code === 'key-deleted') counts.deleted += 1;
  if (code === 'rotation-undone') counts.undone += 1;
}

async function perform(run: SimRun, emit: EventSink): Promise<readonly UserOutcome[]> {
  const account = await openAccount(run, emit);
  if (run.task.kind === 'undo') {
    await undoRotation(run.task.user, undefined, account);
    return [];
  }
  if (run.task.kind === 'answer') {
    await answerHooks(run, account);
    return [];
  }
  return await rotateAll(run, account);
}

/** A person looks what was really done, and says so. */
async function answerHooks({ stage }: SimRun, { state }: AccountWork): Promise<void> {
  for (const { user } of await state.openUsers()) {
    await state.exclusively(user, async (log) => {
      const { open } = log.history;
      if (open === undefined) return;
      const end = stage.hooks?.told.has(open.id) ? 'done' : 'failed';
      for (const { mark } of hooksInDoubt(open)) {
        await log.record(open.id, { type: 'hook-ended', mark, end, by: 'operator' });
      }
    });
  }
}

async function rotateAll(run: SimRun, account: AccountWork): Promise<readonly UserOutcome[]> {
  const { process, settings, sabotage, task } = run;
  const wanted = wantedOf(run);
  const governing = await governingOf(run, account);
  const plan = task.kind === 'apply' ? task.plan : undefined;
  const plannedFor = plan && ((_account: string, user: string) => plannedIn(plan, user));
  const candidates = await examine(run, account, { governing, plannedFor });
  const readAt = account.clock.now();
  const { orphans } = account.policy;
  const asked: AccessKeyId[] = [];
  if (orphans.size > 0) {
    for (const { user, keys } of candidates) asked.push(...(await askedAbout(user, keys, account)));
    refuseUnasked(orphans, asked, account.policy.reach);
  }
  process.note(`looks at ${candidates.map(({ user }) => user).join(', ')}`);
  const turns = governing?.turns;
  const how = { dryRun: task.kind === 'dry-run', plannedFor };
  const plain = task.kind === 'dry-run' ? foretellUser : rotateUser;
  const perform = (one: UserListed) =>
    turns?.perform(one, account, how) ?? plain(one, wanted, forUser(one, account, run));
  const outcomes = await pMap(candidates, perform, { concurrency: settings.parallel });
  if (task.kind !== 'dry-run') await rememberUses(outcomes, account.state, readAt);
  return task.kind === 'dry-run'
    ? outcomes.map((one) => changed(one, sabotage.foretold))
    : outcomes;
}

function isPlanned({ user }: UserListed, { plan }: Extract<Task, { kind: 'apply' }>): boolean {
  return plannedIn(plan, user) !== undefined;
}

/** The account as it is for one user: within the plan, where one is applied. */
function forUser({ user }: UserListed, account: AccountWork, { task }: SimRun): AccountWork {
  if (task.kind !== 'apply') return account;
  return { ...account, policy: { ...account.policy, planned: plannedIn(task.plan, user) } };
}

interface Governing {
  readonly settings: RunSettings;
  readonly rules: Rules;
  readonly turns: UserTurns;
}

/** By a configuration, where the run is called with one; whoever names a user or a key by hand reads none. */
async function governingOf(run: SimRun, account: AccountWork): Promise<Governing | undefined> {
  const { task, governed } = run;
  const isByHand = ['recover', 'undo', 'answer'].includes(task.kind);
  if (governed === undefined || isByHand) return undefined;
  const named = { ...account, run: run.process.name };
  const settings = await settingsBy(governed.config, wantedOf(run), named);
  return { settings, rules: governed.rules, turns: new UserTurns(settings, account.emit) };
}

interface Examining {
  readonly governing: Governing | undefined;
  readonly plannedFor: PlannedFor | undefined;
}

async function examine(
  run: SimRun,
  account: AccountWork,
  { governing, plannedFor }: Examining,
): Promise<readonly UserListed[]> {
  const { stage, process, settings, task } = run;
  const { state, clock, policy } = account;
  const wanted = wantedOf(run);
  const { inventory: mode, parallel: maxParallel } = settings;
  const { cleanUpDays, orphans } = policy;
  const options = {
    inventory: mode,
    maxParallel,
    user: process.scope,
    wanted,
    cleanUpDays,
    orphans,
  };
  const sinceMs = stage.schedule.nowMs;
  const inventory = withUses(await accountInventory(account, options), stage);
  const seenAt = clock.now();
  await rememberKeys(inventory, state, seenAt);
  if (task.kind !== 'dry-run') refereeRemembers(stage, process, inventory, seenAt);
  const { oldKeyFate, retire } = policy;
  const deliver = [{ kind: 'handoff', template: '' }] as const;
  const own = { wanted, cleanUpDays, oldKeyFate, retire, deliver, isDeliverGiven: false };
  const judgedFrom = clock.now().getTime();
  const { candidates, held } = findCandidates(inventory, {
    user: process.scope,
    open: await state.openUsers(),
    settings: governing?.settings ?? sameForAll(asSettings(own)),
    now: clock.now(),
  });
  if (wanted.kind === 'recovery') return candidates;
  const { source, unreadable } = inventory;
  const looked = new Set([...candidates, ...held].map(({ user }) => user));
  const unread = new Set(unreadable.map(({ userName }) => userName));
  stage.referee.leftOut.examined(process, { sinceMs, source, looked, unread });
  const about =
    task.kind === 'apply' ? candidates.filter((one) => isPlanned(one, task)) : candidates;
  if (governing === undefined) return about;
  stage.referee.governs.judges(process, governing.rules, [judgedFrom, clock.now().getTime()]);
  return await governing.turns.withinLimits(about, account, {
    ...{ open: 0, plannedFor, concurrency: maxParallel },
  });
}

/** A credential report tells the last uses too, as they were some hours before it was made. */
function withUses(inventory: Inventory, { world }: Stage): Inventory {
  const { source } = inventory;
  if (source.kind !== 'credential-report') return inventory;
  const shownUntilMs = source.generatedAt.getTime() - USE_IS_SHOWN_MS;
  const present = [...world.keys()].filter(({ isDeleted }) => !isDeleted);
  const lastUses = present.map(({ user, createdAtMs, usesMs }): UsedKey => {
    const shown = usesMs.filter((atMs) => atMs <= shownUntilMs);
    const at = new Date(Math.max(...shown));
    const lastUse: LastUse = shown.length === 0 ? { used: 'never' } : { used: 'at', at };
    return { user, createdAt: new Date(createdAtMs), lastUse };
  });
  return { ...inventory, lastUses };
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
