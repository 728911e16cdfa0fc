// Checks what other processes post to the control interface, so that a misspelt field is an
// error at once and not a test that silently tests something else.

import type { Fault, FaultEffect } from './faults.ts';
import type { AccountState } from './model.ts';
import type { Seed } from './seeding.ts';
import type { Lag, SandboxSettings } from './settings.ts';

export interface ClockChange {
  readonly now?: string;
  readonly advanceMs?: number;
  readonly signatureSkewMs?: number;
}

type Fields = Readonly<Record<string, unknown>>;

/** The fields that each kind of effect needs (`!`) or may have. */
const EFFECT_FIELDS: Readonly<Record<FaultEffect['kind'], readonly string[]>> = {
  throttle: [],
  error: ['code', 'status', 'message'],
  'access-denied': [],
  hang: [],
  reset: [],
  'drop-reply': [],
  'error-after-commit': [],
  'truncate-body': [],
  'slow-body': ['durationMs!'],
  'delay-reply': ['durationMs!'],
  delay: ['durationMs!'],
  'late-commit': ['afterMs!'],
};

const ACCOUNT_STATES: readonly AccountState[] = [
  'ACTIVE',
  'SUSPENDED',
  'PENDING_CLOSURE',
  'PENDING_ACTIVATION',
  'CLOSED',
];

export const FAULT_KINDS: readonly string[] = Object.keys(EFFECT_FIELDS);

/** Throws a RangeError that names the field, as all functions here do. */
export function readClockChange(input: unknown): ClockChange {
  const fields = readFields(input, 'clock', ['now', 'advanceMs', 'signatureSkewMs']);
  if (fields.now !== undefined && typeof fields.now !== 'string') throw wrong('clock.now');
  checkNumber(fields.advanceMs, 'clock.advanceMs');
  checkNumber(fields.signatureSkewMs, 'clock.signatureSkewMs');
  return fields;
}

export function readSettings(input: unknown): Partial<SandboxSettings> {
  const numbers = ['latencyMs', 'lastUsedLagSeconds', 'reportSeconds'];
  const lags = ['keyLagSeconds', 'deactivationLagSeconds', 'readLagSeconds'];
  const fields = readFields(input, 'settings', [...numbers, ...lags, 'rate', 'serviceRates']);
  for (const name of numbers) checkNumber(fields[name], `settings.${name}`);
  for (const name of lags) checkLag(fields[name], `settings.${name}`);
  if (fields.serviceRates !== undefined) {
    const rates = readFields(fields.serviceRates, 'settings.serviceRates', undefined);
    for (const [service, rate] of Object.entries(rates)) checkRate(rate, `rate of ${service}`);
  }
  // JSON has no undefined: null lifts the limit.
  if (fields.rate === null) return { ...fields, rate: undefined };
  if (fields.rate !== undefined) checkRate(fields.rate, 'settings.rate');
  return fields;
}

function checkRate(input: unknown, what: string): void {
  const rate = readFields(input, what, ['perSecond!', 'burst!']);
  checkNumber(rate.perSecond, `${what}.perSecond`);
  checkNumber(rate.burst, `${what}.burst`);
}

/** One fault or a list of them. */
export function readFaults(input: unknown): Fault[] {
  return Array.isArray(input) ? input.map(readFault) : [readFault(input)];
}

function readFault(input: unknown): Fault {
  const fault = readFields(input, 'fault', [
    'operation',
    'user',
    'account',
    'resource',
    'calls',
    'effect!',
  ]);
  if (fault.calls !== undefined) {
    const calls = readFields(fault.calls, 'fault.calls', ['nth', 'first']);
    checkNumber(calls.nth ?? calls.first ?? null, 'fault.calls');
  }
  const kind = readFields(fault.effect, 'fault.effect', undefined).kind;
  if (typeof kind !== 'string' || !Object.hasOwn(EFFECT_FIELDS, kind)) {
    throw wrong('fault.effect.kind');
  }
  const names = EFFECT_FIELDS[kind as FaultEffect['kind']];
  readFields(fault.effect, 'fault.effect', ['kind', ...names]);
  return fault as unknown as Fault;
}

