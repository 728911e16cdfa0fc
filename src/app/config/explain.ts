// Use case of `keyturn explain`: which rule of a configuration governs a user, where each value was said, and
// what may begin now. Nothing is changed.

import type { AccountGateway } from '../../aws/gateway.ts';
import { readReport } from '../../aws/report-inventory.ts';
import type { Clock } from '../../base/clock.ts';
import { KeyturnError, toKeyturnError } from '../../base/errors.ts';
import type { EventSink } from '../../base/events.ts';
import { isSameUser } from '../../base/user-name.ts';
import { type Evaluation, evaluateUser, groupOf } from '../../config/evaluate.ts';
import type { Path } from '../../config/fault.ts';
import { writtenHooks } from '../../config/filled-hook.ts';
import { mayBegin } from '../../config/gate.ts';
import { filledIn } from '../../config/place-template.ts';
import { inDays } from '../../config/promise.ts';
import type { Config } from '../../config/read-config.ts';
import type { AccountFacts, UserFacts } from '../../config/select.ts';
import type { Said, Settings } from '../../config/settings.ts';
import { valueAt } from '../../config/shape.ts';
import { formLabel } from '../../destinations/forms/forms.ts';
import { targetFor } from '../../destinations/kinds.ts';
import type { ExplainReport } from '../../reports/explain-report.ts';
import { nothingOfAccount } from './account-directory.ts';
import { regionOf } from './governance.ts';
import { nothingOf, UserDirectory } from './user-facts.ts';

export interface ExplainedFacts {
  readonly account: AccountFacts;
  readonly user: UserFacts;
  /** The region of the run, which places of AWS are in. */
  readonly region: string;
  readonly from: 'aws' | 'flags';
}

export function explain(config: Config, facts: ExplainedFacts, now: Date): ExplainReport {
  const { account, user, from } = facts;
  const group = groupOf(config, account).kind;
  const evaluation = evaluateUser(config, { account, user, now });
  const isMeant = group === 'none' || group === 'group';
  const settings =
    isMeant && evaluation.verdict.kind === 'governed' ? evaluation.verdict.settings : undefined;
  const { places, problem } = placesFor(settings, config, facts);
  const where = (path: Path) => ({ file: config.file, line: config.at(path).line });
  return {
    username: user.name,
    account_id: account.id,
    account_name: account.name ?? null,
    facts: {
      from,
      path: user.path ?? null,
      groups: user.groups === undefined ? null : [...user.groups],
      tags: user.tags === undefined ? null : { ...user.tags },
      has_password: user.hasPassword ?? null,
    },
    ...(isMeant
      ? verdictOf(evaluation, config)
      : { verdict: 'account-not-meant', because: notMeant(group, config), rule: null }),
    passed_over: evaluation.passedOver.map(({ rule }) => ({
      name: rule.name,
      ...where(rule.path),
    })),
    values: settings === undefined ? [] : valuesOf(settings, config),
    places,
    problem,
    now: settings === undefined ? null : gatesOf(config, settings, now),
  };
}

function notMeant(kind: ReturnType<typeof groupOf>['kind'], { file }: Config): string {
  if (kind === 'never') return `the account is under "never" in ${file}: nobody in it is touched`;
  if (kind === 'in-no-group')
    return `no group of accounts in ${file} has the account: it is not entered`;
  return `it is not known which group of accounts in ${file} has the account: nobody tells what they ask`;
}

function verdictOf(
  { verdict }: Evaluation,
  { file, model }: Config,
): Pick<ExplainReport, 'verdict' | 'because' | 'rule'> {
  switch (verdict.kind) {
    case 'governed': {
      const { name, line } = verdict.rule;
      const because = `rule ${name} (${file}:${line}) governs`;
      return { verdict: verdict.kind, because, rule: { name, file, line } };
    }
    case 'exempt':
    case 'exemption-expired': {
      const { owner, reason, until, at } = verdict.exemption;
      const word =
        verdict.kind === 'exempt' ? 'exempt until' : 'not rotated: the exemption ended on';
      const because = `${word} ${until}: ${reason} (${owner}, ${at.file}:${at.line})`;
      return { verdict: verdict.kind, because, rule: null };
    }
    case 'unmatched': {
      const then = model.unmatched === 'fail' ? 'a due key is an error' : 'nothing is done';
      return {
        verdict: verdict.kind,
        because: `no rule of ${file} is about the user: ${then}`,
        rule: null,
      };
    }
    case 'unreadable': {
      const because = `not rotated: nobody tells what ${verdict.by} asks about the user`;
      return { verdict: verdict.kind, because, rule: null };
    }
  }
}

