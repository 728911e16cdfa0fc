// The shape of `metrics:` and `notify:` in a configuration: where figures go, and who is told what.

import { z } from 'zod';
import { isRegionName } from '../base/region-name.ts';
import { shaped } from './shaped.ts';
import { OCCASIONS, tellWords } from './tell-takes.ts';

export const DAYS_OF_NOTICE_MAX = 365;

function worded(section: 'metrics' | 'notify') {
  return <Schema extends z.ZodType>(key: string, schema: Schema): Schema => {
    const takes = tellWords(section, key);
    return takes === undefined ? schema : schema.meta({ description: `Takes ${takes}.` });
  };
}

const ofMetrics = worded('metrics');
const ofNotify = worded('notify');

const word = z.string().min(1).max(2048);
const days = z.int().min(1).max(DAYS_OF_NOTICE_MAX);
const address = shaped(isMailAddress);

/** One that mail servers take without quotes; a line break or a comma would be a second one. */
export function isMailAddress(text: string): boolean {
  return /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.)*[A-Za-z0-9-]{1,63}$/.test(
    text,
  );
}

const otlp = z.union([
  z.literal(true),
  z.strictObject({
    endpoint: ofMetrics('endpoint', word).optional(),
    headers: ofMetrics(
      'headers',
      z.record(z.string().regex(/^[A-Za-z0-9-]{1,64}$/), word),
    ).optional(),
    timeout_s: ofMetrics('timeout_s', z.int().min(1).max(60)).optional(),
  }),
]);

export const metrics = z.strictObject({
  file: ofMetrics('file', word).optional(),
  accounts: ofMetrics('accounts', z.enum(['all', 'none'])).optional(),
  otlp: ofMetrics('otlp', otlp).optional(),
});

const occasions = ofNotify('on', z.array(z.enum(OCCASIONS)).min(1));

const channel = z.strictObject({
  name: ofNotify('name', z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/)),
  slack: ofNotify('slack', word).optional(),
  teams: ofNotify('teams', word).optional(),
  webhook: ofNotify('webhook', word).optional(),
  secret: ofNotify('secret', word).optional(),
  smtp: ofNotify('smtp', word).optional(),
  user: ofNotify('user', word).optional(),
  password: ofNotify('password', word).optional(),
  from: ofNotify('from', address).optional(),
  to: ofNotify('to', z.array(address).min(1)).optional(),
  to_owners: ofNotify('to_owners', z.boolean()).optional(),
  sns: ofNotify('sns', word).optional(),
  eventbridge: ofNotify('eventbridge', word).optional(),
  region: ofNotify('region', shaped(isRegionName)).optional(),
  run: ofNotify('run', z.array(z.string().min(1)).min(1)).optional(),
  on: occasions.optional(),
});

export const notify = z.strictObject({
  channels: ofNotify('channels', z.array(channel).min(1)),
  on: occasions.optional(),
  due_soon_days: ofNotify('due_soon_days', days).optional(),
  deadline_days: ofNotify('deadline_days', days).optional(),
  repeat_days: ofNotify('repeat_days', z.union([days, z.literal('never')])).optional(),
  owners: ofNotify(
    'owners',
    z.strictObject({
      tags: ofNotify('tags', z.array(z.string().min(1).max(128)).min(1)).optional(),
      addresses: ofNotify('addresses', z.record(z.string().min(1), address)).optional(),
      domains: ofNotify(
        'domains',
        z
          .array(z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.)*[A-Za-z0-9-]{1,63}$/))
          .min(1),
      ).optional(),
    }),
  ).optional(),
});

export type MetricsModel = z.infer<typeof metrics>;
export type NotifyModel = z.infer<typeof notify>;
export type ChannelModel = NotifyModel['channels'][number];
