// `keyturn sandbox`: serves until SIGINT or SIGTERM. With a word behind it, an order to one that runs.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closest } from '../../base/closest.ts';
import { KeyturnError } from '../../base/errors.ts';
import { command } from '../../base/hint.ts';
import { shellWords } from '../../base/shell-words.ts';
import { wrapped } from '../../base/wrap.ts';
import type { ServedSandbox, ServeOptions } from '../../sandbox/serve.ts';
import { isAskedFor, parseFlags, quoted } from '../flags/argv.ts';
import type { FlagValues } from '../flags/flag.ts';
import { helpWidth } from '../flags/help.ts';
import { absolute } from '../flags/surroundings.ts';
import type { Host } from '../host.ts';
import type { Session } from '../run.ts';
import {
  type PracticeFile,
  refuseTaken,
  removePracticeFile,
  writePracticeFile,
} from './practice-file.ts';
import { SANDBOX_FLAGS, sandboxHelp } from './sandbox-flags.ts';
import { SANDBOX_ORDERS, type SandboxOrder } from './sandbox-order-flags.ts';

/** Resolves with the exit code when the sandbox was stopped. */
export async function runSandbox(session: Session, args: readonly string[]): Promise<number> {
  const { host, voice } = session;
  const [word, ...rest] = args;
  if (word !== undefined && !word.startsWith('-')) return await carryOut(session, word, rest);
  if (isAskedFor(SANDBOX_FLAGS, args, 'help')) {
    await host.stdout.write(sandboxHelp(helpWidth(host.stdout)));
    return 0;
  }
  const values = parseFlags(SANDBOX_FLAGS, args);
  const options = serveOptions(values);
  const { credentialsFile } = values;
  const path = credentialsFile === undefined ? undefined : absolute(credentialsFile, host);
  if (path !== undefined) refuseTaken(path);
  // Listening for signals begins first: one that comes while it starts must not be lost.
  const stopped = nextStop(host);
  const served = await serve(options);
  const stateDir = mkdtempSync(join(tmpdir(), 'keyturn-sandbox-'));
  const file = practiceFile(path, served);
  try {
    if (file !== undefined) writePracticeFile(file);
    const own = [...ownEnvironment(stateDir, served.sandbox.url), ...filesOf(file, stateDir)].join(
      '\n',
    );
    await host.stdout.write(`${served.environment}\n${own}\n`);
    const layout = { width: helpWidth(host.stderr) };
    // Line by line: what is indented is a command, and stays whole.
    const page = `${served.summary}\n\n${NEXT}`
      .split('\n')
      .map((line) => wrapped('', line, layout))
      .join('\n');
    host.stderr.writeNow(`${page}\n`);
    const signal = await stopped;
    voice.remark(`${signal}: sandbox stopped`);
    return 0;
  } finally {
    await served.sandbox.close();
    if (file !== undefined) removePracticeFile(file);
    rmSync(stateDir, { recursive: true, force: true });
  }
}

/** An order to a sandbox that runs. */
async function carryOut(session: Session, word: string, args: readonly string[]): Promise<number> {
  if (!Object.hasOwn(SANDBOX_ORDERS, word)) throw unknownOrder(word);
  const { runAdvance, runClock, runWorkloads } = await import('./sandbox-orders.ts');
  const run = { advance: runAdvance, clock: runClock, workloads: runWorkloads };
  return await run[word as SandboxOrder](session, args);
}

function unknownOrder(word: string): KeyturnError {
  const known = Object.keys(SANDBOX_ORDERS);
  const suggestion = closest(word, known);
  return new KeyturnError('unknown-command', `unknown command ${quoted(`sandbox ${word}`)}`, {
    hint:
      suggestion === undefined
        ? `keyturn sandbox starts one; to one that runs: ${known.join(', ')}`
        : ['did you mean:', command('keyturn', 'sandbox', suggestion)],
  });
}

/** What a person has set for real accounts: practice would write there, or be governed by it. */
const REAL = 'KEYTURN_CONFIG KEYTURN_METRICS KEYTURN_CUSTODY OTEL_METRICS_EXPORTER';

/**
 * Gives the shell a journal of its own, because every sandbox has the same account ID; a guard, so that no
 * keyturn command in it can reach the real AWS; and the address from which they take their time.
 */
