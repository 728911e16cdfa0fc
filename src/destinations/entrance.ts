// What an operator says behind # about the way to a place in AWS, beside the fields of a pair:
// `role=ARN`, `external-id=ID`, `region=REGION`, and of a parameter `tier=TIER`.

import type { Entrance, HigherTier } from '../base/aws-stores.ts';

export interface WayThere {
  /** What is left: the fields of a pair; undefined where nothing is. */
  readonly fields: string | undefined;
  readonly region: string | undefined;
  /** Undefined where the caller of the run is the one who reads and writes. */
  readonly entrance: Entrance | undefined;
  /** The tier that a parameter may be moved up to; undefined where it stays in its own. */
  readonly tier: HigherTier | undefined;
}

const SETTINGS = {
  role: /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=.@/-]{1,512}$/,
  'external-id': /^[\w+=.@:/-]{2,1224}$/,
  region: /^[a-z]{2,5}(?:-[a-z]+){1,3}-\d{1,2}$/,
  tier: /^(?:advanced|intelligent-tiering)$/,
} as const;

type Setting = keyof typeof SETTINGS;

const TAKES: Readonly<Record<Setting, string>> = {
  role: 'the ARN of a role, such as arn:aws:iam::111122223333:role/keyturn-secrets',
  'external-id': '2 characters or more, letters, digits or _+=.@:/-',
  region: 'the name of a region, such as eu-west-1',
  tier: 'advanced or intelligent-tiering',
};

const TIERS: Readonly<Record<string, HigherTier>> = {
  advanced: 'Advanced',
  'intelligent-tiering': 'Intelligent-Tiering',
};

function isSetting(name: string): name is Setting {
  return Object.hasOwn(SETTINGS, name);
}

/** Each part of the text behind # that is no field, by its name. */
function settingsIn(text: string) {
  const parts = text.split(',').map((part) => {
    const [name = '', ...value] = part.split('=');
    return { part, name, value: value.join('=') };
  });
  const fields = parts.filter(({ name }) => !isSetting(name)).map(({ part }) => part);
  return { settings: parts.filter(({ name }) => isSetting(name)), fields };
}

/** What is wrong with the settings; undefined when nothing is. Only parameters have a tier. */
export function wayFault(text: string, { hasTier = true } = {}): string | undefined {
  const { settings } = settingsIn(text);
  if (!hasTier && settings.some(({ name }) => name === 'tier')) {
    return 'tier= is about a parameter, and a secret has none';
  }
  const seen = new Set<string>();
  for (const { name, value } of settings) {
    if (seen.has(name)) return `${name}= stands there twice`;
    seen.add(name);
    if (isSetting(name) && !SETTINGS[name].test(value)) {
      return `${name}=${JSON.stringify(value)} is none: it takes ${TAKES[name]}`;
    }
  }
  return seen.has('external-id') && !seen.has('role')
    ? 'external-id= goes with role=, which is missing'
    : undefined;
}

export function readWay(text: string | undefined): WayThere {
  if (text === undefined)
    return { fields: undefined, region: undefined, entrance: undefined, tier: undefined };
  const { settings, fields } = settingsIn(text);
  const textOf = (wanted: Setting) => settings.find(({ name }) => name === wanted)?.value;
  const [role, externalId] = [textOf('role'), textOf('external-id')];
  return {
    fields: fields.length === 0 ? undefined : fields.join(','),
    region: textOf('region'),
    tier: TIERS[textOf('tier') ?? ''],
    entrance:
      role === undefined ? undefined : { role, ...(externalId !== undefined && { externalId }) },
  };
}

/** Behind the fields, in one spelling. */
export function writeEntrance({ role, externalId }: Entrance): string {
  return `role=${role}${externalId === undefined ? '' : `,external-id=${externalId}`}`;
}

/** Likewise. */
export function writeTier(tier: HigherTier): string {
  return `tier=${tier.toLowerCase()}`;
}
