// What an operator says behind # about the way to a place in AWS, beside the fields of a pair:
// `role=ARN`, `external-id=ID`, `region=REGION`.

import type { Entrance } from '../base/aws-stores.ts';

export interface WayThere {
  /** What is left: the fields of a pair; undefined where nothing is. */
  readonly fields: string | undefined;
  readonly region: string | undefined;
  /** Undefined where the caller of the run is the one who reads and writes. */
  readonly entrance: Entrance | undefined;
}

const SETTINGS = {
  role: /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=.@/-]{1,512}$/,
  'external-id': /^[\w+=.@:/-]{2,1224}$/,
  region: /^[a-z]{2,5}(?:-[a-z]+){1,3}-\d{1,2}$/,
} as const;

type Setting = keyof typeof SETTINGS;

const TAKES: Readonly<Record<Setting, string>> = {
  role: 'the ARN of a role, such as arn:aws:iam::111122223333:role/keyturn-secrets',
  'external-id': '2 characters or more, letters, digits or _+=.@:/-',
  region: 'the name of a region, such as eu-west-1',
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

/** What is wrong with the settings; undefined when nothing is. */
export function wayFault(text: string): string | undefined {
  const { settings } = settingsIn(text);
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
  if (text === undefined) return { fields: undefined, region: undefined, entrance: undefined };
  const { settings, fields } = settingsIn(text);
  const textOf = (wanted: Setting) => settings.find(({ name }) => name === wanted)?.value;
  const [role, externalId] = [textOf('role'), textOf('external-id')];
  return {
    fields: fields.length === 0 ? undefined : fields.join(','),
    region: textOf('region'),
    entrance:
      role === undefined ? undefined : { role, ...(externalId !== undefined && { externalId }) },
  };
}

/** Behind the fields, in one spelling. */
export function writeEntrance({ role, externalId }: Entrance): string {
  return `role=${role}${externalId === undefined ? '' : `,external-id=${externalId}`}`;
}
