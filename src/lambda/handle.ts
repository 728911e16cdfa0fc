// One invocation: the event is judged, its mode does the work, and the result is a document; or an error that a state
// machine can match. Whatever is begun here is awaited: a function that is frozen goes on with nothing.
//
//   handle -> fields.ts -> rotate.ts | list.ts | summary.ts -> a document without a secret

import { sandboxClock } from '../app/sandbox-control.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import { toKeyturnError } from '../base/errors.ts';
import type { EventSink, LogLevel } from '../base/events.ts';
import { printableJson } from '../base/printable.ts';
import { isLogged, jsonLine } from '../cli/terminal/log.ts';
import { createMasker, type Masker } from '../cli/terminal/mask.ts';
import { LambdaFailure } from './failure.ts';
import { type EventRead, type Mode, readEvent } from './fields.ts';
import type { Invocation } from './invocation.ts';
import { listed } from './list.ts';
import { rotated } from './rotate.ts';
import { summedUp } from './summary.ts';
import type { LambdaContext } from './types.ts';

/** The process around the function, so that a test can put another in its place. */
export interface Around {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly writeLog?: (line: string) => void;
}

const WORK: Readonly<Record<Mode, (read: EventRead, invocation: Invocation) => Promise<object>>> = {
  rotate: rotated,
  list: listed,
  summary: summedUp,
};

/** Rejects with a LambdaFailure. */
export async function handle(
  event: unknown,
  context: LambdaContext,
  around: Around,
): Promise<Readonly<Record<string, unknown>>> {
  const masker = maskerOf(around.env);
  const write = around.writeLog ?? ((line) => process.stderr.write(`${line}\n`));
  try {
    const clock = await sandboxClock(around.env, systemClock);
    const read = readEvent(event);
    const emit = logOf({ write, masker, clock, level: levelOf(read) });
    const cwd = around.env.LAMBDA_TASK_ROOT || around.cwd;
    const remainingMs = () => context.getRemainingTimeInMillis();
    const result = await WORK[read.mode](read, { env: around.env, cwd, clock, emit, remainingMs });
    // I8: no secret is in it; and what AWS, a proxy or a service said may be.
    return JSON.parse(masker.mask(printableJson(result)));
  } catch (thrown) {
    const failure = new LambdaFailure(toKeyturnError(thrown), masker.mask);
    const { name: code, message } = failure;
    const time = systemClock.now().toISOString();
    write(printableJson({ time, level: 'error', code, message, fields: {} }));
    throw failure;
  }
}

function maskerOf(env: Around['env']): Masker {
  const masker = createMasker();
  masker.register(env.AWS_SECRET_ACCESS_KEY);
  masker.register(env.AWS_SESSION_TOKEN);
  return masker;
}

/** As far as it is known before the flags are judged. */
function levelOf({ args }: EventRead): LogLevel {
  const given = args.find((word) => word.startsWith('--log-level='))?.split('=')[1];
  return LEVELS.find((level) => level === given) ?? 'info';
}

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

interface LogParts {
  readonly write: (line: string) => void;
  readonly masker: Masker;
  readonly clock: Clock;
  readonly level: LogLevel;
}

function logOf({ write, masker, clock, level }: LogParts): EventSink {
  return (event) => {
    if (isLogged(event, level)) write(masker.mask(jsonLine(event, clock.now())));
  };
}
