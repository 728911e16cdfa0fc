// A configuration as the settings of a run: what its rules, exemptions, windows, freezes and limits mean for each
// user of an account.

import { readReport } from '../../aws/report-inventory.ts';
import { KeyturnError as Fault, type KeyturnError, toKeyturnError } from '../../base/errors.ts';
import { comparableUserName } from '../../base/user-name.ts';
import { type AskedNames, askedFacts, namesAsked } from '../../config/asked-facts.ts';
import { evaluateUser, groupOf, type UserVerdict } from '../../config/evaluate.ts';
import { mayBegin } from '../../config/gate.ts';
import type { ConfiguredPlace } from '../../config/place-item.ts';
import { filledIn, isLossy, type TemplateFacts } from '../../config/place-template.ts';
import type { Config } from '../../config/read-config.ts';
import { type AccountFacts, type Asked, askedBy, type UserFacts } from '../../config/select.ts';
import { layersOf, type Overrides, type Settings, settingsOf } from '../../config/settings.ts';
import type { UserHooks } from '../../engine/hooks.ts';
import type { OldKeyFate } from '../../lifecycle/record.ts';
import type { Deliveries } from '../account-work.ts';
import { HookOpener } from '../hooks/open-hooks.ts';
import type { DeliveryRequest } from '../open-destinations.ts';
import {
  type AccountAtHand,
  type Governance,
  type HeldBack,
  NONE_DUE,
  type Room,
  type RunSettings,
  type UserSettings,
  type UserTurn,
} from '../run-settings.ts';
import type { AccountDirectory } from './account-directory.ts';
import { dueFrom, governedBy } from './governed-by.ts';
import { Limits } from './limits.ts';
import { assertMeant } from './meant-account.ts';
import { hookTextsOf, placesOf } from './places-of-config.ts';
import { mayShare, SharedPlaces } from './shared-places.ts';
import { UserDirectory } from './user-facts.ts';
import { heldBy, unlessGoverned } from './user-turn.ts';

const FATES: Readonly<Record<Settings['retire']['value'], OldKeyFate>> = {
  'when-quiet': 'when-quiet',
  now: 'deactivate',
  never: 'keep',
};

export interface GovernanceOptions {
  readonly config: Config;
  /** What flags say beside the file. */
  readonly overrides: Overrides;
  /** Puts the recipients of the command line into a hand-off. */
  readonly finish: (request: DeliveryRequest) => DeliveryRequest;
  /** What is known of the accounts of the run. */
  readonly directory: Pick<AccountDirectory, 'of'>;
  /** The only rule whose users the run is about; about all when left out. */
  readonly onlyRule?: string | undefined;
}

export function governanceOf(options: GovernanceOptions): Governance {
  // One for all accounts of the run: limits are about all of it.
  const limits = new Limits(options.config.model.limits ?? {});
  const all = everySettings(options);
  const [youngest] = all.toSorted((a, b) => dueFrom(a) - dueFrom(b));
  const requests = ({ deliver }: Settings) =>
    (deliver.value ?? []).map((place) => options.finish(requestOf(place, options.config)));
  return {
    file: options.config.file,
    everywhere: all.map((settings) => requests(settings) as unknown as Deliveries),
    earliest: {
      daysThreshold: youngest?.daysThreshold.value ?? 0,
      lookAheadDays: youngest?.lookAheadDays.value ?? 0,
    },
    settingsIn: async (account) => await new AccountGovernance(options, limits, account).read(),
  };
}

/** What every rule says, in every group of accounts. */
function everySettings({ config, overrides }: GovernanceOptions): readonly Settings[] {
  const { model } = config;
  const groups = model.accounts?.groups?.map((_, index) => index) ?? [undefined];
  return model.rules.flatMap((_, rule) =>
    groups.map((group) => settingsOf(layersOf(model, rule, group), overrides)),
  );
}

class AccountGovernance implements RunSettings {
  readonly #options: GovernanceOptions;
  readonly #limits: Limits;
  readonly #at: AccountAtHand;
  readonly #account: AccountFacts;
  readonly #turns = new Map<string, UserTurn>();
  readonly #hooks: HookOpener;
  readonly #names: AskedNames;
  readonly #users: UserDirectory;
  #shared: SharedPlaces | undefined;

  constructor(options: GovernanceOptions, limits: Limits, at: AccountAtHand) {
    this.#options = options;
    this.#limits = limits;
    this.#at = at;
    const { config, overrides, directory } = options;
    this.#account = directory.of(at.gateway.caller.account);
    this.#hooks = new HookOpener(at);
    const everybody = mayShare(config, overrides);
    this.#users = new UserDirectory({ ...this.#asked(), everybody }, at);
    const { rules } = config.model;
    this.#names = namesAsked({ rules, exemptions: [...config.exemptions] }, this.#texts());
  }

