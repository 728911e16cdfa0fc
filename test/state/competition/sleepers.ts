// A real runner that is stopped in the middle of a rotation and wakes up when another one has taken its user
// over. The log of the practice AWS tells whether it wrote anything then.

import { setTimeout as sleep } from 'node:timers/promises';
import type { LoggedRequest } from '../../../src/sandbox/index.ts';
import type { Finished } from '../../cli/process.ts';
import type { Field, Runner } from './field.ts';

/** Longer than a lease. */
export const SLEEP_MS = 40 * 60_000;
const POLL_MS = 5;
/** Longer than it takes to see that the moment has come. */
const HELD_MS = 1_000;

/** The request at which the runner falls asleep: before AWS carries it out, or before it hears the answer. */
export interface Moment {
  readonly operation: string;
  readonly nth: number;
  readonly when: 'arrived' | 'committed';
}

export interface Slept {
  readonly sleeper: Finished;
  readonly other: Finished | undefined;
  /** What the sleeper was let change after the other one had taken the user over, at AWS and in the tables. */
  readonly late: readonly LoggedRequest[];
  /** What it tried, and was refused. */
  readonly refused: readonly LoggedRequest[];
}

/** Throws when the runner never comes to that moment. Without another one nobody takes its user over. */
export async function sleepAt(
  { operation, nth, when }: Moment,
  field: Field,
  isTakenOver = true,
): Promise<Slept> {
  const { requests, faults } = field.sandbox;
  const kind = when === 'arrived' ? 'delay' : 'delay-reply';
  faults.add({ operation, calls: { nth }, effect: { kind, durationMs: HELD_MS } });
  const one = field.start();
  const isThere = () =>
    requests
      .list(operation)
      .some(({ fault, done }) => fault === kind && (when === 'arrived' || done));
  try {
    if (!(await until(isThere, one))) {
      throw new RangeError(`never at ${operation} ${nth}: ${(await one.ended).stderr}`);
    }
    one.child.kill('SIGSTOP');
    faults.clear();
    field.pass(SLEEP_MS);
    const before = new Set(requests.list().filter(({ done }) => done));
    const other = isTakenOver ? await field.start().ended : undefined;
    one.child.kill('SIGCONT');
    const sleeper = await one.ended;
    const writes = requests
      .list()
      .filter((entry) => entry.accessKeyId === one.keyId && isOfUser(entry) && !before.has(entry));
    return {
      ...{ sleeper, other },
      late: writes.filter(({ done }) => done),
      refused: writes.filter(({ done }) => !done),
    };
  } finally {
    one.child.kill('SIGKILL');
  }
}

/**
 * Changes a key, or what is on record of a user. A secret in hand is always taken, and what was seen of keys
 * joins what others saw.
 */
function isOfUser({ service, access, operation, params }: LoggedRequest): boolean {
  if (access !== 'write') return false;
  if (service === 'iam') return true;
  if (service !== 'dynamodb') return false;
  return operation === 'TransactWriteItems' ? !isOfTrailAlone(params) : isOfHead(params);
}

/** What was decided and why is told to the end, whoever has the user: such lines say so themselves, and change nothing. */
function isOfTrailAlone({ TransactItems = '[]' }: LoggedRequest['params']): boolean {
  const items = JSON.parse(TransactItems) as readonly {
    readonly Put?: { readonly Item: unknown };
  }[];
  return items.every(({ Put }) => /"pk":{"S":"T#/.test(JSON.stringify(Put?.Item ?? {})));
}

function isOfHead({ TableName, UpdateExpression = '' }: LoggedRequest['params']): boolean {
  return TableName === 'keyturn' && UpdateExpression.includes('#until');
}

/** Resolves when it holds; false when the runner has ended before. */
async function until(holds: () => boolean, { child }: Runner): Promise<boolean> {
  while (!holds()) {
    if (child.exitCode !== null || child.signalCode !== null) return holds();
    await sleep(POLL_MS);
  }
  return true;
}
