// Worlds that are run by a configuration: windows, freezes, exemptions and limits, drawn anew for each seed. The text
// is read and judged by the code; the numbers beside it are the referee's own.

import { AccountDirectory } from '../../src/app/config/account-directory.ts';
import { governanceOf } from '../../src/app/config/governance.ts';
import { NONE_DUE, type RunSettings, type UserTurn } from '../../src/app/run-settings.ts';
import { type Config, readConfig } from '../../src/config/read-config.ts';
import type { AccountWork } from '../../src/engine/account-work.ts';
import type { Wanted } from '../../src/lifecycle/decide-user.ts';
import type { Dice } from './dice.ts';
import { DAY_MS, HOLD_DAYS, HOUR_MS } from './stage.ts';

/** From an hour of the day in UTC to another one, on the same day. */
export interface Hours {
  readonly from: number;
  readonly to: number;
}

export interface Rules {
  readonly text: string;
  /** The end of the exemption of a user. */
  readonly exemptUntilMs: ReadonlyMap<string, number>;
  readonly freezes: readonly { readonly fromMs: number; readonly toMs: number }[];
  readonly rotate: Hours | undefined;
  readonly retire: Hours | undefined;
  readonly maxRotations: number | undefined;
  readonly maxDeactivations: number | undefined;
}

const RETIRE = { 'when-quiet': 'when-quiet', deactivate: 'now', keep: 'never' } as const;

export interface RulesAbout {
  readonly users: readonly string[];
  readonly oldKeyFate: keyof typeof RETIRE;
  readonly startMs: number;
}

/** In a third of the seeds; the others are run by flags. */
export function drawRules(dice: Dice, about: RulesAbout): Rules | undefined {
  if (!dice.chance(1 / 3)) return undefined;
  const { users, oldKeyFate, startMs } = about;
  const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  const exempt = users
    .filter(() => dice.chance(0.2))
    .map((user) => ({ user, untilMs: startMs + dice.between(5, 360) * DAY_MS }));
  const freezes = Array.from({ length: dice.below(4) }, () => {
    const fromMs = startMs + dice.below(200) * DAY_MS;
    return { fromMs, toMs: fromMs + dice.between(1, 30) * DAY_MS };
  });
  const rotate = dice.chance(0.5) ? drawHours(dice) : undefined;
  const retire = dice.chance(0.5) ? drawHours(dice) : undefined;
  const maxRotations = dice.chance(0.5) ? dice.between(1, 3) : undefined;
  const maxDeactivations = dice.chance(0.5) ? dice.between(1, 2) : undefined;
  const windows = [
    ...(rotate === undefined ? [] : [`rotate: ["${inWords(rotate)}"]`]),
    ...(retire === undefined ? [] : [`retire: ["${inWords(retire)}"]`]),
  ];
  const lines = [
    'version: 1',
    'rules:',
    '  - name: all',
    '    match: all',
    `    retire: ${RETIRE[oldKeyFate]}`,
    `    hold_days: ${HOLD_DAYS}`,
    '    deliver: [handoff]',
    ...(windows.length === 0 ? [] : [`    windows: {${windows.join(', ')}}`]),
    `limits: {max_rotations: ${maxRotations ?? 'none'}, max_deactivations: ${maxDeactivations ?? 'none'}, stop_after_failures: none}`,
    `freezes: [${freezes.map(({ fromMs, toMs }) => `{from: ${dayOf(fromMs)}, to: ${dayOf(toMs - 1)}, reason: simulated}`).join(', ')}]`,
    `exemptions: [${exempt.map(({ user, untilMs }) => `{match: {user: ${user}}, owner: somebody, reason: simulated exemption, until: ${dayOf(untilMs - 1)}}`).join(', ')}]`,
  ];
  const exemptUntilMs = new Map(exempt.map(({ user, untilMs }) => [user, untilMs]));
  const text = `${lines.join('\n')}\n`;
  return { text, exemptUntilMs, freezes, rotate, retire, maxRotations, maxDeactivations };
}

function drawHours(dice: Dice): Hours {
  const from = dice.below(12);
  return { from, to: from + dice.between(4, 12) };
}

const two = (hour: number) => `${String(hour).padStart(2, '0')}:00`;

function inWords({ from, to }: Hours): string {
  return `daily ${two(from)}-${two(to)}`;
}

export async function configOf({ text }: Rules, now: Date): Promise<Config> {
  const source = { file: 'keyturn.yaml', bytes: Buffer.from(text) };
  const load = async () => ({ reason: 'nothing is beside it' });
  const { config, faults } = await readConfig(source, { now, load });
  if (config !== undefined) return config;
  throw new RangeError(`a drawn configuration is refused: ${faults[0]?.message}\n${text}`);
}

/** What holds for each user of the account in one run. */
export async function settingsBy(
  config: Config,
  wanted: Wanted,
  account: AccountWork & { readonly run: string },
): Promise<RunSettings> {
  const directory = new AccountDirectory(config);
  const finish = (request: { readonly kind: string; readonly template: string }) => request;
  const governance = governanceOf({ config, overrides: {}, finish, directory });
  return asCalled(await governance.settingsIn(account), wanted, account);
}

/** Ages, days and places are those of the seed; when, for whom and how many is the configuration's word. */
function asCalled(inner: RunSettings, wanted: Wanted, { policy }: AccountWork): RunSettings {
  const turnOf = (turn: UserTurn): UserTurn => {
    if (turn.kind !== 'work') return turn;
    const { settings } = turn;
    const { heldBack } = settings.retire;
    return {
      kind: 'work',
      settings: {
        ...settings,
        wanted: settings.notNow === undefined ? wanted : NONE_DUE,
        wantedOtherwise: wanted,
        cleanUpDays: policy.cleanUpDays === undefined ? undefined : settings.cleanUpDays,
        oldKeyFate: policy.oldKeyFate,
        retire: { ...policy.retire, ...(heldBack !== undefined && { heldBack }) },
        isDeliverGiven: policy.replacesOwnKey,
      },
    };
  };
  return {
    ...{ shortlist: { wanted, cleanUpDays: policy.cleanUpDays } },
    learn: (users) => inner.learn(users),
    of: (user) => turnOf(inner.of(user)),
    get room() {
      return inner.room;
    },
    opened: (count) => inner.opened(count),
    mayRotate: (user) => inner.mayRotate(user),
    mayDeactivate: (user) => inner.mayDeactivate(user),
    failed: () => inner.failed(),
    hasFailedTooOften: () => inner.hasFailedTooOften(),
  };
}

/** Whether the hours are over, or not yet there. */
export function isShut(hours: Hours | undefined, atMs: number): boolean {
  if (hours === undefined) return false;
  const hour = Math.floor((atMs % DAY_MS) / HOUR_MS);
  return hour < hours.from || hour >= hours.to;
}
