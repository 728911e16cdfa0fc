// What is wrong with the values that govern keys: each by itself, and as they come together in each rule and
// each group of accounts.

import type { Found, Path } from './fault.ts';
import { judgeEnding, judgeHooks } from './hooks-judge.ts';
import { textsOf as textsOfHooks } from './hooks-settings.ts';
import { judgeConnections, soundConnections } from './judge-connections.ts';
import type { ConfigModel, DeliverItem, Policy } from './model.ts';
import { isLiteral } from './pattern.ts';
import { placeFault } from './place-fault.ts';
import { readPlace } from './place-item.ts';
import { isSharedByAccounts, isSharedByUsers } from './place-shared.ts';
import { tagsOf } from './place-template.ts';
import { inDays, type Promised, sumInWords } from './promise.ts';
import { type Layer, type Layers, layersOf, type Settings, settingsOf } from './settings.ts';

export function judgePolicies(model: ConfigModel): readonly Found[] {
  const { groups = [] } = model.accounts ?? {};
  const written: readonly Layer[] = [
    ...(model.defaults === undefined ? [] : [{ policy: model.defaults, path: ['defaults'] }]),
    ...groups.flatMap(({ defaults }, index) =>
      defaults === undefined
        ? []
        : [{ policy: defaults, path: ['accounts', 'groups', index, 'defaults'] }],
    ),
    ...model.rules.map((policy, index) => ({ policy, path: ['rules', index] })),
  ];
  const inGroups = groups.length === 0 ? [undefined] : groups.map((_, index) => index);
  return [
    ...written.flatMap((layer) => judgeLayer(layer, model)),
    ...judgeConnections(
      model,
      written.map(({ policy }) => policy),
    ),
    ...idleTags(model, written),
    ...model.rules.flatMap((_, rule) =>
      inGroups.flatMap((group) => judgeTogether(model, rule, group)),
    ),
  ];
}

function judgeLayer({ policy, path }: Layer, model: ConfigModel): readonly Found[] {
  const both = policy.days_threshold !== undefined && policy.max_age_days !== undefined;
  return [
    ...(both
      ? [
          key(
            path,
            'days_threshold',
            'the day to begin follows from "max_age_days"; keep one of the two',
          ),
        ]
      : []),
    ...judgePlaces(policy, path, model),
    ...judgeHooks({ policy, path }, model.trusted_tags ?? []),
  ];
}

function key(path: Path, name: keyof Policy, message: string): Found {
  return { path: [...path, name], isKey: true, code: 'conflict', message };
}

function judgePlaces({ deliver = [] }: Policy, path: Path, model: ConfigModel): readonly Found[] {
  const { trusted_tags: trusted = [] } = model;
  const connections = soundConnections(model);
  const seen = new Set<string>();
  return deliver.flatMap((item, index): readonly Found[] => {
    const own: Path = [...path, 'deliver', index];
    const at = (key: string): Path => (typeof item === 'string' ? own : [...own, key]);
    const fault = placeFault(item, connections);
    if (fault !== undefined) {
      const { key: name = 'to', ...rest } = fault;
      return [{ path: at(name), ...rest }];
    }
    for (const { key: name, text } of textsOf(item)) {
      const tag = tagsOf(text).find((each) => !trusted.includes(each.name));
      if (tag === undefined) continue;
      const message = `whoever may set the tag "${tag.name}" could send a secret elsewhere; if administrators alone may, add it to "trusted_tags:"`;
      return [{ path: at(name), code: 'untrusted-tag', message, index: tag.index }];
    }
    const { kind, template, region = '' } = readPlace(item, connections);
    const place = `${kind}=${template} ${region}`;
    if (!seen.has(place)) {
      seen.add(place);
      return [];
    }
    return [
      { path: at('to'), code: 'bad-value', message: 'this place is named twice; keep one of them' },
    ];
  });
}

