// The control interface for other processes: JSON over HTTP below a reserved path. It gives the
// powers that a test has in-process, secrets included, so it answers to loopback names only and
// never to a web page: one that was lured here by DNS sends another Host, any other an Origin.

import { readClockChange, readFaults, readSeed, readSettings } from './control-input.ts';
import { readRestart, readWorkloads } from './control-workloads.ts';
import type { FaultScript } from './faults.ts';
import type { RequestLog } from './request-log.ts';
import { applySeed, describeWorld } from './seeding.ts';
import type { RawRequest } from './signature.ts';
import { populateWorkloads } from './workloads/populate.ts';
import type { Workloads } from './workloads/workloads.ts';
import type { World } from './world.ts';

export const CONTROL_PATH = '/_sandbox/';

const LOOPBACK_HOST = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:\d+)?$/i;

/** The parts of a sandbox that can be controlled. */
export interface Controlled {
  readonly world: World;
  readonly workloads: Workloads;
  readonly faults: FaultScript;
  readonly requests: RequestLog;
}

export interface ControlAnswer {
  readonly status: number;
  readonly body: string;
}

type ControlHandler = (sandbox: Controlled, body: unknown, query: URLSearchParams) => unknown;

const HANDLERS: Readonly<Record<string, ControlHandler>> = {
  'GET state': ({ world }, _body, query) => describeWorld(world, query.get('account') ?? undefined),
  'GET requests': ({ requests }) => requests.list(),
  'DELETE requests': ({ requests }) => requests.clear(),
  'GET faults': ({ faults }) => faults.list(),
  'POST faults': ({ faults }, body) => {
    for (const fault of readFaults(body)) faults.add(fault);
    return faults.list();
  },
  'DELETE faults': ({ faults }) => faults.clear(),
  'GET clock': ({ world }) => clockOf(world),
  'POST clock': (sandbox, body) => moveClock(sandbox, body),
  'POST seed': ({ world }, body) => {
    applySeed(world, readSeed(body));
    return describeWorld(world);
  },
  'GET workloads': ({ workloads }) => workloadsOf(workloads),
  'POST workloads': (sandbox, body) => addWorkloads(sandbox, body),
  'DELETE workloads': ({ workloads }) => workloads.clear(),
  'POST restart': ({ workloads }, body) => {
    for (const name of readRestart(body)) workloads.restart(name);
    return workloadsOf(workloads);
  },
  'POST settings': ({ world }, body) => Object.assign(world.settings, readSettings(body)),
};

/** Method and path below CONTROL_PATH of every request that is understood. */
export const CONTROL_REQUESTS: readonly string[] = Object.keys(HANDLERS);

/** Answers a control request; bad input is answered with 400 and a text. */
export function answerControl(sandbox: Controlled, request: RawRequest): ControlAnswer {
  if (!LOOPBACK_HOST.test(request.headers.host ?? '')) {
    return failure(403, 'the control interface answers to loopback names only');
  }
  if (request.headers.origin !== undefined) {
    return failure(403, 'the control interface does not answer to web pages');
  }
  const handler = HANDLERS[`${request.method} ${request.path.slice(CONTROL_PATH.length)}`];
  if (handler === undefined) return failure(404, `no ${request.method} ${request.path}`);
  try {
    const text = request.body.toString('utf8');
    const query = new URLSearchParams(request.query);
    const result = handler(sandbox, text === '' ? undefined : JSON.parse(text), query);
    return { status: 200, body: `${JSON.stringify(result ?? {})}\n` };
  } catch (thrown) {
    return failure(400, thrown instanceof Error ? thrown.message : String(thrown));
  }
}

/** Says what answers here, so that nobody takes another server's time for a sandbox's. */
function clockOf({ clock }: World): unknown {
  const { signatureSkewMs, shiftMs } = clock;
  return { service: 'keyturn-sandbox', now: clock.now(), shiftMs, signatureSkewMs };
}

function moveClock({ world, workloads }: Controlled, body: unknown): unknown {
  const change = readClockChange(body);
  const { clock } = world;
  workloads.catchUp();
  if (change.now !== undefined) clock.set(new Date(change.now));
  if (change.advanceMs !== undefined) clock.advance(change.advanceMs);
  if (change.signatureSkewMs !== undefined) clock.signatureSkewMs = change.signatureSkewMs;
  workloads.catchUp();
  return clockOf(world);
}

function addWorkloads(sandbox: Controlled, body: unknown): unknown {
  const { workloads, populate } = readWorkloads(body);
  if (populate !== undefined) populateWorkloads(sandbox, populate);
  for (const seed of workloads) sandbox.workloads.add(seed);
  return workloadsOf(sandbox.workloads);
}

function workloadsOf(workloads: Workloads): unknown {
  return { workloads: workloads.list(), totals: workloads.totals() };
}

function failure(status: number, message: string): ControlAnswer {
  return { status, body: `${JSON.stringify({ error: message })}\n` };
}
