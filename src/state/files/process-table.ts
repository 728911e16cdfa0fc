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

/** What is the machine's, not the process's. */
type MachineIdentity = Pick<ProcessIdentity, 'machineId' | 'bootId' | 'pidNamespace'>;

/** Reads settings of the kernel by name, each a line of the answer. */
export type KernelReader = (names: readonly string[]) => Promise<string>;

/**
 * Linux tells everything in /proc. A Mac tells its machine and its boot when it is asked, and has no
 * namespaces: all its processes share one. No other system tells which machine it is.
 */
export async function machineIdentity(
  platform: NodeJS.Platform,
  askKernel: KernelReader = sysctl,
): Promise<MachineIdentity> {
  if (platform === 'darwin') {
    const answer = await textOf(askKernel(['kern.uuid', 'kern.bootsessionuuid']));
    const [machineId, bootId, ...more] = (answer ?? '').split('\n').map((line) => line.trim());
    if (!machineId || !bootId || more.length > 0) return UNKNOWN_MACHINE;
    return { machineId, bootId, pidNamespace: 'darwin' };
  }
  return {
    machineId: await textOf(readFile('/etc/machine-id', 'utf8')),
    bootId: await textOf(readFile('/proc/sys/kernel/random/boot_id', 'utf8')),
    pidNamespace: await textOf(readlink('/proc/self/ns/pid')),
  };
}

const UNKNOWN_MACHINE: MachineIdentity = { machineId: null, bootId: null, pidNamespace: null };

async function sysctl(names: readonly string[]): Promise<string> {
  const { execFile } = await import('node:child_process');
  return await new Promise((resolve, reject) => {
    execFile('/usr/sbin/sysctl', ['-n', ...names], (error, stdout) =>
      error === null ? resolve(stdout) : reject(error),
    );
  });
}

/** It stays the same for as long as this process lives, and asking may take a process of its own. */
let thisMachine: Promise<MachineIdentity> | undefined;

export const systemProcesses: ProcessTable = {
  self: async () => {
    thisMachine ??= machineIdentity(process.platform);
    return {
      pid: process.pid,
      processStart: (await statOf(process.pid))?.start ?? null,
      host: hostname(),
      ...(await thisMachine),
    };
  },
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
