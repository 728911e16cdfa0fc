// Where metrics of a run go; every command that runs has these.

import { type Asked, type Telling, tellingOf } from '../../app/telling.ts';
import { KeyturnError } from '../../base/errors.ts';
import type { FlagTable, FlagValues } from './flag.ts';
import { absolute, type Surroundings } from './surroundings.ts';
import * as rule from './value-rules.ts';

const VARIABLE = 'KEYTURN_METRICS';
const GROUP = 'What is printed';

export const METRICS_FLAGS = {
  metrics: {
    names: ['metrics'],
    rule: rule.notEmpty(rule.path),
    group: GROUP,
    about:
      'Write metrics to this file, in the text format of Prometheus, for the textfile collector; its name ends in .prom. A run that cannot write it warns, and ends as it would have.',
    fallback: `${VARIABLE}, else metrics.file of the configuration`,
  },
  metricsAccounts: {
    names: ['metrics-accounts'],
    rule: rule.choice(['all', 'none']),
    group: GROUP,
    about: 'all: each account has series of its own. none: all accounts together have one.',
    fallback: 'all',
  },
} as const satisfies FlagTable;

type Values = Pick<FlagValues<typeof METRICS_FLAGS>, 'metrics' | 'metricsAccounts'>;

/** What whoever begins the run asks for. Throws `bad-value`. */
export function askedMetrics(
  { metrics, metricsAccounts: accounts }: Values,
  surroundings: Surroundings,
): Asked {
  const [shown, source] =
    metrics === undefined
      ? ([surroundings.env[VARIABLE] || undefined, VARIABLE] as const)
      : ([metrics, '--metrics'] as const);
  if (shown === undefined) return { file: undefined, accounts };
  if (!shown.endsWith('.prom')) {
    throw new KeyturnError(
      'bad-value',
      `${source} takes a file whose name ends in .prom, not ${shown}`,
      {
        hint: 'the textfile collector reads no other files; write such as /var/lib/node_exporter/keyturn.prom',
      },
    );
  }
  return { file: absolute(shown, surroundings), accounts };
}

export function tellingAsked(values: Values, surroundings: Surroundings): Telling {
  return tellingOf(askedMetrics(values, surroundings), surroundings.env);
}