export function readSeed(input: unknown): Seed {
  const seed = readFields(input, 'seed', ['accounts', 'organization']);
  if (seed.organization !== undefined) checkOrganization(seed.organization);
  for (const account of readList(seed.accounts, 'accounts')) {
    const names = [
      'id',
      'partition',
      'alias',
      'serviceControlPolicies',
      'hasEmptyPages',
      'administrator',
    ];
    const fields = readFields(account, 'account', [...names, 'users', 'roles', 'populate']);
    readList(fields.users, 'users').forEach(checkUser);
    for (const role of readList(fields.roles, 'roles')) {
      const own = ['name!', 'path', 'trustedArns', 'externalId', 'maxSessionSeconds'];
      readFields(role, 'role', [...own, 'administrator', 'policies', 'attachedPolicies']);
    }
    if (fields.populate !== undefined) {
      readFields(fields.populate, 'populate', ['users!', 'seed!', 'counts']);
    }
  }
  return seed as Seed;
}

function checkOrganization(input: unknown): void {
  const counts = ['members', 'suspended', 'pendingClosure', 'withoutRole', 'users'];
  const texts = ['seed', 'managementAccountId', 'roleName', 'externalId'];
  const others = [
    'accounts',
    'counts',
    'delegatedAdministrators',
    'hasEmptyPages',
    'isStatusRetired',
  ];
  const fields = readFields(input, 'organization', [...counts, ...texts, ...others]);
  for (const name of counts) checkNumber(fields[name], `organization.${name}`);
  readList(fields.delegatedAdministrators, 'organization.delegatedAdministrators');
  for (const member of readList(fields.accounts, 'organization.accounts')) {
    const own = ['id', 'name', 'email', 'state', 'hasRole', 'joinedMethod', 'users', 'ou', 'tags'];
    const { state } = readFields(member, 'member', own);
    if (state !== undefined && !ACCOUNT_STATES.includes(state as AccountState)) {
      throw wrong('member.state');
    }
  }
}

function checkUser(input: unknown): void {
  const names = ['name!', 'path', 'createDate', 'tags', 'administrator', 'policies'];
  const user = readFields(input, 'user', [...names, 'attachedPolicies', 'mfaSerial', 'keys']);
  for (const key of readList(user.keys, 'keys')) {
    const fields = readFields(key, 'key', ['ageDays', 'createDate', 'status', 'lastUsed']);
    checkNumber(fields.ageDays, 'key.ageDays');
    if (!['Active', 'Inactive', undefined].includes(fields.status as string | undefined)) {
      throw wrong('key.status');
    }
    if (fields.lastUsed !== undefined) {
      readFields(fields.lastUsed, 'key.lastUsed', ['at!', 'service', 'region']);
    }
  }
}

/** The fields of an object; a name that ends with `!` must be there, others must not. */
export function readFields(
  input: unknown,
  what: string,
  names: readonly string[] | undefined,
): Fields {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) throw wrong(what);
  const fields = input as Fields;
  if (names === undefined) return fields;
  const known = names.map((name) => name.replace('!', ''));
  const unknown = Object.keys(fields).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new RangeError(`${what} has no field '${unknown}'`);
  const missing = names.find((name) => name.endsWith('!') && !(name.slice(0, -1) in fields));
  if (missing !== undefined) throw new RangeError(`${what} needs ${missing.slice(0, -1)}`);
  return fields;
}

export function readList(input: unknown, what: string): readonly unknown[] {
  if (input === undefined) return [];
  if (!Array.isArray(input)) throw wrong(what);
  return input;
}

function checkLag(input: unknown, what: string): asserts input is Lag | undefined {
  if (typeof input !== 'object') return checkNumber(input, what);
  for (const value of Object.values(readFields(input, what, undefined))) checkNumber(value, what);
}

function checkNumber(input: unknown, what: string): void {
  if (input !== undefined && (typeof input !== 'number' || !Number.isFinite(input))) {
    throw wrong(what);
  }
}

export function wrong(what: string): RangeError {
  return new RangeError(`${what} is missing or not of the right kind`);
}
