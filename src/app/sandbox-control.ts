// How a command reaches the sandbox that its shell belongs to: KEYTURN_SANDBOX names its address, and
// below a reserved path it takes orders. The address must be one of this machine.
//
// The time that the sandbox tells becomes the command's own. It is tied to the address: whoever opens AWS
// by such a clock refuses every other endpoint (aws/endpoint.ts), so no real account ever meets it.

import { type Clock, shiftedClock } from '../base/clock.ts';
import { KeyturnError } from '../base/errors.ts';
import { systemReason } from '../base/files/file-system.ts';
import { command, type Hint } from '../base/hint.ts';
import { isLoopback } from '../base/loopback.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const VARIABLE = 'KEYTURN_SANDBOX';
const CONTROL_PATH = '/_sandbox/';
/** What names itself so is a sandbox of keyturn. */
const SERVICE = 'keyturn-sandbox';
/** A sandbox that plays months of workloads answers late. */
const ANSWER_MS = 60_000;
const WORK_MS = 15 * 60_000;

/** What the sandbox says of its clock. */
export interface SandboxTime {
  readonly now: Date;
  /** How far that is from this machine's clock. */
  readonly shiftMs: number;
}

/** The address of the sandbox, such as http://127.0.0.1:4599; undefined when none is named. Throws `bad-value`. */
export function sandboxAddress(env: Environment): string | undefined {
  const text = env[VARIABLE];
  if (text === undefined || text === '') return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url !== undefined && url.href === `${url.origin}/`;
  if (isPlain && url.protocol === 'http:' && isLoopback(url.hostname)) return url.origin;
  throw new KeyturnError(
    'bad-value',
    `${VARIABLE} is ${JSON.stringify(text)}, which is no address of a sandbox on this machine`,
    { hint: ['set it as keyturn sandbox prints it, or:', command('unset', VARIABLE)] },
  );
}

/**
 * The clock of a command: the sandbox's, read once, where one is named; else the given one. Throws
 * `bad-value`, and `no-sandbox` when nothing answers there, or something else.
 */
export async function sandboxClock(env: Environment, machine: Clock): Promise<Clock> {
  const address = sandboxAddress(env);
  if (address === undefined) return machine;
  const { shiftMs } = await readSandboxTime(address);
  return shiftedClock(machine, shiftMs, address);
}

/** Throws `no-sandbox`. */
export async function readSandboxTime(address: string): Promise<SandboxTime> {
  return timeOf(await askSandbox(address, { method: 'GET', what: 'clock' }), address);
}

/** Moves the sandbox's clock ahead, and resolves when its workloads have been played. Throws `no-sandbox`. */
export async function advanceSandbox(address: string, advanceMs: number): Promise<SandboxTime> {
  // Asked first, so that nothing but a sandbox is sent an order.
  await readSandboxTime(address);
  const order = { method: 'POST', what: 'clock', body: { advanceMs } } as const;
  return timeOf(await askSandbox(address, order), address);
}

export interface SandboxRequest {
  readonly method: 'GET' | 'POST';
  /** What stands below the reserved path. */
  readonly what: string;
  readonly body?: unknown;
}

/** The sandbox's answer. Throws `no-sandbox`, and `bad-value` with its words when it refuses the order. */
export async function askSandbox(address: string, request: SandboxRequest): Promise<unknown> {
  const { status, text } = await send(address, request);
  const answer = parsed(text);
  if (status === 200 && answer !== undefined) return answer;
  const refusal = (answer as { readonly error?: unknown } | undefined)?.error;
  if (status === 400 && typeof refusal === 'string') {
    throw new KeyturnError('bad-value', `the sandbox refuses that: ${refusal}`);
  }
  throw notASandbox(address);
}

function timeOf(answer: unknown, address: string): SandboxTime {
  const { service, now, shiftMs } = answer as Readonly<Record<string, unknown>>;
  const isTime = typeof now === 'string' && Number.isSafeInteger(shiftMs);
  if (service !== SERVICE || !isTime) throw notASandbox(address);
  return { now: new Date(now), shiftMs: shiftMs as number };
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

async function send(
  address: string,
  { method, what, body }: SandboxRequest,
): Promise<{ readonly status: number | undefined; readonly text: string }> {
  const { Agent, request } = await import('node:http');
  // An agent of its own: the process-wide one may be told to go through a proxy.
  const agent = new Agent();
  const signal = AbortSignal.timeout(method === 'GET' ? ANSWER_MS : WORK_MS);
  try {
    return await new Promise((resolve, reject) => {
      const outgoing = request(`${address}${CONTROL_PATH}${what}`, { method, agent, signal });
      outgoing.on('error', reject);
      outgoing.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (more: string) => {
          text += more;
        });
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode, text }));
      });
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  } catch (thrown) {
    throw new KeyturnError(
      'no-sandbox',
      `no sandbox answers at ${address} (${systemReason(thrown)})`,
      { cause: thrown, hint: startHint(address) },
    );
  } finally {
    agent.destroy();
  }
}

function notASandbox(address: string): KeyturnError {
  return new KeyturnError(
    'no-sandbox',
    `what answers at ${address} is no sandbox of this version`,
    {
      hint: startHint(address),
    },
  );
}

function startHint(address: string): Hint {
  const { port } = new URL(address);
  const flags = port === '' ? [] : ['--port', port];
  return [
    'start one:',
    command('keyturn', 'sandbox', ...flags),
    'or leave the sandbox:',
    command('unset', VARIABLE),
  ];
}

/** Who gives the sandbox an order must be in its shell. Throws `no-sandbox` and `bad-value`. */
export function requiredSandbox(env: Environment): string {
  const address = sandboxAddress(env);
  if (address !== undefined) return address;
  throw new KeyturnError('no-sandbox', `${VARIABLE} is not set, so no sandbox is known`, {
    hint: [
      'start one in another terminal:',
      command('keyturn', 'sandbox'),
      'then paste the lines that it prints here',
    ],
  });
}
