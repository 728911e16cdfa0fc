// What an operation is, and how its handlers read their parameters. A service is a table of
// operations; a handler takes the call and returns the fields of the result.

import type { Account, Caller } from './model.ts';
import { constraintError, Refusal, validationError } from './refusal.ts';
import type { ResultFields } from './result.ts';
import type { World } from './world.ts';

/** The input of an AWS JSON request. */
export type JsonFields = Readonly<Record<string, unknown>>;

export type Params = Readonly<Record<string, string>>;

/** One authenticated call. */
export interface Call {
  readonly world: World;
  readonly account: Account;
  readonly caller: Caller;
  /** The parameters as texts; what is not a text is JSON. */
  readonly params: Params;
  /** The input of AWS JSON; empty for the query protocol. */
  readonly input: JsonFields;
}

/** What permission is asked for; `shown` is how AWS names it in a refusal, the ARN by default. */
export interface Resource {
  readonly arn: string;
  readonly shown?: string;
  /** Whether only an explicit Deny forbids it. */
  readonly isAllowedByDefault?: boolean;
  /** What conditions can ask about the request, by key in small letters. */
  readonly context?: ConditionContext;
}

export type ConditionContext = Readonly<Record<string, readonly string[]>>;

export interface Operation {
  readonly access: 'read' | 'write';
  /** The resource to be permitted; left out when every caller may do this. */
  readonly resource?: (call: Call) => Resource;
  /** Does the work. Returns undefined when AWS's answer has no result element. */
  readonly run: (call: Call) => ResultFields | undefined;
}

interface ServiceBase {
  /** The name in credential scopes, and in permissions unless those have another one. */
  readonly name: string;
  readonly actionPrefix?: string;
  readonly operations: Readonly<Record<string, Operation>>;
}

export interface QueryService extends ServiceBase {
  readonly protocol: 'query';
  readonly version: string;
  readonly xmlNamespace: string;
}

export interface JsonService extends ServiceBase {
  readonly protocol: 'json';
  /** What stands before the operation in X-Amz-Target. */
  readonly target: string;
  /** How the service itself calls and words what others name by a shared code. */
  readonly refusals: Readonly<Record<SharedCode, ServiceRefusal>>;
}

/** Codes of the query protocol for which every JSON service has a name of its own. */
export type SharedCode = 'AccessDenied' | 'Throttling' | 'ServiceFailure';

export interface ServiceRefusal {
  readonly code: string;
  /** The text; that of the query protocol when left out. */
  readonly message?: string;
}

export type Service = QueryService | JsonService;

export function requiredText(call: Call, name: string): string {
  const value = call.params[name];
  if (value === undefined) throw missingMember(name);
  return value;
}

/** The refusal of a call without a parameter that it needs. */
export function missingMember(name: string): Refusal {
  return constraintError(null, memberName(name), 'Member must not be null');
}

/** The texts of a list parameter (`TagKeys.member.1`), in their order. */
export function memberTexts(call: Call, name: string): string[] {
  const texts: string[] = [];
  for (let index = 1; ; index += 1) {
    const text = call.params[`${name}.member.${index}`];
    if (text === undefined) return texts;
    texts.push(text);
  }
}

/** The items of a list of structures (`Tags.member.1.Key`), in their order. */
export function memberFields(call: Call, name: string): Record<string, string>[] {
  const items: Record<string, string>[] = [];
  for (const [param, value] of Object.entries(call.params)) {
    const [list, kind, number, field] = param.split('.');
    if (list !== name || kind !== 'member' || field === undefined) continue;
    const index = Number(number) - 1;
    items[index] = { ...items[index], [field]: value };
  }
  return items.filter((item) => item !== undefined);
}

/** An integer in a range; undefined when the parameter is not given. */
export function optionalInteger(
  call: Call,
  name: string,
  range: { readonly min: number; readonly max: number },
): number | undefined {
  const text = call.params[name];
  if (text === undefined) return undefined;
  if (!/^-?\d+$/.test(text)) {
    throw new Refusal('MalformedInput', 400, `'${text}' is not an integer`);
  }
  const value = Number(text);
  if (value < range.min) {
    const rule = `Member must have value greater than or equal to ${range.min}`;
    throw constraintError(text, memberName(name), rule);
  }
  if (value > range.max) {
    const rule = `Member must have value less than or equal to ${range.max}`;
    throw constraintError(text, memberName(name), rule);
  }
  return value;
}

/** A user name as given. Throws AWS's refusal of characters that no name has. */
export function checkedUserName(userName: string): string {
  if (!/^[\w+=,.@-]+$/.test(userName)) {
    throw validationError(
      'The specified value for userName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-',
    );
  }
  if (userName.length > 128) {
    throw constraintError(
      userName,
      'userName',
      'Member must have length less than or equal to 128',
    );
  }
  return userName;
}

/** AWS names a member with a small first letter when it refuses its value. */
function memberName(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