function valuesOf(settings: Settings, config: Config): ExplainReport['values'] {
  const where = (path: Path) => ({ file: config.file, line: config.at(path).line });
  /** As they are written. */
  const texts = (path: Path | undefined) =>
    path === undefined ? 'always' : String(valueAt(config.model, path)).replaceAll(',', ', ');
  const row = <Value>(
    key: string,
    { value, path }: Said<Value>,
    words: (value: Value) => string,
  ) => ({
    key,
    value: words(value),
    at: path === undefined ? null : where(path),
  });
  const { promise, daysThreshold } = settings;
  return [
    promise === undefined
      ? row('days_threshold', daysThreshold, String)
      : row(
          'max_age_days',
          { value: promise.maxAgeDays, path: promise.path },
          (days) => `${days} (begins at ${daysThreshold.value})`,
        ),
    row('before_next_run', settings.lookAheadDays, (days) =>
      days === 0 ? 'none' : `${inDays(days)} d`,
    ),
    row('retire', settings.retire, String),
    row('quiet_days', settings.quietDays, (days) =>
      days === undefined ? 'what fits the uses of the key' : String(days),
    ),
    row('retire_deadline_days', settings.deadlineDays, (days) => String(days ?? 'none')),
    row('hold_days', settings.holdDays, (days) => String(days ?? 'never')),
    row('windows.rotate', settings.rotateWindows, () => texts(settings.rotateWindows.path)),
    row('windows.retire', settings.retireWindows, () => texts(settings.retireWindows.path)),
    row(
      'deliver',
      settings.deliver,
      (places = []) => `${places.length} place${places.length === 1 ? '' : 's'}`,
    ),
    ...hookRows(settings, where),
  ];
}

/** Only what is said: most rules have none. */
function hookRows(
  { hooks }: Settings,
  where: (path: Path) => { readonly file: string; readonly line: number },
): ExplainReport['values'] {
  const all = writtenHooks(hooks);
  const said = {
    after_deliver: hooks.afterDeliver,
    before_retire: hooks.beforeRetire,
    after_retire: hooks.afterRetire,
  };
  return Object.entries(said).flatMap(([on, { path }]) => {
    if (path === undefined) return [];
    const own = all.filter((each) => each.on === on).map(({ hook }) => hook);
    return [{ key: `hooks.${on}`, value: own.join('; ') || 'none', at: where(path) }];
  });
}

function placesFor(
  settings: Settings | undefined,
  config: Config,
  { account, user, region: own }: ExplainedFacts,
): Pick<ExplainReport, 'places' | 'problem'> {
  const ofGroup = regionOf(config, account);
  try {
    const places = (settings?.deliver.value ?? []).map((place) => {
      const region = place.region ?? ofGroup ?? own;
      const facts = {
        account: account.id,
        accountName: account.name,
        user: user.name,
        tags: user.tags ?? {},
      };
      const template = filledIn(place, facts, region);
      const named = { kind: place.kind, name: template };
      const at = targetFor(named, { account: account.id, region, user: user.name }).place;
      const form = place.form === undefined ? '' : `:${formLabel(place.form)}`;
      return `${place.kind}${form}${at === '' ? '' : ` ${at}`}`;
    });
    return { places, problem: null };
  } catch (thrown) {
    return { places: [], problem: toKeyturnError(thrown).message };
  }
}

function gatesOf(config: Config, settings: Settings, now: Date): ExplainReport['now'] {
  const gate = (step: 'rotate' | 'retire') => {
    const found = mayBegin(step, { config, settings }, now);
    if (found.kind === 'open') return { open: true, because: null, until: null };
    const because = found.kind === 'frozen' ? `frozen: ${found.reason}` : 'outside its window';
    return { open: false, because, until: found.opensAt?.toISOString() ?? null };
  };
  return { rotate: gate('rotate'), retire: gate('retire') };
}

export interface Asking {
  readonly gateway: AccountGateway;
  readonly clock: Clock;
  readonly emit: EventSink;
  readonly signal: AbortSignal;
}

/** Everything that a configuration may ask about a user. */
const ALL_ASKED = {
  ...{ paths: true, groups: true, tags: true, passwords: true, everybody: false },
  ...{ accountNames: false, units: false, accountTags: false },
  groupPatterns: ['*'],
};

/** What AWS tells of the user. Throws `unknown-user`, and what the calls throw. */
export async function factsFromAws(
  name: string,
  wantsPassword: boolean,
  { gateway, clock, emit, signal }: Asking,
): Promise<ExplainedFacts> {
  const { account: id } = gateway.caller;
  const account = nothingOfAccount(id);
  const region = gateway.services.region;
  const directory = new UserDirectory(ALL_ASKED, { gateway, emit });
  await directory.describeAll();
  await directory.learn([name]);
  const user = directory.find(name);
  if (user !== undefined || !directory.namesEverybody) {
    let hasPassword: boolean | undefined;
    if (wantsPassword) {
      const { users } = await readReport(gateway, { clock, emit, signal, account: id });
      hasPassword = users.find((row) => isSameUser(row.name, name))?.hasPassword;
    }
    return { account, region, from: 'aws', user: { ...(user ?? nothingOf(name)), hasPassword } };
  }
  throw new KeyturnError('unknown-user', `no IAM user ${name} is in account ${id}`, {
    hint: 'check the spelling and the account; facts of a user who is not there yet are given with --offline',
  });
}
