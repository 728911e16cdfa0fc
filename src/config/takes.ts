// What each key of a configuration takes, in words that end the sentence "KEY takes …". Faults, the JSON
// Schema and the table of docs/configuration.md say the same because they say this.

import { KMS_KEY_TAKES } from '../base/kms-key-name.ts';
import { CUSTODY_TAKES } from '../custody/wish.ts';
import { SERVICES } from '../destinations/kinds.ts';
import {
  DEADLINE_NOTICE_DAYS,
  QUIET_DAYS_MAX,
  QUIET_DAYS_MIN,
} from '../lifecycle/retire-policy.ts';
import { HOOK_TAKES, takesBelowHooks } from './hooks-takes.ts';
import { TELL_TAKES, takesBelowTell } from './tell-takes.ts';

const REFERENCE = `where a credential is: \${env:NAME}, \${file:/PATH} or \${command:PROGRAM ARG}`;

export const DAYS_MAX = 3650;
export const EXEMPTION_DAYS_MAX = 366;
export const REASON_LENGTH_MIN = 10;

export const TAKES: Readonly<Record<string, string>> = {
  version: '1',
  time_zone: 'an IANA time zone such as Europe/Berlin, or UTC',
  accounts: 'a mapping with organization, never and groups',
  organization: 'true or false',
  defaults: 'a mapping of policy keys',
  rules: 'a list of rules, each with name and match',
  exemptions: 'a list, each with match, owner, reason and until',
  exemptions_file: 'the path of a file, from the folder of this one',
  unmatched: '"report" or "fail"',
  trusted_tags: 'a list of names of tags',
  limits: 'a mapping with max_rotations, max_deactivations, max_open and stop_after_failures',
  freezes: 'a list, each with from, to and reason',
  plan: 'a mapping with expires_hours',
  expires_hours: 'a whole number of hours from 1 to 168',
  state: 'a place of state, as --state does',
  custody: 'a mapping with by, identity, kms_key and tags',
  by: `a kind of custody: ${CUSTODY_TAKES}`,
  identity: REFERENCE,
  kms_key: 'the ID, ARN or alias of a KMS key',
  tags: 'a mapping of NAME: text',
  match: '"all" or a mapping with user, path, group, tag, account, has_password, any or not',
  name: 'a name of small letters, digits and "-"',
  extends: 'the name of another rule',
  user: 'a pattern or a list of patterns',
  group: 'a pattern or a list of patterns',
  path: 'a pattern or a list of patterns',
  tag: 'a mapping of NAME: pattern',
  account:
    '12 digits in quotes, a pattern of names, a list of these, or a mapping with id, name, ou and tag',
  id: 'an account ID of 12 digits in quotes, or a list of them',
  ou: 'a path of names such as Root/Workloads/*, an ID ou-…, or a list of these',
  has_password: 'true or false',
  any: 'a list of selections',
  not: 'one selection',
  never: 'a list of account IDs in quotes, or of mappings with id, name, ou and tag',
  groups: 'a list, each with name and match',
  role: 'the name of a role, after its path if it has one, such as ops/KeyRotation',
  external_id: '2 to 1224 letters, digits or _+=,.@:/-',
  region: 'the name of a region, such as eu-central-1',
  days_threshold: `a whole number of days from 1 to ${DAYS_MAX}`,
  before_next_run: 'a number and d, h or w, such as 1d, 36h or 2w, up to 365 days',
  max_age_days: `a whole number of days from 1 to ${DAYS_MAX}`,
  max_age_until: '"deleted" or "inactive"',
  retire: '"when-quiet", "now" or "never"',
  quiet_days: `a whole number of days from ${QUIET_DAYS_MIN} to ${QUIET_DAYS_MAX}`,
  retire_deadline_days: `a whole number of days from ${DEADLINE_NOTICE_DAYS} to ${DAYS_MAX}, or "none"`,
  hold_days: `a whole number of days from 1 to ${DAYS_MAX}, or "never"`,
  deliver: 'a list of places',
  to: 'a place as --deliver takes it, such as secrets-manager=app/{user}',
  secret: 'the name of a field',
  with: 'the name of a connection',
  form: 'the form of a place, such as base64 or ses-smtp:eu-west-1',
  create_kms_key: KMS_KEY_TAKES,
  create_tags: 'a mapping of NAME: text',
  connections: 'a mapping of NAME: a mapping with kind and what is said of the way there',
  kind: `the service: ${SERVICES.join(', ')}`,
  address: 'an HTTPS URL without a user, a password or anything behind its path',
  token: REFERENCE,
  role_id: REFERENCE,
  secret_id: REFERENCE,
  jwt: REFERENCE,
  app_key: REFERENCE,
  namespace: 'the name of a namespace',
  context: 'the name of a context of the kubeconfig, or in-cluster',
  auth: 'token, approle, kubernetes or aws',
  auth_mount: 'the path where the method is mounted',
  server_id: 'the value of the header that Vault demands',
  app_id: 'the number of a GitHub App, in quotes',
  app_installation: 'the number of an installation of a GitHub App, in quotes',
  sts_region: 'the name of a region, such as eu-central-1',
  create_missing: 'true or false',
  windows: 'a mapping with rotate and retire',
  hooks: HOOK_TAKES.hooks ?? '',
  ...TELL_TAKES,
  rotate: 'a list of windows such as "Mon-Fri 09:00-17:00"',
  max_rotations: 'a whole number from 1 to 100000, or "none"',
  max_deactivations: 'a whole number from 1 to 100000, or "none"',
  max_open: 'a whole number from 1 to 100000, or "none"',
  stop_after_failures: 'a whole number from 1 to 100000, or "none"',
  owner: 'who answers for it',
  reason: `a sentence of at least ${REASON_LENGTH_MIN} characters`,
  until: `a day such as 2027-03-31, at most ${EXEMPTION_DAYS_MAX} days ahead`,
  from: 'a day such as 2026-12-18',
  $schema: 'the path or the address of a JSON Schema, for editors',
};