/** Every text of an item in which placeholders may stand. */
export function textsOf(
  item: DeliverItem,
): readonly { readonly key: 'to' | 'id' | 'secret'; readonly text: string }[] {
  if (typeof item === 'string') return [{ key: 'to', text: item }];
  return (['to', 'id', 'secret'] as const).flatMap((name) => {
    const text = item[name];
    return text === undefined ? [] : [{ key: name, text }];
  });
}

/** No named thing may stay unused: it would promise what does not happen. */
function idleTags(
  { trusted_tags: trusted = [] }: ConfigModel,
  layers: readonly Layer[],
): readonly Found[] {
  const used = new Set(
    layers.flatMap(({ policy }) =>
      [
        ...(policy.deliver ?? []).flatMap((item) => textsOf(item).map(({ text }) => text)),
        ...textsOfHooks(policy),
      ].flatMap((text) => tagsOf(text).map(({ name }) => name)),
    ),
  );
  return trusted.flatMap((name, index) =>
    used.has(name)
      ? []
      : [
          {
            path: ['trusted_tags', index],
            code: 'unknown-name',
            severity: 'warning',
            message: `nothing is made from the tag "${name}"; remove it, or check its spelling`,
          } as const,
        ],
  );
}

function judgeTogether(
  model: ConfigModel,
  ruleIndex: number,
  group: number | undefined,
): readonly Found[] {
  const layers = layersOf(model, ruleIndex, group);
  const settings = settingsOf(layers);
  const path: Path = ['rules', ruleIndex];
  const rule = model.rules[ruleIndex];
  const name = rule?.name ?? '';
  const found: Found[] = [];
  if (settings.deliver.value === undefined && !hasWrongBase(model, ruleIndex)) {
    const message = `rule "${name}" says nowhere where new secrets go; write "deliver:" here or under "defaults:", with handoff for a file that only its owner reads`;
    found.push({ path, code: 'missing-key', message });
  } else {
    found.push(
      ...judgeShared(layers, {
        isOneUser: isOneUser(rule?.match),
        isOneAccount: isOneAccount(model, ruleIndex, group),
      }),
    );
  }
  found.push(
    ...judgeWaiting(settings),
    ...judgeLookAhead(settings),
    ...judgeEnding(settings),
    ...judgeMaking(layers, settings),
  );
  if (settings.promise !== undefined) found.push(...judgePromise(settings.promise));
  if (settings.holdDays.path === undefined) {
    const message = `nothing says how long Inactive keys of rule "${name}" are held, so they stay and take the room of the next rotation; write "hold_days: 30", or "never"`;
    found.push({ path, code: 'inactive-keys-stay', severity: 'warning', message });
  }
  return found;
}

/** Where the rule that is extended is no good, what it would say is not known. */
function hasWrongBase({ rules }: ConfigModel, index: number): boolean {
  const name = rules[index]?.extends;
  const base = rules.find((rule) => rule.name === name);
  return name !== undefined && (base === undefined || base.extends !== undefined);
}

function isOneUser(match: ConfigModel['rules'][number]['match'] | undefined): boolean {
  const user = match === 'all' ? undefined : match?.user;
  const list = user === undefined ? [] : typeof user === 'string' ? [user] : user;
  return list.length === 1 && list.every((pattern) => isLiteral(pattern, 'user'));
}

/** Whether the users of a rule, in the accounts of a group, are in one account. */
function isOneAccount(model: ConfigModel, ruleIndex: number, group: number | undefined): boolean {
  const { organization = false, groups = [] } = model.accounts ?? {};
  const match = model.rules[ruleIndex]?.match;
  const ofRule = match === 'all' ? undefined : match?.account;
  if (typeof ofRule === 'string' && /^\d{12}$/.test(ofRule)) return true;
  const ids = (each: (typeof groups)[number] | undefined) =>
    each === undefined || each.match === 'all' ? [] : [each.match.id ?? []].flat();
  const own = group === undefined ? undefined : groups[group];
  // A group that names one account is about that one; without any the caller's own is the only one.
  if (ids(own).length === 1) return true;
  return !organization && groups.flatMap(ids).length <= 1;
}

