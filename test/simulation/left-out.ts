// I11: a user whose key is due is among those whom a run looks at, or it says that it could not read their
// keys. What a credential report does not tell is no reason to leave somebody out.

import type { Inventory } from '../../src/aws/inventory.ts';
import type { SimProcess } from './machine.ts';
import type { View } from './referee.ts';
import { DAY_MS } from './stage.ts';
import type { SimKey, SimUser } from './world.ts';

/** How far clocks may be off for a key to be due by all of them. */
const MARGIN_MS = DAY_MS;

/** What a run has found out about the account. */
export interface Examined {
  /** When it began to ask. */
  readonly sinceMs: number;
  readonly source: Inventory['source'];
  /** Whom it looks at. */
  readonly looked: ReadonlySet<string>;
  /** Whose keys it could not read, and said so. */
  readonly unread: ReadonlySet<string>;
}

export class LeftOut {
  readonly #view: View;

  constructor(view: View) {
    this.#view = view;
  }

  examined(process: SimProcess, run: Examined): void {
    const { parts, fail } = this.#view;
    const isOff = Math.abs(process.machine.offsetMs) > MARGIN_MS / 2;
    if (process.scope !== undefined || isOff) return;
    for (const user of parts.world.users.values()) {
      if (this.#isNamed(user, run) || this.#isExcused(process, user, run)) continue;
      const due = parts.world.present(user).find((key) => this.#isDue(process, key, run));
      if (due !== undefined)
        fail('I11', `${process.name} leaves out ${user.name}, whose key ${due.id} is due`);
    }
  }

  /**
   * An old report has the former name of a user who was renamed since. A newcomer may have it now: then the
   * keys that are listed under it are not this user's, but where none could be listed nobody can tell.
   */
  #isNamed({ name, formerNames }: SimUser, { looked, unread }: Examined): boolean {
    const { users } = this.#view.parts.world;
    if (looked.has(name) || unread.has(name)) return true;
    return formerNames.some(
      (former) => unread.has(former) || (looked.has(former) && !users.has(former)),
    );
  }

  /** Nobody could tell that AWS named too few users; or the user had another name until now. */
  #isExcused(process: SimProcess, user: SimUser, { sinceMs, source }: Examined): boolean {
    const { parts, knowledge } = this.#view;
    const { report } = parts.world;
    const { isCountDenied, leftOut } = knowledge.of(process);
    if ((user.renamedMs ?? -1) >= sinceMs) return true;
    if (!isCountDenied || leftOut.has(user)) return isCountDenied;
    if (source.kind === 'scan') return false;
    const isTheirs = report?.generatedAt.getTime() === source.generatedAt.getTime();
    return !isTheirs || !report.users.has(user);
  }

  /** Also in the list that the process has read, where it has. */
  #isDue(process: SimProcess, key: SimKey, { source }: Examined): boolean {
    const { parts, knowledge } = this.#view;
    const { schedule, settings, world } = parts;
    const ageMs = schedule.nowMs - key.createdAtMs;
    if (key.status !== 'Active' || ageMs < settings.dueDays * DAY_MS + MARGIN_MS) return false;
    const changedMs = key.changedMs ?? -1;
    const viewMs = knowledge.of(process).viewMs.get(key.user);
    if (viewMs !== undefined && changedMs >= viewMs) return false;
    // AWS documents the date in the report as that of the last change, and then it says too little.
    return source.kind === 'scan' || changedMs < 0 || !world.reportsChanges;
  }
}
