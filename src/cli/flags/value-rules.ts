// The kinds of value that flags take. Each rule is strict: what is not exactly a value is refused,
// because a guess here rotates keys.

import { type AccessKeyId, isAccessKeyId } from '../../base/access-key-id.ts';
import { writtenKeyId } from '../../base/key-id-text.ts';
import { isKmsKeyName, KMS_KEY_TAKES } from '../../base/kms-key-name.ts';
import { isRegionName } from '../../base/region-name.ts';
import { readTagPairs, TAGS_TAKE, type TagPairs } from '../../base/tag-pairs.ts';
import type { ValueRule } from './flag.ts';

export const boolean: ValueRule<boolean> = {
  takes: 'true or false',
  example: 'true',
  placeholder: undefined,
  read: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
};

/** Decimal digits only: no sign, space, fraction, exponent or hexadecimal. */
export function integer(
  placeholder: string,
  min: number,
  max: number,
  example = Math.min(Math.max(min, 10), max),
): ValueRule<number> {
  return {
    takes: `a whole number from ${min} to ${max}`,
    example: String(example),
    placeholder,
    read: (text) => (/^\d{1,15}$/.test(text) ? within(Number(text), min, max) : undefined),
  };
}

/** A number of days, with or without the letter: 45d. */
export function wholeDays(min: number, max: number, example: string): ValueRule<number> {
  const { read } = integer('DAYS', min, max);
  return {
    takes: `a number of days from ${min} to ${max}, such as ${example}`,
    example,
    placeholder: 'DAYS',
    read: (text) => read(text.replace(/d$/, '')),
  };
}

/** So many days ago, or a day or a time by UTC. */
export type Since = { readonly days: number } | { readonly at: Date };

export const since: ValueRule<Since> = {
  takes: 'a number of days such as 7d, or a day or a time such as 2026-11-01 or 2026-11-01T09:30Z',
  example: '7d',
  placeholder: 'WHEN',
  read: (text) => {
    const number = /^(\d{1,4})d$/.exec(text)?.[1];
    if (number !== undefined) return { days: Number(number) };
    if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?Z)?$/.test(text)) return undefined;
    const at = new Date(text);
    // The last day of a short month would become the first of the next one.
    const isThere = !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text.slice(0, 10));
    return isThere ? { at } : undefined;
  },
};

/** Decimal digits with at most three decimals, such as 1.5. */
export function decimal(placeholder: string, min: number, max: number): ValueRule<number> {
  return {
    takes: `a number from ${min} to ${max}`,
    example: String(Math.min(Math.max(min, 1.5), max)),
    placeholder,
    read: (text) =>
      /^\d{1,9}(\.\d{1,3})?$/.test(text) ? within(Number(text), min, max) : undefined,
  };
}

/** Days, hours or weeks, such as 32d, 36h or 2w; in days. */
export function days(min: number, max: number, example: string): ValueRule<number> {
  return {
    takes: `a time such as ${example}, 36h or 2w, from ${min} to ${max} days`,
    example,
    placeholder: 'TIME',
    read: (text) => {
      const [, digits, unit] = /^(\d{1,5})([hdw])$/.exec(text) ?? [];
      if (digits === undefined) return undefined;
      return within((Number(digits) * HOURS_OF[unit as keyof typeof HOURS_OF]) / 24, min, max);
    },
  };
}

const HOURS_OF = { h: 1, d: 24, w: 7 * 24 } as const;

function within(value: number, min: number, max: number): number | undefined {
  return value >= min && value <= max ? value : undefined;
}

export function choice<const Choice extends string>(choices: readonly Choice[]): ValueRule<Choice> {
  return {
    takes: choices.length === 2 ? choices.join(' or ') : `one of ${choices.join(', ')}`,
    example: choices[0] ?? '',
    placeholder: choices.join('|'),
    read: (text) => choices.find((known) => known === text),
  };
}

function shaped(
  placeholder: string,
  example: string,
  shape: RegExp,
  takes: string,
): ValueRule<string> {
  return { takes, example, placeholder, read: (text) => (shape.test(text) ? text : undefined) };
}

/** IAM's bounds for UserName (API reference, ListAccessKeys): 1 to 64 of [\w+=,.@-]. */
export const userName = shaped(
  'NAME',
  'svc-billing',
  /^[\w+=,.@-]{1,64}$/,
  'one IAM user name: 1 to 64 letters, digits or _+=,.@-',
);

export const regionName: ValueRule<string> = {
  takes: 'a region name',
  example: 'us-east-1',
  placeholder: 'REGION',
  read: (text) => (isRegionName(text) ? text : undefined),
};

/** Any name that a line of an AWS config file can hold. */
export const profileName = shaped(
  'PROFILE',
  'production',
  /^[^\p{Cc}[\]]{1,255}$/u,
  'the name of a profile',
);

/** For a flag that may be given several times: its value is one of them, whatever is in it. */
export function oneOf<Value>({ read, ...rule }: ValueRule<Value>): ValueRule<readonly Value[]> {
  return {
    ...rule,
    read: (text) => {
      const value = read(text);
      return value === undefined ? undefined : [value];
    },
  };
}

/** Words with commas between them; what each may be is judged where the options are resolved. */
export function list(
  placeholder: string,
  example: string,
  takes: string,
): ValueRule<readonly string[]> {
  return {
    takes,
    example,
    placeholder,
    read: (text) => {
      const words = text.split(',').map((word) => word.trim());
      return words.includes('') ? undefined : words;
    },
  };
}

