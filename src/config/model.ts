// The shape of keyturn.yaml. Types, the check of a file and the JSON Schema for editors follow from it; what
// needs more than one value to be judged is in judge*.ts.

import { z } from 'zod';
import { isKmsKeyName } from '../base/kms-key-name.ts';
import { isRegionName } from '../base/region-name.ts';
import { readCustody } from '../custody/wish.ts';
import { SERVICES } from '../destinations/kinds.ts';
import { credentialReference } from '../destinations/place-credentials.ts';
import {
  DEADLINE_NOTICE_DAYS,
  QUIET_DAYS_MAX,
  QUIET_DAYS_MIN,
} from '../lifecycle/retire-policy.ts';
import { daysOf, isDay, isTimeZone } from './calendar.ts';
import { hooks } from './hooks-model.ts';
import { type NameKind, patternFault } from './pattern.ts';
import { checked, shaped } from './shaped.ts';
import { DAYS_MAX, REASON_LENGTH_MIN, TAKES } from './takes.ts';
import { metrics, notify } from './tell-model.ts';
import { windowFault } from './window.ts';

const wholeNumber = (min: number, max: number) => z.int().min(min).max(max);
const day = shaped(isDay);
const pattern = (kind: NameKind) => checked((text) => patternFault(text, kind));
const patterns = (kind: NameKind) => {
  const one = pattern(kind);
  return z.union([one, z.array(one).min(1)]);
};

function described<Schema extends z.ZodType>(key: string, schema: Schema): Schema {
  const takes = TAKES[key];
  return takes === undefined ? schema : schema.meta({ description: `Takes ${takes}.` });
}

const tags = described('tag', z.record(z.string().min(1), patterns('tag')));

const accountId = shaped((text) => /^\d{12}$/.test(text));
const accountIds = z.union([accountId, z.array(accountId).min(1)]);

export const accountSelection = z
  .strictObject({
    id: described('id', accountIds).optional(),
    name: described('user', patterns('account')).optional(),
    ou: described('ou', patterns('account')).optional(),
    tag: tags.optional(),
  })
  .meta({ minProperties: 1 });

const accountText = pattern('account');

export interface Selection {
  readonly user?: string | readonly string[] | undefined;
  readonly path?: string | readonly string[] | undefined;
  readonly group?: string | readonly string[] | undefined;
  readonly tag?: Readonly<Record<string, string | readonly string[]>> | undefined;
  readonly account?: string | readonly string[] | AccountSelection | undefined;
  readonly has_password?: boolean | undefined;
  readonly any?: readonly Selection[] | undefined;
  readonly not?: Selection | undefined;
}

export const selection: z.ZodType<Selection> = z
  .strictObject({
    user: described('user', patterns('user')).optional(),
    path: described('path', patterns('path')).optional(),
    group: described('group', patterns('group')).optional(),
    tag: tags.optional(),
    account: described(
      'account',
      z.union([accountText, z.array(accountText).min(1), accountSelection]),
    ).optional(),
    has_password: described('has_password', z.boolean()).optional(),
    get any() {
      return described('any', z.array(selection).min(1)).optional();
    },
    get not() {
      return described('not', selection).optional();
    },
  })
  .meta({ id: 'selection', minProperties: 1 });

const match = described('match', z.union([z.literal('all'), selection]));

const region = described('region', shaped(isRegionName));
const externalId = described(
  'external_id',
  shaped((text) => /^[\w+=,.@:/-]{2,1224}$/.test(text)),
);

const placeObject = z.strictObject({
  to: described('to', z.string().min(1)),
  with: described('with', z.string().min(1)).optional(),
  form: described('form', z.string().min(1)).optional(),
  id: z.string().min(1).optional(),
  secret: described('secret', z.string().min(1)).optional(),
  region: region.optional(),
  role: described(
    'role',
    shaped((text) => /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=.@/-]{1,512}$/.test(text)),
  ).optional(),
  external_id: externalId.optional(),
  create_missing: described('create_missing', z.boolean()).optional(),
  create_kms_key: described('create_kms_key', shaped(isKmsKeyName)).optional(),
  create_tags: described('create_tags', z.record(z.string().min(1), z.string())).optional(),
});

/** I8: where a credential is, and never the credential, which the message must not quote. */
const reference = checked((text) =>
  credentialReference(text) === undefined || /[{}]/.test(text.slice(2, -1))
    ? {
        code: 'secret-in-clear',
        message: `a secret in clear is refused; write \${env:NAME}, \${file:/PATH} or \${command:PROGRAM ARG}`,
      }
    : undefined,
);

const word = z.string().min(1).max(1024);

const connection = z.strictObject({
  kind: described('kind', z.enum(SERVICES as [string, ...string[]])),
  address: described('address', word).optional(),
  namespace: described('namespace', word).optional(),
  context: described('context', word).optional(),
  auth: described('auth', word).optional(),
  auth_mount: described('auth_mount', word).optional(),
  role: described('role', word).optional(),
  token: described('token', reference).optional(),
  role_id: described('token', reference).optional(),
  secret_id: described('token', reference).optional(),
  jwt: described('token', reference).optional(),
  server_id: described('server_id', word).optional(),
  sts_region: described('region', word).optional(),
  app_id: described('app_id', word).optional(),
  app_key: described('token', reference).optional(),
  app_installation: described('app_id', word).optional(),
  external_id: externalId.optional(),
  region: region.optional(),
});

const windowList = z.array(checked((text) => windowFault(text))).min(1);

