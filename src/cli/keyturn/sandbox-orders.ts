// The commands that talk to a running sandbox: `keyturn sandbox advance`, `clock` and `workloads`.

import type { SandboxTime } from '../../app/sandbox-control.ts';
import { MS_PER_DAY } from '../../base/clock.ts';
import { KeyturnError } from '../../base/errors.ts';
import { command, hintText } from '../../base/hint.ts';
import { printableJson } from '../../base/printable.ts';
import { wrapped } from '../../base/wrap.ts';
import { durationMs } from '../../sandbox/workloads/duration.ts';
import { isAskedFor, parseCommandLine, parseFlags, quoted } from '../flags/argv.ts';
import { helpWidth } from '../flags/help.ts';
import type { Session } from '../run.ts';
import { sandboxHelp } from './sandbox-flags.ts';
import { ADVANCE_FLAGS, WORKLOADS_FLAGS } from './sandbox-order-flags.ts';
import { type ToldWorkloads, workloadsDocument, workloadsTable } from './workload-table.ts';

const ADVANCE_DAYS_MAX = 3650;

/** Moves the sandbox's clock by the length of time that is named; without one it tells the time. */
export async function runAdvance({ host }: Session, args: readonly string[]): Promise<number> {
  if (isAskedFor(ADVANCE_FLAGS, args, 'help')) return await printHelp(host);
  const { values, words } = parseCommandLine(ADVANCE_FLAGS, args, 1);
  const aheadMs = words[0] === undefined ? undefined : lengthOf(words[0]);
  const control = await import('../../app/sandbox-control.ts');
  const address = control.requiredSandbox(host.env);
  const before = aheadMs === undefined ? undefined : await toldWorkloads(address);
  const time =
    aheadMs === undefined
      ? await control.readSandboxTime(address)
      : await control.advanceSandbox(address, aheadMs);
  if (values.json) {
    const document = { now: time.now.toISOString(), ahead_ms: time.shiftMs };
    await host.stdout.write(`${printableJson(document, 2)}\n`);
    return 0;
  }
  const lines = [timeLine(time)];
  if (before !== undefined && before.totals.workloads > 0) {
    lines.push(meanwhileLine(before, await toldWorkloads(address)));
  }
  const width = widthOf(host);
  await host.stdout.write(`${lines.map((line) => wrapped('', line, { width })).join('\n')}\n`);
  return 0;
}

/** The sandbox's time. */
export async function runClock(session: Session, args: readonly string[]): Promise<number> {
  parseFlags(ADVANCE_FLAGS, args);
  return await runAdvance(session, args);
}

/** Tells of the workloads, after it has started or restarted some where it is asked to. */
export async function runWorkloads({ host }: Session, args: readonly string[]): Promise<number> {
  if (isAskedFor(WORKLOADS_FLAGS, args, 'help')) return await printHelp(host);
  const { add = [], restart, json } = parseFlags(WORKLOADS_FLAGS, args);
  const workloads = add.map(workloadOf);
  const { askSandbox, readSandboxTime, requiredSandbox } = await import(
    '../../app/sandbox-control.ts'
  );
  const address = requiredSandbox(host.env);
  const { now } = await readSandboxTime(address);
  const order = async (what: string, body: unknown): Promise<void> => {
    await askSandbox(address, { method: 'POST', what, body });
  };
  if (workloads.length > 0) await order('workloads', { workloads });
  if (restart !== undefined) await order('restart', { name: restart });
  const told = await toldWorkloads(address);
  const width = widthOf(host);
  await host.stdout.write(
    json
      ? `${printableJson(workloadsDocument(told, now), 2)}\n`
      : workloadsTable(told, { now, width }),
  );
  return 0;
}

/** What reads a pipe has as much room as it wants. */
function widthOf({ stdout }: Session['host']): number {
  return stdout.isTerminal ? stdout.width : Number.POSITIVE_INFINITY;
}

