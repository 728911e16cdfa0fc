// The hooks of a user as a configuration says them, ready to be asked: by a program, a service or an alarm.

import type { AccountGateway } from '../../aws/gateway.ts';
import { createLimiter, type Limiter } from '../../aws/limiter.ts';
import type { Clock } from '../../base/clock.ts';
import {
  type AnyHook,
  type FilledHook,
  filledHook,
  type Method,
  USUAL_METHODS,
} from '../../config/filled-hook.ts';
import type { HookSettings } from '../../config/hooks-settings.ts';
import type { TemplateFacts } from '../../config/place-template.ts';
import type { Hook, HookAnswer, HookOrder, UserHooks } from '../../engine/hooks.ts';
import { retryAfter } from '../../http/next-try.ts';
import { meaningOf, type RawAnswer } from '../../lifecycle/hook-answer.ts';
import { HOOK_WORDS, type HookMoment } from '../../lifecycle/hooks.ts';
import { nodePrograms } from '../node-programs.ts';
import { placeCredentials } from '../place-credentials.ts';
import { placeHttp } from '../place-http.ts';
import { askAlarm } from './ask-alarm.ts';
import { askProgram } from './ask-program.ts';
import { askService } from './ask-service.ts';

const EVERY_S = 30;
/** Programs that run at the same time; users are many. */
const PROGRAMS_MAX = 8;

export interface HookSurroundings {
  readonly gateway: AccountGateway;
  readonly clock: Clock;
  /** Names the run, as the journal does. */
  readonly run: string;
}

/** One for all users of an account: they share connections, credentials and the room for programs. */
export class HookOpener {
  readonly #around: HookSurroundings;
  readonly #programs;
  readonly #credentials;
  readonly #http;
  readonly #room: Limiter = createLimiter(PROGRAMS_MAX);

  constructor(around: HookSurroundings) {
    const { gateway, clock } = around;
    this.#around = around;
    this.#programs = nodePrograms(gateway.env);
    this.#credentials = placeCredentials(gateway.env, this.#programs);
    this.#http = placeHttp(gateway, clock);
  }

  /** Throws `not-deliverable` for a placeholder that does not fit the user. */
  open(
    { afterDeliver, beforeRetire, afterRetire }: HookSettings,
    facts: TemplateFacts,
    endWave: (because: string) => void,
  ): UserHooks {
    const { region } = this.#around.gateway.services;
    const own = (hook: AnyHook, usual: Method): FilledHook =>
      filledHook(hook, { facts, region, usual });
    const { after_deliver: tells, before_retire: asks, after_retire: looks } = USUAL_METHODS;
    return {
      'after-deliver': afterDeliver.value.map((hook) => this.#hook(own(hook, tells))),
      'before-retire': beforeRetire.value.map((hook) => this.#hook(own(hook, asks))),
      'after-retire': afterRetire.value.map((watch) => ({
        ...this.#hook(own(watch, looks)),
        minutes: watch.minutes,
        everyMs: Math.min((watch.every_s ?? EVERY_S) * 1_000, watch.minutes * 60_000),
      })),
      endWave,
    };
  }

  #hook(what: FilledHook): Hook {
    return {
      mark: what.mark,
      label: what.label,
      isRepeatable: what.isRepeatable,
      run: async (order, signal) => this.#answer(what, order, signal),
    };
  }

  async #answer(
    what: FilledHook,
    order: HookOrder,
    signal: AbortSignal | undefined,
  ): Promise<HookAnswer> {
    const raw = await this.#ask(what, order, signal);
    const meaning = meaningOf(order.on, raw);
    if (meaning.kind !== 'no' || raw.retryAfter === undefined) return meaning;
    const now = this.#around.clock.now();
    const waitMs = retryAfter(raw.retryAfter, now);
    return waitMs === undefined
      ? meaning
      : { ...meaning, askAgainAt: new Date(now.getTime() + waitMs) };
  }

  async #ask(
    what: FilledHook,
    order: HookOrder,
    signal: AbortSignal | undefined,
  ): Promise<RawAnswer & { readonly retryAfter?: string | undefined }> {
    const { on } = order;
    const timeoutMs = what.timeoutS * 1_000;
    const facts = factsOf(order, this.#around.run);
    const { gateway } = this.#around;
    if (what.words !== undefined) {
      const release = await this.#room.acquire(signal);
      try {
        const around = { programs: this.#programs, env: gateway.env };
        return await askProgram({ words: what.words, facts, timeoutMs, signal }, around);
      } finally {
        release();
      }
    }
    if (what.url !== undefined) {
      return await askService(
        {
          ...{ url: what.url, method: what.method, auth: what.auth },
          ...{ facts, timeoutMs, isRepeatable: what.isRepeatable || on !== 'after-deliver' },
          endsWithRun: on !== 'after-deliver' || what.isRepeatable,
          takesPages: on === 'after-retire',
        },
        { http: this.#http, credentials: this.#credentials },
      );
    }
    return await askAlarm({ name: what.alarm ?? '', region: what.region }, gateway);
  }
}

/** What a hook is told; docs/tasks/hooks.md lists it. */
function factsOf(order: HookOrder, run: string) {
  return {
    keyturn_hook: 1,
    event: HOOK_WORDS[order.on satisfies HookMoment],
    account_id: order.account,
    user_name: order.user,
    old_key_id: order.oldKeyId,
    new_key_id: order.newKeyId,
    places: order.places,
    rotation_id: order.rotation,
    run_id: run,
    attempt: order.attempt,
  };
}
