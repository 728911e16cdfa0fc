// What the configuration of cloud-key-rotator says, as far as keyturn has a word for it. The names are those of its
// config.go, in small letters: it takes keys in any letter case, and ignores what it does not know.

import { type ForeignObject, type ForeignValue, isObject } from './read-foreign.ts';

export interface CkrConfig {
  /** The names of its providers. */
  readonly providers: readonly string[];
  readonly filterMode: 'include' | 'exclude' | undefined;
  /** By provider: the accounts that it includes or excludes. */
  readonly filtered: readonly { readonly provider: string; readonly names: readonly string[] }[];
  readonly accounts: readonly CkrAccount[];
  readonly defaultMinutes: number | undefined;
  readonly includesPeople: boolean;
  readonly rotates: boolean;
  /** Where credentials stand in the file, by their names. */
  readonly credentials: readonly string[];
  /** Settings that have no word here, each with what to use instead. */
  readonly others: readonly string[];
  /** Keys that no version of the tool reads. */
  readonly unknown: readonly string[];
  /** Whether it is written in the words of versions before 2019. */
  readonly isOld: boolean;
}

export interface CkrAccount {
  readonly name: string;
  readonly minutes: number | undefined;
  readonly locations: readonly CkrLocation[];
}

export interface CkrLocation {
  /** Such as `ssm`, in small letters. */
  readonly type: string;
  readonly fields: ForeignObject;
}

const LOCATIONS = [
  'atlas',
  'circleci',
  'circlecicontext',
  'datadoggcpintegration',
  'gcs',
  'git',
  'github',
  'gocd',
  'k8s',
  'secretsmanager',
  'ssm',
];

const CREDENTIALS: ReadonlySet<string> = new Set([
  'akrpass',
  'circleciapitoken',
  'datadogapikey',
  'githubaccesstoken',
  'slackwebhook',
]);

/** The settings that are read, and what else is known to stand there. */
const KNOWN: ReadonlySet<string> = new Set([
  'accountfilter',
  'accountkeylocations',
  'cloudproviders',
  'credentials',
  'defaultrotationagethresholdmins',
  'excludesas',
  'includeawsuserkeys',
  'includesas',
  'keysources',
  'rotationmode',
]);

const INSTEAD: Readonly<Record<string, string>> = {
  datadog: 'Datadog: ages of keys are in keyturn keys --json',
  enablekeyagelogging: 'EnableKeyAgeLogging: ages of keys are in keyturn keys --json',
  includeinactivekeys: 'IncludeInactiveKeys: an Inactive key is never replaced here',
  gitname: 'GitName: nothing is committed here',
  gitemail: 'GitEmail: nothing is committed here',
  kmskey: 'KmsKey: nothing is committed here',
};

export function readCkr(root: ForeignObject): CkrConfig {
  const keys = Object.keys(root);
  const filter = objectAt(root, 'accountfilter');
  const mode = textAt(filter, 'mode')?.toLowerCase();
  const oldIncluded = filteredIn(root.includesas, 'accounts');
  const oldExcluded = filteredIn(root.excludesas, 'accounts');
  const isOld = ['keysources', 'includesas', 'excludesas'].some((key) => key in root);
  const named = filteredIn(filter.accounts, 'provideraccounts');
  const isMode = mode === 'include' || mode === 'exclude';
  const oldMode =
    oldIncluded.length > 0 ? 'include' : oldExcluded.length > 0 ? 'exclude' : undefined;
  return {
    providers: listAt(root, 'cloudproviders').flatMap((each) => textAt(each, 'name') ?? []),
    filterMode: isMode ? mode : oldMode,
    filtered: isMode ? named : [...oldIncluded, ...oldExcluded],
    accounts: [...listAt(root, 'accountkeylocations'), ...listAt(root, 'keysources')].flatMap(
      accountIn,
    ),
    defaultMinutes: numberAt(root, 'defaultrotationagethresholdmins'),
    includesPeople: booleanAt(root, 'includeawsuserkeys'),
    rotates: booleanAt(root, 'rotationmode'),
    credentials: credentialsIn(root),
    others: keys.flatMap((key) => INSTEAD[key] ?? []),
    unknown: keys.filter(
      (key) => !KNOWN.has(key) && INSTEAD[key] === undefined && !CREDENTIALS.has(key),
    ),
    isOld,
  };
}

function filteredIn(value: ForeignValue | undefined, key: string): CkrConfig['filtered'] {
  return objectsIn(value).map((each) => ({
    provider: (textAt(objectAt(each, 'provider'), 'name') ?? '').toLowerCase(),
    names: textsIn(each[key]),
  }));
}

function accountIn(value: ForeignObject): readonly CkrAccount[] {
  const name = textAt(value, 'serviceaccountname');
  if (name === undefined) return [];
  const locations = LOCATIONS.flatMap((type) => {
    const found = value[type];
    // Git is one object there, all others are lists.
    const items = isObject(found) ? [found] : objectsIn(found);
    return items.map((fields) => ({ type, fields }));
  });
  return [{ name, minutes: numberAt(value, 'rotationagethresholdmins'), locations }];
}

/** The names alone: what stands there is a secret, or a placeholder for one. */
function credentialsIn(root: ForeignObject): readonly string[] {
  const own = objectAt(root, 'credentials');
  const below = Object.entries(own).flatMap(([key, value]) => {
    if (isObject(value)) {
      return Object.keys(value)
        .filter((inner) => /token|pass|key/i.test(inner) && textAt(value, inner) !== undefined)
        .map((inner) => `credentials.${key}.${inner}`);
    }
    return textAt(own, key) === undefined ? [] : [`credentials.${key}`];
  });
  const above = Object.keys(root).filter(
    (key) => CREDENTIALS.has(key) && textAt(root, key) !== undefined,
  );
  return [...above, ...below].filter((name) => !/akrpath|kmskey/.test(name));
}

export function textAt(value: ForeignObject, key: string): string | undefined {
  const found = value[key];
  return typeof found === 'string' && found.trim() !== '' ? found.trim() : undefined;
}

export function booleanAt(value: ForeignObject, key: string): boolean {
  const found = value[key];
  return found === true || (typeof found === 'string' && found.toLowerCase() === 'true');
}

function numberAt(value: ForeignObject, key: string): number | undefined {
  const found = Number(value[key] ?? Number.NaN);
  return Number.isFinite(found) && found > 0 ? found : undefined;
}

function objectAt(value: ForeignObject, key: string): ForeignObject {
  const found = value[key];
  return isObject(found) ? found : {};
}

function listAt(value: ForeignObject, key: string): readonly ForeignObject[] {
  return objectsIn(value[key]);
}

function objectsIn(value: ForeignValue | undefined): readonly ForeignObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function textsIn(value: ForeignValue | undefined): readonly string[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((each) =>
    typeof each === 'string' && each.trim() !== '' ? [each.trim()] : [],
  );
}