async function printHelp(host: Session['host']): Promise<number> {
  await host.stdout.write(sandboxHelp(helpWidth(host.stdout)));
  return 0;
}

async function toldWorkloads(address: string): Promise<ToldWorkloads> {
  const { askSandbox } = await import('../../app/sandbox-control.ts');
  return (await askSandbox(address, { method: 'GET', what: 'workloads' })) as ToldWorkloads;
}

function lengthOf(text: string): number {
  const ms = durationMs(text);
  if (ms !== undefined && ms <= ADVANCE_DAYS_MAX * MS_PER_DAY) return ms;
  throw new KeyturnError(
    'bad-value',
    `advance takes a length of time up to ${ADVANCE_DAYS_MAX}d, not ${quoted(text)}`,
    {
      hint: [
        'a whole number of s, m, h, d or w, for example:',
        command('keyturn', 'sandbox', 'advance', '9d'),
      ],
    },
  );
}

const FIELDS = ['name', 'place', 'reads', 'calls', 'service', 'region'] as const;
/** A comma divides fields only before one of their names: a place may have one in it. */
const COMMA = new RegExp(`,(?=(?:${FIELDS.join('|')})=)`);

/** `name=nightly,place=secrets-manager=app/shop,reads=each-call,calls=1d`; the sandbox judges the values. */
function workloadOf(text: string): Readonly<Record<string, string>> {
  const entries = text.split(COMMA).map((field) => {
    const at = field.indexOf('=');
    return [field.slice(0, at), field.slice(at + 1)] as const;
  });
  const fields: Record<string, string> = Object.fromEntries(entries);
  const isKnown = entries.every(([name]) => FIELDS.some((field) => field === name));
  const isWhole = fields.name !== undefined && fields.place !== undefined;
  if (isKnown && isWhole && !Object.values(fields).includes('')) return fields;
  throw new KeyturnError(
    'bad-value',
    `--add takes name and place, and may have ${FIELDS.slice(2).join(', ')}; not ${quoted(text)}`,
    {
      hint: [
        'for example:',
        command('keyturn', 'sandbox', 'workloads', '--add', WORKLOADS_FLAGS.add.rule.example),
      ],
    },
  );
}

function timeLine({ now, shiftMs }: SandboxTime): string {
  const time = `${now.toISOString().slice(0, 19)}Z`;
  if (shiftMs === 0) return `the sandbox's clock is at ${time}, as this machine's`;
  const word = shiftMs > 0 ? 'ahead of' : 'behind';
  return `the sandbox's clock is at ${time}, ${lengthText(Math.abs(shiftMs))} ${word} this machine's`;
}

/** 9 days 4 hours; what is left below a minute is told in seconds. */
function lengthText(ms: number): string {
  const units: readonly (readonly [number, string])[] = [
    [MS_PER_DAY, 'day'],
    [3_600_000, 'hour'],
    [60_000, 'minute'],
    [1000, 'second'],
  ];
  let leftMs = ms;
  const parts: string[] = [];
  for (const [unitMs, name] of units) {
    const count = Math.floor(leftMs / unitMs);
    leftMs -= count * unitMs;
    if (count > 0) parts.push(`${count} ${name}${count === 1 ? '' : 's'}`);
  }
  return parts.slice(0, 2).join(' ') || 'less than a second';
}

function meanwhileLine(
  { totals: before }: ToldWorkloads,
  { totals: after }: ToldWorkloads,
): string {
  const made = after.calls - before.calls;
  const refused = after.refused - before.refused;
  const count = (number: number): string => number.toLocaleString('en-US');
  const noun = (number: number, word: string): string =>
    `${count(number)} ${word}${number === 1 ? '' : 's'}`;
  const calls = `${noun(after.workloads, 'workload')} made ${noun(made, 'call')} on the way`;
  if (refused === 0) return `${calls}; none was refused`;
  return hintText([
    `${calls}; ${count(refused)} ${refused === 1 ? 'was' : 'were'} refused:`,
    command('keyturn', 'sandbox', 'workloads'),
  ]);
}
