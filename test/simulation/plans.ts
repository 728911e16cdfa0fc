// I18, and that plan, dry run and run are one: plans are made by dry runs and applied by later processes; the
// referee holds each request of such a process against the plan that it applies.

import { planUserOf } from '../../src/app/plan/plan-user-entry.ts';
import { plannedOf } from '../../src/app/plan/planned-user.ts';
import { hasToDo } from '../../src/app/plan/to-do.ts';
import type { AccessKeyId } from '../../src/base/access-key-id.ts';
import { command } from '../../src/base/hint.ts';
import type { Planned, PlanStep } from '../../src/lifecycle/plan-step.ts';
import type { PlanDocument, PlanUser } from '../../src/reports/plan-document.ts';
import type { SimProcess } from './machine.ts';
import type { RunResult } from './one-run.ts';
import type { View } from './referee.ts';
import { ACCOUNT, type SimKey } from './world.ts';

/** What a dry run said, as a plan. */
export interface SimPlan {
  readonly id: string;
  readonly users: readonly PlanUser[];
}

let made = 0;

export function planFrom({ outcomes }: RunResult): SimPlan {
  made += 1;
  const known = outcomes.filter(({ plan }) => plan !== undefined);
  const users = known.map((outcome) =>
    planUserOf({
      ...{ account: ACCOUNT, user: outcome.user, outcome },
      ...{ held: undefined, governedBy: undefined },
    }),
  );
  return { id: `plan-${made}`, users };
}

/** What it says about a user, for the engine; undefined where it changes nothing of theirs. */
export function plannedIn(plan: SimPlan, user: string): Planned | undefined {
  const entry = plan.users.find((each) => each.user === user);
  if (entry === undefined || !hasToDo(entry)) return undefined;
  const document = { plan_id: plan.id } as PlanDocument;
  const again = command('keyturn', 'plan');
  return plannedOf({ plan: document, entry, governedBy: undefined, again, left: () => {} });
}

/** The changes that a plan names, in the words of a change that was told. */
export function changesNamed({ users }: SimPlan): readonly string[] {
  const words = {
    deactivate: 'Inactive',
    reactivate: 'Active',
    delete: 'deleted',
    discard: 'deleted',
  };
  return users.flatMap(({ user, keys }) =>
    keys.flatMap(({ steps }) =>
      steps.flatMap((step) => {
        if (step.do === 'create') return [`${user}: a key created`];
        const word = words[step.do as keyof typeof words];
        return word === undefined ? [] : [`${user}: ${step.key_id} ${word}`];
      }),
    ),
  );
}

/** Holds requests against plans. */
export class Plans {
  readonly #view: View;
  readonly #applied = new Map<SimProcess, SimPlan>();
  /** Of the user whom the process works on: whether the journal was as the plan saw it. */
  readonly #drifted = new Map<SimProcess, Map<string, string>>();

  constructor(view: View) {
    this.#view = view;
  }

  applies(process: SimProcess, plan: SimPlan): void {
    this.#applied.set(process, plan);
  }

  /** The process has the user for itself: what it finds in the journal is what it may go by. */
  enters(process: SimProcess, user: string): void {
    const plan = this.#applied.get(process);
    if (plan === undefined) return;
    const records = this.#view.seenJournal.recordsOf(user);
    const drifted = this.#drifted.get(process) ?? new Map<string, string>();
    this.#drifted.set(process, drifted);
    drifted.delete(user);
    if (records.at(-1)?.plan === plan.id) return;
    const { open } = plan.users.find((each) => each.user === user) ?? { open: null };
    const latest = records.findLast(({ rotation }) => rotation !== null)?.rotation ?? null;
    const count = records.filter(({ rotation }) => rotation === latest).length;
    const isMoved = open === null ? false : open.id !== latest || open.records !== count;
    if (isMoved) drifted.set(user, `its rotation was moved to record ${count} since`);
  }

  makes(process: SimProcess, { id, user }: SimKey, status: SimKey['status']): void {
    const word = status === 'Active' ? 'reactivate' : 'deactivate';
    this.sends(process, user, { do: word, keyId: id as AccessKeyId });
  }

  /** A key whose secret could not be kept is taken back by the process that made it. */
  deletes(process: SimProcess, { id, user }: SimKey): void {
    const last = this.#view.seenJournal.recordsOf(user).at(-1);
    const { step, run } = last ?? {};
    const isOwn = step?.type === 'discarding' && run === process.name;
    if (isOwn && step.reason === 'hand-off failed') return;
    const word = step?.type === 'deleting' ? 'delete' : 'discard';
    this.sends(process, user, { do: word, keyId: id as AccessKeyId });
  }

  /** A request that changes something is sent. */
  sends(process: SimProcess, user: string, step: PlanStep): void {
    const plan = this.#applied.get(process);
    if (plan === undefined) return;
    const { step: last, run } =
      this.#view.seenJournal.recordsOf(user).findLast((each) => each.step.type === 'undoing') ?? {};
    // What a watch has seen to go wrong is taken back by the process that did it.
    if (last !== undefined && run === process.name) return;
    const entry = plan.users.find((each) => each.user === user);
    const steps = (entry?.keys ?? []).flatMap((key) => key.steps);
    const isNamed = steps.some((each) => each.do === step.do && each.key_id === step.keyId);
    const what = `${process.name} applies ${plan.id} and sends ${step.do} ${step.keyId ?? ''}`;
    if (!isNamed) this.#view.fail('I18', `${what} of ${user}, which the plan does not name`);
    const drift = this.#drifted.get(process)?.get(user);
    if (drift !== undefined) this.#view.fail('I18', `${what} of ${user}, although ${drift}`);
  }
}
