// Who we are, and whether another process of this machine still lives. Claims depend on it, so a
// test or a simulation can stand in for the machine.

import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { errnoOf } from '../../base/files/file-system.ts';

export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks from boot to the start of the process; null where the system does not tell. */
  readonly processStart: string | null;
  readonly host: string;
  /** Stays the same across reboots; null where the system does not tell. */
  readonly machineId: string | null;
  /** Changes with each boot; null where the system does not tell. */
  readonly bootId: string | null;
  /** Process IDs mean something only within one namespace (containers); null where there is none. */
  readonly pidNamespace: string | null;
}

export interface ProcessTable {
  self(): Promise<ProcessIdentity>;
  /** Undefined when no such process runs; otherwise its start, where the system tells it. */
  find(pid: number): Promise<{ readonly processStart: string | null } | undefined>;
}

/** Linux tells everything; elsewhere process IDs alone must do. */
export const systemProcesses: ProcessTable = {
  self: async () => ({
    pid: process.pid,
    processStart: (await statOf(process.pid))?.start ?? null,
    host: hostname(),
    machineId: await textOf(readFile('/etc/machine-id', 'utf8')),
    bootId: await textOf(readFile('/proc/sys/kernel/random/boot_id', 'utf8')),
    pidNamespace: await textOf(readlink('/proc/self/ns/pid')),
  }),
  find: async (pid) => {
    if (!answersSignals(pid)) return undefined;
    const stat = await statOf(pid);
    // A zombie answers signals but will never run again.
    if (stat !== undefined && (stat.state === 'Z' || stat.state === 'X')) return undefined;
    return { processStart: stat?.start ?? null };
  },
};

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    return errnoOf(error) !== 'ESRCH';
  }
}

/** State and start time from /proc/<pid>/stat (proc(5): fields 3 and 22). */
async function statOf(pid: number): Promise<{ state: string; start: string } | undefined> {
  const text = await textOf(readFile(`/proc/${pid}/stat`, 'utf8'));
  if (text === null) return undefined;
  // Field 2 is the program's name in parentheses, which can itself contain spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, start] = [fields[0], fields[19]];
  return state === undefined || start === undefined ? undefined : { state, start };
}

async function textOf(reading: Promise<string>): Promise<string | null> {
  try {
    const text = (await reading).trim();
    return text === '' ? null : text;
  } catch {
    return null;
  }
}
