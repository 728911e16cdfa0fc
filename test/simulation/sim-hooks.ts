// Hooks of a simulated operator: programs and services that do what they are asked, fail, hang, say no, or see that
// something went wrong. What they really did is the truth, whatever a run heard of it.

import type { Hook, HookAnswer, HookOrder, UserHooks } from '../../src/engine/hooks.ts';
import type { Dice } from './dice.ts';
import { never, type SimProcess } from './machine.ts';
import type { Task } from './sim-run.ts';
import { MINUTE_MS, type Stage } from './stage.ts';

type Trouble = 'fails' | 'lost' | 'hangs' | 'veto' | 'red' | 'dies' | 'forgotten';
type Around = Pick<Stage, 'faults' | 'world' | 'schedule'>;

/** So long an old key that went is watched. */
const WATCH_MINUTES = 10;

export class SimHooks {
  readonly #dice: Dice;
  readonly #tells: boolean;
  readonly #asks: boolean;
  readonly #watches: boolean;
  readonly isRepeatable: boolean;
  /** How probable each trouble is in this seed. */
  readonly #chances: Readonly<Record<Trouble, number>>;
  /** How often the readers of a rotation were really told. */
  readonly told = new Map<string, number>();
  /** The last answer that each process got about a rotation. */
  readonly #answers = new Map<string, boolean>();
  /** Old keys after whose end something went wrong, until they are Active again, and in which rotation. */
  readonly red = new Map<string, string>();
  /** Of each rotation, whether anything goes wrong once its old key is Inactive. */
  readonly #goesWrong = new Map<string, boolean>();

  constructor(dice: Dice) {
    this.#dice = dice;
    this.#tells = dice.chance(0.8);
    this.#asks = dice.chance(0.7);
    this.#watches = dice.chance(0.6);
    this.isRepeatable = dice.chance(0.5);
    const drawn = (highest: number) => (dice.chance(0.7) ? highest * dice.fraction() : 0);
    this.#chances = {
      fails: drawn(0.5),
      lost: drawn(0.6),
      hangs: drawn(0.2),
      veto: drawn(0.9),
      red: drawn(0.9),
      dies: drawn(0.4),
      forgotten: drawn(0.7),
    };
  }

  /** Undefined for a process that is called without the configuration. */
  of(process: SimProcess, task: Task, around: Around): UserHooks | undefined {
    const knows = task.kind === 'rotate' || task.kind === 'dry-run' || task.kind === 'apply';
    if (!knows || this.#hits('forgotten', around)) return undefined;
    const hook = (label: string, ask: (order: HookOrder) => HookAnswer): Hook => ({
      ...{ mark: label, label, isRepeatable: this.isRepeatable },
      run: async (order) => {
        await this.#travel(process, around);
        const answer = ask(order);
        process.note(`${label} for ${order.user}: ${answer.kind}`);
        const ends = answer.kind !== 'yes' || label === 'tell';
        if (ends && this.#hits('dies', around)) process.die('killed beside a hook');
        if (process.dies()) return await never();
        return answer;
      },
    });
    const watch = {
      ...hook('watch', (order) => this.#look(order, around)),
      minutes: WATCH_MINUTES,
      everyMs: MINUTE_MS,
    };
    return {
      'after-deliver': this.#tells ? [hook('tell', (order) => this.#tell(order, around))] : [],
      'before-retire': this.#asks
        ? [hook('ask', (order) => this.#ask(process, order, around))]
        : [],
      'after-retire': this.#watches ? [watch] : [],
      endWave: () => {},
    };
  }

  /** Whether the person who is asked about hooks gets to it before the next runs. */
  isAnswered(): boolean {
    return this.#dice.chance(0.4);
  }

  /** Whether the last answer that the process got about the rotation was yes. */
  hasAgreed(process: SimProcess, rotation: string): boolean {
    return this.#answers.get(`${process.name} ${rotation}`) === true;
  }

  async #travel(process: SimProcess, around: Around): Promise<void> {
    if (process.dies()) return await never();
    const hangs = this.#hits('hangs', around);
    await process.wait(hangs ? this.#dice.below(20 * MINUTE_MS) : this.#dice.between(5, 5_000));
    if (process.dies()) return await never();
  }

  #tell({ rotation }: HookOrder, around: Around): HookAnswer {
    if (this.#hits('fails', around)) return { kind: 'failed', reason: 'exit 1', isKnown: true };
    const isLost = this.#hits('lost', around);
    if (!isLost || this.#dice.chance(0.5)) {
      this.told.set(rotation, (this.told.get(rotation) ?? 0) + 1);
    }
    return isLost ? { kind: 'failed', reason: 'no answer', isKnown: false } : { kind: 'yes' };
  }

  #ask(process: SimProcess, { rotation }: HookOrder, around: Around): HookAnswer {
    const isNo = this.#hits('veto', around);
    this.#answers.set(`${process.name} ${rotation}`, !isNo);
    return isNo ? { kind: 'no', reason: 'not now' } : { kind: 'yes' };
  }

  #look({ rotation, oldKeyId }: HookOrder, around: Around): HookAnswer {
    const key = around.world.key(oldKeyId);
    if (key?.status !== 'Inactive') {
      this.red.delete(oldKeyId);
      return { kind: 'yes' };
    }
    const goesWrong = this.#goesWrong.get(rotation) ?? this.#hits('red', around);
    this.#goesWrong.set(rotation, goesWrong);
    if (!goesWrong) return { kind: 'yes' };
    this.red.set(oldKeyId, rotation);
    return { kind: 'no', reason: 'readers are refused' };
  }

  #hits(what: Trouble, { faults }: Around): boolean {
    return faults.areOn && this.#dice.chance(this.#chances[what]);
  }
}