  /** Reads what the configuration asks about, in as few calls as there are pages of users. */
  async read(): Promise<this> {
    assertMeant(this.#options.config, this.#account);
    await this.#users.describeAll();
    if (this.#asked().passwords) await this.#readPasswords();
    return this;
  }

  #asked(): Asked {
    const { config } = this.#options;
    return askedBy({ ...config.model, exemptions: config.exemptions }, this.#texts());
  }

  /** All that values of users are put into. */
  #texts(): readonly string[] {
    const { config, overrides } = this.#options;
    const texts = placesOf(config, overrides).map(({ template }) => template);
    return [...texts, ...hookTextsOf(config)];
  }

  async learn(users: readonly string[]): Promise<void> {
    await this.#users.learn(users);
  }

  async #readPasswords(): Promise<void> {
    const { gateway, clock, emit, signal } = this.#at;
    try {
      const { account } = gateway.caller;
      const { users } = await readReport(gateway, { clock, emit, signal, account });
      for (const { name, hasPassword } of users) {
        this.#users.add(name, { hasPassword });
      }
    } catch (thrown) {
      this.#untold(toKeyturnError(thrown));
    }
  }

  /** I11: whom nobody describes is not known, and neither with a tag nor without it. */
  #untold(error: KeyturnError): void {
    if (error.stops === 'run' || error.isStop) throw error;
    this.#at.emit({ code: 'users-not-described', errorCode: error.code, reason: error.message });
  }

  get shortlist(): RunSettings['shortlist'] {
    const { config, overrides } = this.#options;
    const group = groupOf(config, this.#account);
    const index = group.kind === 'group' ? group.index : undefined;
    const all = config.model.rules.map((_, rule) =>
      settingsOf(layersOf(config.model, rule, index), overrides),
    );
    const holds = all.flatMap(({ holdDays }) => holdDays.value ?? []);
    return {
      wanted: this.#at.asked ?? {
        kind: 'due-key',
        daysThreshold: Math.min(...all.map(dueFrom)),
      },
      cleanUpDays: holds.length === 0 ? undefined : Math.min(...holds),
    };
  }

  of(user: string): UserTurn {
    const key = comparableUserName(user);
    const known = this.#turns.get(key);
    if (known !== undefined) return known;
    const turn = this.#judge(user);
    this.#turns.set(key, turn);
    return turn;
  }

  isAbout(user: string): boolean {
    const { onlyRule, config, overrides } = this.#options;
    if (onlyRule === undefined) return true;
    const [account, facts] = [this.#account, this.#users.of(user)];
    const now = this.#at.clock.now();
    const { verdict } = evaluateUser(config, { account, user: facts, now, overrides });
    return verdict.kind === 'governed' && verdict.rule.name === onlyRule;
  }

  #judge(name: string): UserTurn {
    const { config, overrides } = this.#options;
    const user = this.#users.of(name);
    const now = this.#at.clock.now();
    const { verdict, ended } = evaluateUser(config, {
      account: this.#account,
      user,
      now,
      overrides,
    });
    for (const { owner, until } of ended) {
      if (verdict.kind === 'exempt')
        this.#at.emit({ code: 'exemption-ended', user: name, owner, until });
    }
    if (verdict.kind === 'governed') return this.#governed(verdict, user, now);
    return unlessGoverned(verdict, { name, config });
  }

  #governed(
    { settings, rule }: Extract<UserVerdict, { kind: 'governed' }>,
    user: UserFacts,
    now: Date,
  ): UserTurn {
    const { config } = this.#options;
    const gate = (step: 'rotate' | 'retire') => mayBegin(step, { config, settings }, now);
    const rotating = gate('rotate');
    if (rotating.kind === 'frozen') return { kind: 'left', held: heldBy(rotating, 'rotate') };
    const retiring = gate('retire');
    let deliver: Deliveries;
    let hooks: UserHooks;
    try {
      deliver = this.#deliveries(settings, user);
      this.#refuseShared(settings, user, now);
      hooks = this.#hooks.open(settings.hooks, this.#factsOf(user), (because) =>
        this.#limits.endWave(because),
      );
    } catch (thrown) {
      return { kind: 'refused', error: toKeyturnError(thrown) };
    }
    // A key that goes at once goes in the step that replaces it.
    const closed =
      settings.retire.value === 'now' && retiring.kind !== 'open' ? retiring : rotating;
    const notNow = closed.kind === 'open' ? undefined : heldBy(closed, 'rotate');
    const due = { kind: 'due-key', daysThreshold: dueFrom(settings) } as const;
    const wanted = this.#at.asked ?? due;
    const turn: UserSettings = {
      wanted: notNow === undefined ? wanted : NONE_DUE,
      wantedOtherwise: wanted,
      cleanUpDays: retiring.kind === 'open' ? settings.holdDays.value : undefined,
      oldKeyFate: FATES[settings.retire.value],
      retire: {
        quietDays: settings.quietDays.value,
        deadlineDays: settings.deadlineDays.value,
        heldBack: () =>
          retiring.kind === 'open' ? this.mayDeactivate(user.name) : heldBy(retiring, 'retire'),
      },
      deliver,
      isDeliverGiven: settings.deliver.path !== undefined,
      newPlaces: undefined,
      hooks,
      notNow,
      notRetiring: retiring.kind === 'open' ? undefined : heldBy(retiring, 'retire'),
      overdueDays: settings.promise?.maxAgeDays ?? settings.daysThreshold.value,
      governedBy: governedBy({ rule, settings, deliver, facts: askedFacts(this.#names, user) }),
    };
    this.#at.emit({ code: 'user-governed', user: user.name, rule: rule.name, line: rule.line });
    return { kind: 'work', settings: turn };
  }

  #factsOf({ name: user, tags = {} }: UserFacts): TemplateFacts {
    return { account: this.#account.id, accountName: this.#account.name, user, tags };
  }

  #deliveries({ deliver }: Settings, user: UserFacts): Deliveries {
    const { gateway } = this.#at;
    const facts = this.#factsOf(user);
    const ofGroup = regionOf(this.#options.config, this.#account);
    const requests = (deliver.value ?? []).map((each: ConfiguredPlace) => {
      const place = { ...each, region: each.region ?? ofGroup };
      const region = place.region ?? gateway.services.region;
      const template = filledIn(place, facts, region);
      return this.#options.finish(requestOf({ ...place, template }, this.#options.config));
    });
    return requests as unknown as Deliveries;
  }

  /** I14: throws `place-shared` and, where nobody tells what others have, `user-not-judged`. */
  #refuseShared({ deliver }: Settings, user: UserFacts, now: Date): void {
    const lossy = (deliver.value ?? []).filter(({ template }) => isLossy(template));
    if (!mayShare(this.#options.config, this.#options.overrides)) return;
    const isByTags = lossy.some(({ template }) => template.includes('{tag:'));
    if (isByTags && !this.#users.isWhole) {
      throw new Fault(
        'user-not-judged',
        `nobody tells whether another user has the tag that the place of ${user.name} is made from`,
        {
          hint: 'grant iam:GetAccountAuthorizationDetails, or put {user} into the name of the place',
        },
      );
    }
    this.#shared ??= new SharedPlaces(
      {
        ...this.#options,
        account: this.#account,
        region: regionOf(this.#options.config, this.#account) ?? this.#at.gateway.services.region,
        now,
      },
      this.#users.all(),
    );
    const found = this.#shared.sharedBy(user);
    if (found === undefined) return;
    throw new Fault(
      'place-shared',
      `${found.place} would be the place of ${user.name} and of ${found.other}`,
      {
        hint: 'put {user} without a filter into its name, or give one of the two a rule of their own',
      },
    );
  }

  opened(count: number): void {
    this.#limits.opened(count);
  }

  get room(): Room {
    return this.#limits.room;
  }

  mayRotate(user: string): HeldBack | undefined {
    return this.#limits.mayRotate(this.#account.id, user);
  }

  mayDeactivate(user: string): HeldBack | undefined {
    return this.#limits.mayDeactivate(this.#account.id, user);
  }

  failed(): void {
    this.#limits.failed();
  }

  hasFailedTooOften(): HeldBack | undefined {
    return this.#limits.hasFailedTooOften();
  }
}

/** Where places of AWS are in the accounts of a group, unless the place says it. */
export function regionOf(config: Config, account: AccountFacts): string | undefined {
  const group = groupOf(config, account);
  return group.kind === 'group' ? config.model.accounts?.groups?.[group.index]?.region : undefined;
}

function requestOf(
  { kind, template, form, region, newPlaces }: ConfiguredPlace,
  { forms }: Config,
): DeliveryRequest {
  return {
    ...{ kind, template },
    ...(form !== undefined && { form: forms.get(form) ?? form }),
    ...(region !== undefined && { region }),
    ...(newPlaces !== undefined && { newPlaces }),
  };
}