const IN_LISTS: Readonly<Record<string, string>> = {
  retire: 'a window such as "Mon-Fri 09:00-17:00", "Sat,Sun 10:00-12:00" or "daily 22:00-04:00"',
  rotate: 'a window such as "Mon-Fri 09:00-17:00", "Sat,Sun 10:00-12:00" or "daily 22:00-04:00"',
  deliver: 'a place such as secrets-manager=app/{user}, or a mapping with to',
};

/** What the value at the path takes; some keys mean something else below others. */
export function takesAt(path: readonly (string | number)[]): string {
  const last = path.at(-1);
  const key = [...path].reverse().find((part) => typeof part === 'string') ?? '';
  if (path.length === 0) return 'a mapping that begins with version: 1';
  const belowTell = takesBelowTell(path);
  if (belowTell !== undefined) return belowTell;
  const belowHooks = takesBelowHooks(path);
  if (belowHooks !== undefined) return belowHooks;
  if (path.includes('windows') && key === 'retire') {
    return typeof last === 'number' ? (IN_LISTS.retire ?? '') : (TAKES.rotate ?? '');
  }
  if (path.at(-2) === 'tag') return 'text: a pattern of values, or a list of patterns';
  if (path[0] === 'freezes' && key === 'reason') return 'a reason in words';
  if (path[0] === 'freezes' && key === 'to') return 'a day such as 2027-01-04';
  if (path.includes('deliver') && key === 'id') return 'the name of a field';
  if (path.includes('deliver') && key === 'role') {
    return 'the ARN of a role, such as arn:aws:iam::111122223333:role/keyturn-places';
  }
  if (path.at(-2) === 'create_tags' || path.at(-2) === 'tags') return 'text: the value of a tag';
  if (path[0] === 'connections' && path.length === 2) {
    return 'a mapping with kind and what is said of the way there';
  }
  if (path[0] === 'connections' && key === 'role')
    return 'the ARN of a role, or the name of one in Vault';
  if (path[0] === 'accounts' && key === 'match')
    return '"all" or a mapping with id, name, ou and tag';
  if (
    key === 'name' &&
    (path.includes('match') || path.includes('never') || path.includes('account'))
  ) {
    return 'a pattern or a list of patterns';
  }
  if (typeof last === 'number' && IN_LISTS[key] !== undefined) return IN_LISTS[key];
  return TAKES[key] ?? 'something else';
}