function judgeShared(
  { layers, connections }: Layers,
  {
    isOneUser: isOfOne,
    isOneAccount: isInOne,
  }: Readonly<Record<'isOneUser' | 'isOneAccount', boolean>>,
): readonly Found[] {
  const layer = layers.find(({ policy }) => policy.deliver !== undefined);
  return (layer?.policy.deliver ?? []).flatMap((item, index) => {
    const message =
      !isOfOne && isSharedByUsers(item, connections)
        ? 'all users would share this place, and no two may; put {user} or a tag into its name, unless the rule is about one user'
        : !isInOne && isSharedByAccounts(item, connections)
          ? 'users of one name in several accounts would share this place, and no two may; put {account} into its name'
          : undefined;
    if (message === undefined || layer === undefined) return [];
    const path = [...layer.path, 'deliver', index, ...(typeof item === 'string' ? [] : ['to'])];
    return [{ path, code: 'conflict', severity: 'warning', message } as const];
  });
}

/** Nobody reads a place that has just been made. */
function judgeMaking({ layers }: Layers, { retire }: Settings): readonly Found[] {
  if (retire.value !== 'now') return [];
  const layer = layers.find(({ policy }) => policy.deliver !== undefined);
  return (layer?.policy.deliver ?? []).flatMap((item, index): readonly Found[] => {
    if (layer === undefined || typeof item === 'string' || item.create_missing !== true) return [];
    const path = [...layer.path, 'deliver', index, 'create_missing'];
    const message =
      '"retire: now" would cut off whatever uses the old key: nobody reads a place that has just been made';
    return [{ path, isKey: true, code: 'conflict', message }];
  });
}

function judgeWaiting({ retire, quietDays, deadlineDays }: Settings): readonly Found[] {
  for (const [word, { value, path }] of [
    ['quiet_days', quietDays],
    ['retire_deadline_days', deadlineDays],
  ] as const) {
    if (value === undefined || path === undefined || retire.value === 'when-quiet') continue;
    const message = `"${word}" needs "retire: when-quiet"; here it is "${retire.value}"`;
    return [{ path, isKey: true, code: 'conflict', message }];
  }
  const [quiet, deadline] = [quietDays.value, deadlineDays.value];
  if (quiet === undefined || deadline === undefined || deadline > quiet) return [];
  const message = `a deadline of ${deadline} days is over before ${quiet} quiet days can be`;
  return [{ path: deadlineDays.path ?? [], isKey: true, code: 'conflict', message }];
}

function judgeLookAhead({ daysThreshold, lookAheadDays, promise }: Settings): readonly Found[] {
  if (promise !== undefined || lookAheadDays.value < daysThreshold.value) return [];
  const message = `every key would be due: the next run comes after ${inDays(lookAheadDays.value)} days, and the threshold is ${daysThreshold.value}`;
  return [{ path: lookAheadDays.path ?? [], isKey: true, code: 'conflict', message }];
}

function judgePromise(promise: Promised): readonly Found[] {
  const { maxAgeDays, beginDays, never, unless, path = [] } = promise;
  const fault = (message: string): Found => ({
    path,
    isKey: true,
    code: 'promise-not-kept',
    message,
  });
  if (never !== undefined) return [fault(`"max_age_days" cannot be kept: ${never}`)];
  if (beginDays < 1) {
    const least = maxAgeDays - beginDays + 1;
    return [
      fault(
        `${maxAgeDays} days cannot be kept: ${sumInWords(promise)}; ${least} days are the least, or shorten one of these`,
      ),
    ];
  }
  return unless === undefined
    ? []
    : [{ ...fault(`not kept for every key: ${unless}`), severity: 'warning' }];
}