/**
 * A list in which a comma begins something new only before one of the words: elsewhere it belongs to what
 * stands before it, as in `ssm=/app/ID,/app/SECRET`.
 */
export function listOf(
  beginnings: readonly string[],
  {
    placeholder,
    example,
    takes,
  }: Pick<ValueRule<unknown>, 'example' | 'takes'> & {
    readonly placeholder: string;
  },
): ValueRule<readonly string[]> {
  const comma = new RegExp(`,(?=\\s*(?:${beginnings.join('|')})\\s*(?:[=,]|:[a-z]|$))`);
  return {
    takes,
    example,
    placeholder,
    read: (text) => {
      const words = text.split(comma).map((word) => word.trim());
      const isWhole = words.every((word) => /^[^,]/.test(word) && !/,\s*(?:,|$)/.test(word));
      return isWhole ? words : undefined;
    },
  };
}

/** One text of a list that is given in several flags: commas belong to it. */
export function oneOfList(
  placeholder: string,
  example: string,
  takes: string,
): ValueRule<readonly string[]> {
  return { takes, example, placeholder, read: (text) => [text.trim()] };
}

/** Made absolute when options are resolved. */
export const path = shaped('PATH', '/var/lib/keyturn', /^[^\0]{1,4096}$/, 'a path');

/** A path, or what a kind of store takes as it is. */
export const statePlace = shaped(
  'PLACE',
  '/var/lib/keyturn',
  /^[^\0]{1,4096}$/,
  'a path, or dynamodb:TABLE',
);

export const word = shaped('WORD', 'demo', /^[\w.-]{1,64}$/, 'a word of letters, digits or ._-');

/** Of a run or a rotation; earlier versions may have had others than UUIDs. */
export const recordedId = shaped(
  'ID',
  '3f0c0d5e-7d0b-4c53-9a53-6f1f6e1f2a10',
  /^[\x21-\x7e]{1,128}$/,
  'an ID as the journal has it',
);

/** Several, with commas between; a key that is given twice counts once. */
export const accessKeyIds: ValueRule<readonly AccessKeyId[]> = {
  takes: 'access key IDs, with commas between',
  example: 'AKIAIOSFODNN7EXAMPLE',
  placeholder: 'KEY,…',
  mayBeEmpty: false,
  read: (text) => {
    const ids = text.split(',').map((id) => writtenKeyId(id.trim()) ?? id.trim());
    return ids.every(isAccessKeyId) ? [...new Set(ids.filter(isAccessKeyId))] : undefined;
  },
};

export const mfaCode = shaped('CODE', '123456', /^\d{6}$/, 'the 6 digits that the device shows');

/** Several, with commas between; an ID given twice counts once. Text, because IDs may begin with 0. */
export const accountIds: ValueRule<readonly string[]> = {
  takes: 'account IDs of 12 digits, with commas between',
  example: '111122223333,444455556666',
  placeholder: 'ID,…',
  read: (text) => {
    const ids = text.split(',').map((id) => id.trim());
    return ids.every((id) => /^\d{12}$/.test(id)) ? [...new Set(ids)] : undefined;
  },
};

export const accountId = shaped('ID', '111122223333', /^\d{12}$/, 'an account ID of 12 digits');

/** IAM's bounds for RoleName, after a path if the role has one. */
export const roleName = shaped(
  'NAME',
  'OrganizationAccountAccessRole',
  /^(?:[\w+=,.@-]{1,512}\/)*[\w+=,.@-]{1,64}$/,
  'the name of a role, after its path if it has one, such as ops/KeyRotation',
);

/** STS's bounds for ExternalId (API reference, AssumeRole). */
/** AWS's own shapes: a UUID, mrk-…, alias/NAME, or the ARN of any of them. */
export const kmsKey: ValueRule<string> = {
  takes: KMS_KEY_TAKES,
  example: 'alias/app-secrets',
  placeholder: 'KEY',
  read: (text) => (isKmsKeyName(text) ? text : undefined),
};

export const tags: ValueRule<TagPairs> = {
  takes: TAGS_TAKE,
  example: 'team=platform,made-by=keyturn',
  placeholder: 'KEY=VALUE',
  read: readTagPairs,
};

export const externalId = shaped(
  'TEXT',
  'keyturn-4711',
  /^[\w+=,.@:/-]{2,1224}$/,
  '2 to 1224 letters, digits or _+=,.@:/-',
);

/** Refuses an empty value: it is a shell variable that nobody set, and its default could be another key. */
export function notEmpty<Value>(rule: ValueRule<Value>): ValueRule<Value> {
  return { ...rule, mayBeEmpty: false };
}

const ROLE_ARN = /^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/;

export const principalArn = shaped(
  'ARN',
  'arn:aws:iam::111122223333:role/rotator',
  /^arn:aws[\w-]*:iam::\d{12}:(?:root|(?:role|user)\/[\w+=,.@/-]{1,512})$/,
  'the ARN of a role, a user or an account',
);

/** Whom a policy is for: a role of its own where a place names one. */
export const policyHolder: ValueRule<string> = {
  takes: 'caller, role, trust, or the ARN of the role of a place',
  example: 'role',
  placeholder: 'caller|role|trust|ARN',
  read: (text) =>
    ['caller', 'role', 'trust'].includes(text) || ROLE_ARN.test(text) ? text : undefined,
};