const orWord = <Word extends string>(word: Word, min: number, max: number) =>
  z.union([wholeNumber(min, max), z.literal(word)]);

const policyShape = {
  days_threshold: described('days_threshold', wholeNumber(1, DAYS_MAX)).optional(),
  before_next_run: described(
    'before_next_run',
    shaped((text) => daysOf(text) !== undefined),
  ).optional(),
  max_age_days: described('max_age_days', wholeNumber(1, DAYS_MAX)).optional(),
  max_age_until: described('max_age_until', z.enum(['deleted', 'inactive'])).optional(),
  retire: described('retire', z.enum(['when-quiet', 'now', 'never'])).optional(),
  quiet_days: described('quiet_days', wholeNumber(QUIET_DAYS_MIN, QUIET_DAYS_MAX)).optional(),
  retire_deadline_days: described(
    'retire_deadline_days',
    orWord('none', DEADLINE_NOTICE_DAYS, DAYS_MAX),
  ).optional(),
  hold_days: described('hold_days', orWord('never', 1, DAYS_MAX)).optional(),
  deliver: described(
    'deliver',
    z.array(z.union([z.string().min(1), placeObject])).min(1),
  ).optional(),
  windows: described(
    'windows',
    z.strictObject({
      rotate: described('rotate', windowList).optional(),
      retire: described('rotate', windowList).optional(),
    }),
  ).optional(),
  hooks: described('hooks', hooks).optional(),
};

export const policy = z.strictObject(policyShape);

const name = described(
  'name',
  shaped((text) => /^[a-z0-9][a-z0-9-]{0,63}$/.test(text)),
);

const rule = z.strictObject({
  name,
  match,
  extends: described('extends', z.string().min(1)).optional(),
  ...policyShape,
});

export const exemption = z.strictObject({
  match,
  owner: described('owner', z.string().trim().min(1)),
  reason: described('reason', z.string().trim().min(REASON_LENGTH_MIN)),
  until: described('until', day),
});

const limit = orWord('none', 1, 100_000);

const accountGroup = z.strictObject({
  name,
  match: described('match', z.union([z.literal('all'), accountSelection])),
  role: described(
    'role',
    shaped((text) => /^(?:[\w+=,.@-]{1,512}\/)*[\w+=,.@-]{1,64}$/.test(text)),
  ).optional(),
  external_id: externalId.optional(),
  region: region.optional(),
  defaults: described('defaults', policy).optional(),
});

export const configModel = z.strictObject({
  $schema: z.string().optional(),
  version: described('version', z.literal(1)),
  time_zone: described('time_zone', shaped(isTimeZone)).optional(),
  accounts: described(
    'accounts',
    z.strictObject({
      organization: described('organization', z.boolean()).optional(),
      never: described('never', z.array(z.union([accountId, accountSelection])).min(1)).optional(),
      groups: described('groups', z.array(accountGroup).min(1)).optional(),
    }),
  ).optional(),
  connections: described(
    'connections',
    z.record(
      shaped((text) => /^[a-z0-9][a-z0-9-]{0,63}$/.test(text)),
      connection,
    ),
  ).optional(),
  defaults: described('defaults', policy).optional(),
  rules: described('rules', z.array(rule).min(1)),
  exemptions: described('exemptions', z.array(exemption)).optional(),
  exemptions_file: described('exemptions_file', z.string().min(1)).optional(),
  unmatched: described('unmatched', z.enum(['report', 'fail'])).optional(),
  trusted_tags: described('trusted_tags', z.array(z.string().min(1))).optional(),
  limits: described(
    'limits',
    z.strictObject({
      max_rotations: described('max_rotations', limit).optional(),
      max_deactivations: described('max_deactivations', limit).optional(),
      max_open: described('max_open', limit).optional(),
      stop_after_failures: described('stop_after_failures', limit).optional(),
    }),
  ).optional(),
  freezes: described(
    'freezes',
    z.array(
      z.strictObject({ from: described('from', day), to: day, reason: z.string().trim().min(1) }),
    ),
  ).optional(),
  plan: described(
    'plan',
    z.strictObject({ expires_hours: described('expires_hours', wholeNumber(1, 168)).optional() }),
  ).optional(),
  state: described('state', z.string().min(1)).optional(),
  custody: described(
    'custody',
    z.strictObject({
      by: described(
        'by',
        shaped((text) => readCustody(text) !== undefined),
      ).optional(),
      identity: described('token', reference).optional(),
      kms_key: described('create_kms_key', shaped(isKmsKeyName)).optional(),
      tags: described('create_tags', z.record(z.string().min(1), z.string())).optional(),
    }),
  ).optional(),
  metrics: described('metrics', metrics).optional(),
  notify: described('notify', notify).optional(),
});

/** A file of exemptions alone, for other reviewers. */
export const exemptionsModel = z.strictObject({
  $schema: z.string().optional(),
  version: described('version', z.literal(1)),
  exemptions: described('exemptions', z.array(exemption)),
});

export type ConfigModel = z.infer<typeof configModel>;
export type Policy = z.infer<typeof policy>;
export type Rule = z.infer<typeof rule>;
export type Exemption = z.infer<typeof exemption>;
export type AccountGroup = z.infer<typeof accountGroup>;
export type AccountSelection = z.infer<typeof accountSelection>;
export type Match = 'all' | Selection;
export type PlaceObject = z.infer<typeof placeObject>;
export type DeliverItem = string | PlaceObject;
export type Connection = z.infer<typeof connection>;
export type Connections = Readonly<Record<string, Connection>>;
