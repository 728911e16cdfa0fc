// The shape of a configuration, judged: what zod says becomes one fault for each mistake, in words that tell
// what the key takes.

import type { z } from 'zod';
import { closest } from '../base/closest.ts';
import type { ConfigDocument } from './document.ts';
import type { Found, Path } from './fault.ts';
import { HOOK_KEYS_BELOW } from './hooks-takes.ts';
import { type OwnIssue, SAY_WHAT_IT_TAKES } from './shaped.ts';
import { takesAt } from './takes.ts';
import { TELL_KEYS_BELOW } from './tell-takes.ts';

type Issue = z.core.$ZodIssue;

export type Shaped<Model> =
  | { readonly model: Model; readonly faults: readonly Found[] }
  | { readonly model: undefined; readonly faults: readonly Found[] };

export function judgeShape<Schema extends z.ZodType>(
  schema: Schema,
  document: ConfigDocument,
): Shaped<z.infer<Schema>> {
  const numbers = oddNumbers(document.value, [], document);
  const result = schema.safeParse(document.value, { reportInput: true });
  if (result.success) return { model: result.data, faults: numbers };
  const issues = result.error.issues.flatMap((issue) => innermost(issue, document.value));
  const unknown = issues.filter(({ code }) => code === 'unrecognized_keys');
  const faults = issues
    .filter((issue) => !isFollowing(issue, unknown, document.value))
    .flatMap((issue) => faultsOf(issue, document));
  return { model: undefined, faults: [...faults, ...numbers] };
}

/** Of a choice the branch that was meant, as far as the type of the value tells. */
function innermost(issue: Issue, root: unknown, above: Path = []): Issue[] {
  const path = [...above, ...(issue.path as Path)];
  const here = { ...issue, path: [...path] } as Issue;
  if (issue.code !== 'invalid_union') return [here];
  const meant = issue.errors.filter((branch) =>
    branch.every(({ code, path: below }) => !(isOfType(code) && below.length === 0)),
  );
  const [branch] = meant.length > 0 ? meant : [];
  if (branch === undefined) return [{ ...here, code: 'invalid_union' } as Issue];
  return branch.flatMap((each) => innermost(each as Issue, root, path));
}

function isOfType(code: Issue['code']): boolean {
  return code === 'invalid_type' || code === 'invalid_value';
}

/** A key that is missing because it stands beside under a misspelt name is no mistake of its own. */
function isFollowing(issue: Issue, unknown: readonly Issue[], root: unknown): boolean {
  const last = issue.path.at(-1);
  if (typeof last !== 'string' || valueAt(root, issue.path as Path) !== undefined) return false;
  const parent = JSON.stringify(issue.path.slice(0, -1));
  return unknown.some((each) => {
    if (each.code !== 'unrecognized_keys' || JSON.stringify(each.path) !== parent) return false;
    return each.keys.some((key) => closest(key, [last]) !== undefined);
  });
}

function faultsOf(issue: Issue, document: ConfigDocument): Found[] {
  const path = issue.path as Path;
  const value = valueAt(document.value, path);
  const [last = ''] = path.slice(-1);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey([...path, key], document.value));
    case 'custom': {
      const { code, index } = issue.params as unknown as OwnIssue;
      if (issue.message !== SAY_WHAT_IT_TAKES) {
        return [{ path, code, message: issue.message, ...(index !== undefined && { index }) }];
      }
      return [wrong(path, value, document)];
    }
    case 'too_small':
      if (Array.isArray(value)) return [emptyList(path)];
      return value === undefined ? [missing(path)] : [wrong(path, value, document)];
    default:
      if (value === undefined && typeof last === 'string') return [missing(path)];
      return [wrong(path, value, document)];
  }
}

function emptyList(path: Path): Found {
  const isSelection = path.includes('match') || path[0] === 'accounts';
  const message = isSelection
    ? 'an empty list selects nothing; remove the key, or fill it'
    : `an empty list says nothing; "${nameOf(path)}" takes ${takesAt(path)}`;
  return { path, code: 'bad-value', message };
}

function missing(path: Path): Found {
  const message = `"${nameOf(path)}" is missing; it takes ${takesAt(path)}`;
  return { path, code: 'missing-key', message };
}

function wrong(path: Path, value: unknown, document: ConfigDocument): Found {
  const takes = takesAt(path);
  const written = document.written(path);
  const isForText = typeof value === 'number' || typeof value === 'boolean';
  const wantsText = /quotes|pattern|name|text|path|day such|sentence|who /.test(takes);
  if (
    isForText &&
    wantsText &&
    written !== undefined &&
    !/^a whole number|true or false/.test(takes)
  ) {
    const message = `"${nameOf(path)}" takes text; write it in quotes: "${written}"`;
    return { path, code: 'bad-type', message };
  }
  const isOfWrongType =
    typeof value !== typeOfTakes(takes) || (Array.isArray(value) && !takes.startsWith('a list'));
  return {
    path,
    code: isOfWrongType ? 'bad-type' : 'bad-value',
    message: `"${nameOf(path)}" takes ${takes}, not ${shown(value, written)}`,
  };
}