function ownEnvironment(stateDir: string, url: string): string[] {
  return [
    `unset ${REAL}`,
    // By the name that goes before the other one.
    `export KEYTURN_STATE=${stateDir}`,
    'export KEYTURN_ENDPOINT_GUARD=loopback',
    `export KEYTURN_SANDBOX=${url}`,
  ];
}

function practiceFile(path: string | undefined, served: ServedSandbox): PracticeFile | undefined {
  const { credentialsFile: text } = served;
  return path === undefined || text === undefined ? undefined : { path, text };
}

/** The person's own config file may have profiles of the same names. */
function filesOf(file: PracticeFile | undefined, stateDir: string): string[] {
  if (file === undefined) return [];
  return [
    `export AWS_SHARED_CREDENTIALS_FILE=${shellWords([file.path])}`,
    `export AWS_CONFIG_FILE=${join(stateDir, 'config')}`,
  ];
}

const NEXT = `Paste the lines of stdout into another terminal, or where they went to a file read that there (. ./sandbox.env), then try:

  rotate-iam-keys --dry-run
  keyturn init                             then keyturn plan, keyturn apply
  keyctl -l                                (with --credentials-file)
  keyturn sandbox advance 9d
  aws --endpoint-url "$AWS_ENDPOINT_URL" iam list-users

Ctrl-C stops the sandbox and forgets the account. This says how calls are made to fail meanwhile:

  keyturn sandbox --help`;

type Values = FlagValues<typeof SANDBOX_FLAGS>;

function serveOptions(values: Values): ServeOptions {
  if (values.burst !== undefined && values.rate === undefined) {
    throw new KeyturnError(
      'conflicting-flags',
      `--burst ${values.burst} has no effect without --rate`,
      { hint: 'add --rate, or leave --burst out' },
    );
  }
  return {
    ...(values.users === undefined ? {} : { users: values.users }),
    ...(values.seed === undefined ? {} : { seed: values.seed }),
    ...(values.port === undefined ? {} : { port: values.port }),
    ...(values.latencyMs === undefined ? {} : { latencyMs: values.latencyMs }),
    ...(values.keyLagSeconds === undefined ? {} : { keyLagSeconds: values.keyLagSeconds }),
    ...(values.rate === undefined ? {} : { ratePerSecond: values.rate }),
    ...(values.burst === undefined ? {} : { burst: values.burst }),
    ...(values.workloads === true ? { workloads: true } : {}),
    ...(values.credentialsFile === undefined ? {} : { people: true }),
    ...organizationOptions(values),
  };
}

/**
 * Refuses flags that are about an organization when there is none, and more suspended or closed
 * members than there are members.
 */
function organizationOptions(values: Values): Pick<ServeOptions, 'organization'> {
  const { accounts, suspended, withoutRole, roleName, externalId } = values;
  const given = { suspended, withoutRole, roleName, externalId };
  if (accounts === undefined) {
    const [name, value] = Object.entries(given).find(([, each]) => each !== undefined) ?? [];
    if (name === undefined) return {};
    const flag = SANDBOX_FLAGS[name as keyof typeof given].names[0];
    throw new KeyturnError(
      'conflicting-flags',
      `--${flag} ${value} has no effect without --accounts`,
      { hint: `add --accounts, or leave --${flag} out` },
    );
  }
  const odd = (suspended ?? 0) + (withoutRole ?? 0);
  if (odd > accounts) {
    throw new KeyturnError(
      'conflicting-flags',
      `--suspended and --without-role make ${odd} accounts, but --accounts is ${accounts}`,
      { hint: 'raise --accounts, or lower the other two' },
    );
  }
  const known = Object.entries(given).filter(([, value]) => value !== undefined);
  return { organization: { members: accounts, ...Object.fromEntries(known) } };
}

async function serve(options: ServeOptions): Promise<ServedSandbox> {
  const { serveSandbox } = await import('../../sandbox/serve.ts');
  try {
    return await serveSandbox(options);
  } catch (thrown) {
    const code = (thrown as { code?: unknown } | null)?.code;
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw thrown;
    const why = code === 'EACCES' ? 'may not be used' : 'is in use';
    throw new KeyturnError('bad-value', `port ${options.port} on 127.0.0.1 ${why}`, {
      cause: thrown,
      hint: 'choose another port with --port, or leave it out for any free one',
    });
  }
}

function nextStop(host: Host): Promise<string> {
  return new Promise((resolve) => {
    const end = host.onStop((signal) => {
      end();
      resolve(signal);
    });
  });
}
