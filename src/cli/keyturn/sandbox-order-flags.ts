// The flags of the commands that talk to a running sandbox.

import type { FlagTable } from '../flags/flag.ts';
import * as rule from '../flags/value-rules.ts';
import { ABOUT_FLAGS } from '../rotate/flags.ts';

/** What may follow `keyturn sandbox`, with what it does. */
export const SANDBOX_ORDERS = {
  advance:
    'moves the clock of the running sandbox ahead by a length of time, such as 9d, 36h or 20m',
  clock: 'tells its time',
  workloads: 'tells of its workloads: key held, calls, refused calls',
} as const;

export type SandboxOrder = keyof typeof SANDBOX_ORDERS;

const JSON_FLAG = {
  names: ['json'],
  rule: rule.boolean,
  group: 'What is printed',
  about: 'Print one JSON object.',
} as const;

export const ADVANCE_FLAGS = {
  json: JSON_FLAG,
  help: ABOUT_FLAGS.help,
} as const satisfies FlagTable;

export const WORKLOADS_FLAGS = {
  add: {
    names: ['add'],
    rule: rule.oneOfList(
      'WORKLOAD',
      'name=nightly,place=secrets-manager=app/svc-billing,reads=each-call,calls=1d,service=s3',
      'a workload as fields with commas between',
    ),
    isList: true,
    group: 'Workloads',
    about: 'Start one more. May be given several times.',
  },
  restart: {
    names: ['restart'],
    rule: rule.list('NAME,…', 'svc-billing', 'names of workloads, with commas between'),
    isList: true,
    group: 'Workloads',
    about: 'Start these again, as a new deployment does: they read their places now.',
  },
  json: JSON_FLAG,
  help: ABOUT_FLAGS.help,
} as const satisfies FlagTable;