function typeOfTakes(takes: string): string {
  if (/^(?:a whole number|1$)/.test(takes)) return 'number';
  if (/^true or false/.test(takes)) return 'boolean';
  return /^a (?:mapping|list)/.test(takes) ? 'object' : 'string';
}

/** The key that the value belongs to. */
function nameOf(path: Path): string {
  return String([...path].reverse().find((part) => typeof part === 'string') ?? 'the file');
}

function shown(value: unknown, written: string | undefined): string {
  if (value === null) return 'nothing (null)';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value === 'string') {
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  }
  return written ?? String(value);
}

function unknownKey(path: Path, root: unknown): Found {
  const key = String(path.at(-1));
  const parent = path.slice(0, -1);
  const known = keysAt(parent);
  const near = closest(key, known);
  const there = valueAt(root, parent) as object;
  const also = near !== undefined && Object.hasOwn(there, near) ? ', which is here too' : '';
  const remedy =
    near === undefined ? `the keys here are ${known.join(', ')}` : `did you mean "${near}"${also}?`;
  return { path, isKey: true, code: 'unknown-key', message: `unknown key "${key}"; ${remedy}` };
}

/** The numbers whose digits another reader would take for another number: 012, 0x1f, 1e3, 1_000. */
function oddNumbers(value: unknown, path: Path, document: ConfigDocument): Found[] {
  if (typeof value === 'number') {
    const written = document.written(path);
    if (written === undefined || written === String(value)) return [];
    const message = `"${written}" is read as another number by other tools; write ${value}, or put it in quotes if it is text`;
    return [{ path, code: 'bad-value', message }];
  }
  if (typeof value !== 'object' || value === null) return [];
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([key, each]) => oddNumbers(each, [...path, key], document));
}

export function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[part];
  }
  return value;
}

const POLICY_KEYS = [
  ...['days_threshold', 'before_next_run', 'max_age_days', 'max_age_until', 'retire', 'quiet_days'],
  ...['retire_deadline_days', 'hold_days', 'deliver', 'windows', 'hooks'],
];
const SELECTION_KEYS = ['user', 'path', 'group', 'tag', 'account', 'has_password', 'any', 'not'];
const ACCOUNT_KEYS = ['id', 'name', 'ou', 'tag'];

const CONNECTION_KEYS = [
  ...['kind', 'address', 'namespace', 'context', 'auth', 'auth_mount', 'role', 'token', 'role_id'],
  ...['secret_id', 'jwt', 'server_id', 'sts_region', 'app_id', 'app_key', 'app_installation'],
  ...['external_id', 'region'],
];

const TOP_KEYS = [
  ...['version', 'time_zone', 'accounts', 'defaults', 'rules', 'exemptions', 'exemptions_file'],
  ...[
    'unmatched',
    'trusted_tags',
    'limits',
    'freezes',
    'state',
    'custody',
    'connections',
    'metrics',
    'notify',
    '$schema',
  ],
];

/** The keys that a mapping at the path may have. */
function keysAt(path: Path): readonly string[] {
  const words = path.filter((part) => typeof part === 'string');
  const last = words.at(-1);
  if (last === undefined) return TOP_KEYS;
  if (words[0] === 'connections') return CONNECTION_KEYS;
  if (words[0] === 'metrics' || words[0] === 'notify') return TELL_KEYS_BELOW[last] ?? [];
  if (words[0] === 'accounts') {
    if (last === 'accounts') return ['organization', 'never', 'groups'];
    if (last === 'groups') return ['name', 'match', 'role', 'external_id', 'region', 'defaults'];
    return last === 'match' || last === 'never' ? ACCOUNT_KEYS : (KEYS_BELOW[last] ?? POLICY_KEYS);
  }
  if (last === 'match' || last === 'any' || last === 'not') return SELECTION_KEYS;
  return KEYS_BELOW[last] ?? POLICY_KEYS;
}

const KEYS_BELOW: Readonly<Record<string, readonly string[]>> = {
  defaults: POLICY_KEYS,
  rules: ['name', 'match', 'extends', ...POLICY_KEYS],
  account: ACCOUNT_KEYS,
  exemptions: ['match', 'owner', 'reason', 'until'],
  limits: ['max_rotations', 'max_deactivations', 'max_open', 'stop_after_failures'],
  freezes: ['from', 'to', 'reason'],
  windows: ['rotate', 'retire'],
  custody: ['by', 'identity', 'kms_key', 'tags'],
  deliver: [
    ...['to', 'with', 'form', 'id', 'secret', 'region', 'role', 'external_id'],
    ...['create_missing', 'create_kms_key', 'create_tags'],
  ],
  ...HOOK_KEYS_BELOW,
};
