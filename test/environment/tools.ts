// The tools that the rows are tried with: ours as a process, the AWS CLI and boto3 through clients.py.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { binOf, type Finished, finished, type Program } from '../cli/process.ts';
import type { Ports } from './recorder.ts';
import type { Settings } from './row.ts';

const TO_THIS_MACHINE = new URL('./to-this-machine.js', import.meta.url).href;
const CLIENTS = fileURLToPath(new URL('../../../test/environment/clients.py', import.meta.url));

export interface Case {
  readonly settings: Settings;
  readonly env: Readonly<Record<string, string>>;
  readonly ports: Ports;
  /** What stands for the trust store of the system; undefined for none that would do. */
  readonly trusted: string | undefined;
}

/** The words with which the tool refuses, or fails; undefined when both calls were answered. */
export type Ask = (one: Case) => Promise<string | undefined>;

/** Asks for the caller, and for the keys of one user, by a dry run that finds nothing due. */
export const askByOurs: Ask = async (one) => {
  const { profile, region } = one.settings;
  const args = ['--user', 'ann', '--dry-run', '--output-format', 'json'];
  if (profile !== undefined) args.push('--profile', profile);
  if (region !== undefined) args.push('--region', region);
  const { code, stderr } = await runOurs('rotate-iam-keys', args, one);
  return code === 0 ? undefined : stderr;
};

/** One of our programs, which reaches no other machine. */
export function runOurs(
  program: Program,
  args: readonly string[],
  { env, ports, trusted }: Pick<Case, 'env' | 'ports' | 'trusted'>,
): Promise<Finished> {
  const child = spawn(process.execPath, [`--import=${TO_THIS_MACHINE}`, binOf(program), ...args], {
    env: {
      PATH: process.env.PATH,
      ...env,
      KEYTURN_ACCEPT_VOLATILE_STATE: 'true',
      KEYTURN_TEST_PORTS: `443:${ports.https},80:${ports.http}`,
      ...(trusted !== undefined && { NODE_EXTRA_CA_CERTS: trusted }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return finished(child);
}

/** A tool of others that is ready, and which version of it. */
export interface Theirs {
  readonly version: string;
  readonly ask: Ask;
  close(): void;
}

/** Loads the tool once, in this Python. */
export async function openTheirs(python: string, tool: 'AWS CLI' | 'boto3'): Promise<Theirs> {
  const child = spawn(python, [CLIENTS, tool === 'boto3' ? 'boto3' : 'cli'], {
    env: { PATH: process.env.PATH },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done === true) throw new RangeError(`${tool} of ${python} ended`);
    return JSON.parse(value) as { readonly version?: string; readonly error?: string };
  };
  const { version = '' } = await next();
  return {
    version,
    ask: async ({ settings, env, ports, trusted }) => {
      const { profile, region } = settings;
      const numbers = { '443': ports.https, '80': ports.http };
      const line = {
        env: { PATH: process.env.PATH, ...env },
        ports: numbers,
        profile,
        region,
        trusted,
      };
      child.stdin.write(`${JSON.stringify(line)}\n`);
      return (await next()).error;
    },
    close: () => child.stdin.end(),
  };
}
