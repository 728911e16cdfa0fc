// One user whose key is read at six places of six kinds, each of which can be down, and counts what is written
// there with eyes of its own.

import { chmodSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/base/clock.ts';
import { DEFAULT_ACCOUNT_ID, seedPlace, startSandbox } from '../../src/sandbox/index.ts';
import { temporaryDirectory } from '../state/support.ts';
import { type FakeGithub, startGithub, TOKEN } from './github/fake-github.ts';

const EXAMPLE = fileURLToPath(new URL('../../../examples/command/put-key.sh', import.meta.url));
const REGION = 'us-east-1';
export const GITHUB_STORE = 'repos/acme/ada/actions';

export type SixKind =
  | 'secrets-manager'
  | 'ssm'
  | 'dotenv'
  | 'credentials-file'
  | 'command'
  | 'github';

type How = 'writes' | 'all' | 'no';

export type SixPlaces = Awaited<ReturnType<typeof sixPlaces>>;

/** Counts what it is asked to deliver; is down, lies, or kills who asks, while a file says so. */
const PROGRAM = `#!/bin/sh
order=$(cat)
case $order in
*'"verb":"deliver"'*)
  [ ! -f "$2.no-writes" ] || { echo '{"protocol":1,"ok":false,"code":"failed","message":"it is down"}'; exit 0; }
  echo deliver >> "$2.asked"
  [ ! -f "$2.kill-before" ] || { rm "$2.kill-before"; kill -9 $PPID; exit 1; }
  [ ! -f "$2.forgets" ] || { echo '{"protocol":1,"ok":true}'; exit 0; }
  [ ! -f "$2.kill-after" ] || {
    rm "$2.kill-after"
    printf '%s' "$order" | sh "$1" "$2" > /dev/null
    kill -9 $PPID
    exit 1
  } ;;
esac
[ ! -f "$2.down" ] || { echo '{"protocol":1,"ok":false,"code":"failed","message":"it is down"}'; exit 0; }
printf '%s' "$order" | sh "$1" "$2"
`;

export async function sixPlaces(test: TestContext, usedAt?: Date) {
  const folder = await temporaryDirectory(test);
  chmodSync(folder, 0o700);
  const sandbox = await startSandbox({ seed: 'six', reportSeconds: 0, keyLagSeconds: 0 });
  test.after(() => sandbox.close());
  const { world } = sandbox;
  world.addUser(DEFAULT_ACCOUNT_ID, { name: 'ada' });
  const old = world.addKey(DEFAULT_ACCOUNT_ID, 'ada', {
    ageDays: 400,
    ...(usedAt !== undefined && { lastUsed: { at: usedAt, service: 's3' } }),
  });
  const github = await startGithub(test, systemClock);
  const files = {
    dotenv: join(folder, 'ada.env'),
    'credentials-file': join(folder, 'credentials'),
    command: join(folder, 'ada.program.env'),
    program: join(folder, 'put-key'),
  };
  seedPlace(world, 'secrets-manager=app/ada', { key: old, region: REGION });
  seedPlace(world, 'ssm=/app/ada', { key: old, region: REGION });
  writeFiles(files, old);
  github.putVariable(GITHUB_STORE, 'KEY_ID', old.id);
  github.put(GITHUB_STORE, 'KEY', { value: old.secret, updatedAt: '2026-01-01T00:00:00Z' });
  const targets: Record<SixKind, string> = {
    'secrets-manager': 'secrets-manager=app/{user}',
    ssm: 'ssm=/app/{user}',
    dotenv: `dotenv=${template(files.dotenv)}`,
    'credentials-file': `credentials-file=${files['credentials-file']}#{user}`,
    command: `command=${files.program} ${EXAMPLE} ${template(files.command)}`,
    github: 'github=acme/{user}#vars.KEY_ID,KEY',
  };
  const environment = {
    ...sandbox.endpointEnv(),
    GITHUB_API_URL: github.url,
    KEYTURN_GITHUB_TOKEN: TOKEN,
    KEYTURN_STATE_DIR: join(folder, 'state'),
    KEYTURN_ENDPOINT_GUARD: 'loopback',
    KEYTURN_ACCEPT_VOLATILE_STATE: 'true',
  };
  const count = { files: fileWrites(files) };
  const refused = new WeakSet<object>();
  return {
    ...{ folder, sandbox, world, old, github, files, targets, environment },
    deliver: Object.values(targets).join(','),
    /** Somebody sets the secret of GitHub by hand, a second after it was written last. */
    setByHand: () => {
      const last = Date.parse(github.secrets.get(`${GITHUB_STORE} KEY`)?.updatedAt ?? '');
      const updatedAt = new Date(last + 1_000).toISOString().replace('.000Z', 'Z');
      github.put(GITHUB_STORE, 'KEY', { value: 'by hand', updatedAt });
    },
    /** How often each place was written so far, as the place itself tells. */
    writes: (): Record<SixKind, number> => ({
      'secrets-manager': sandbox.requests.list('PutSecretValue').filter(({ done }) => done).length,
      ssm: sandbox.requests.list('PutParameter').filter(({ done }) => done).length,
      ...count.files(),
      command: linesIn(`${files.command}.asked`),
      github: secretsWritten(github, refused),
    }),
    down: (kind: 'command' | 'github' | 'ssm', how: How) => {
      if (kind === 'command') downProgram(files.command, how);
      else if (kind === 'github') downGithub(github, refused, how);
      else downParameters(sandbox.faults, how);
    },
  };
}

function writeFiles(
  files: Record<'dotenv' | 'command' | 'credentials-file' | 'program', string>,
  old: { readonly id: string; readonly secret: string },
): void {
  const lines = `AWS_ACCESS_KEY_ID=${old.id}\nAWS_SECRET_ACCESS_KEY=${old.secret}\n`;
  const profile = `[ada]\naws_access_key_id = ${old.id}\naws_secret_access_key = ${old.secret}\n`;
  for (const [path, text] of [
    [files.dotenv, lines],
    [files.command, lines],
    [files['credentials-file'], profile],
    [files.program, PROGRAM],
  ] as const) {
    writeFileSync(path, text, { mode: 0o600 });
  }
  chmodSync(files.program, 0o700);
}

const template = (path: string) => path.replace(/ada(?=[^/]*$)/, '{user}');

function fileWrites(files: Record<'dotenv' | 'credentials-file', string>) {
  const inodes = { dotenv: new Set<number>(), 'credentials-file': new Set<number>() };
  const look = () => {
    for (const kind of ['dotenv', 'credentials-file'] as const) {
      inodes[kind].add(statSync(files[kind]).ino + statSync(files[kind]).mtimeMs);
    }
    const { dotenv, 'credentials-file': profile } = inodes;
    return { dotenv: dotenv.size - 1, 'credentials-file': profile.size - 1 };
  };
  look();
  return look;
}

function linesIn(path: string): number {
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0;
}

/** What was refused was not written. */
function secretsWritten({ requests }: FakeGithub, isRefused: WeakSet<object>): number {
  return requests.filter(
    (request) =>
      request.method === 'PUT' && request.path.endsWith('/secrets/KEY') && !isRefused.has(request),
  ).length;
}

function downProgram(path: string, how: How): void {
  rmSync(`${path}.down`, { force: true });
  rmSync(`${path}.no-writes`, { force: true });
  if (how !== 'no') writeFileSync(`${path}.${how === 'all' ? 'down' : 'no-writes'}`, '');
}

function downGithub(github: FakeGithub, refused: WeakSet<object>, how: How): void {
  const isHit = (method: string) => how === 'all' || method !== 'GET';
  github.fault =
    how === 'no'
      ? undefined
      : (request, next) => {
          if (!isHit(request.method)) return next();
          refused.add(request);
          return { status: 403 };
        };
}

function downParameters(
  faults: Awaited<ReturnType<typeof startSandbox>>['faults'],
  how: How,
): void {
  faults.clear();
  const operations = how === 'all' ? ['GetParameter', 'PutParameter'] : ['PutParameter'];
  const effect = { kind: 'error', code: 'InternalServerError', status: 500 } as const;
  if (how !== 'no') for (const operation of operations) faults.add({ operation, effect });
}
