// I12, I14: the real dry run and the real run on some 130 secrets and as many parameters. They say the
// same of each; where they refuse, no key was made and the place is as it was to the byte; where they
// write, nothing of the old pair is left.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RotationReport } from '../../src/reports/rotation-report.ts';
import { DEFAULT_ACCOUNT_ID, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { run } from '../cli/process.ts';
import { callJson } from '../sandbox/json-call.ts';
import { administrator } from '../sandbox/sdk.ts';
import { LAYOUTS, LOOK_CASES, type LookCase, type SeededPair, smtp } from './look-cases.ts';

const REGION = 'us-east-1';

interface Played {
  readonly user: string;
  readonly about: string;
  readonly isWritten: boolean;
  readonly old: SeededPair;
  readonly text: string;
}

interface Store {
  readonly deliver: string;
  readonly put: (sandbox: Sandbox, user: string, text: string) => Promise<void>;
  /** What readers get, and how often it was written. */
  readonly read: (
    sandbox: Sandbox,
    user: string,
  ) => { readonly text: string; readonly count: number };
}

const STORES: Readonly<Record<string, Store>> = {
  'secrets-manager': {
    deliver: 'secrets-manager=app/{user}',
    put: (sandbox, user, text) =>
      ask(sandbox, 'secretsmanager', 'CreateSecret', {
        Name: `app/${user}`,
        SecretString: text,
        ClientRequestToken: `first-version-of-the-secret-of-${user}`,
      }),
    read: ({ world }, user) => {
      const state = world.account().secrets.get(`${REGION} app/${user}`)?.states.newest;
      const current = state?.versions.get(state.stages.get('AWSCURRENT') ?? '');
      return { text: current?.text ?? '', count: state?.versions.size ?? 0 };
    },
  },
  ssm: {
    deliver: 'ssm=/app/{user}',
    put: (sandbox, user, text) =>
      ask(sandbox, 'ssm', 'PutParameter', {
        Name: `/app/${user}`,
        Value: text,
        Type: 'SecureString',
      }),
    read: ({ world }, user) => {
      const versions = world.account().parameters.get(`${REGION} /app/${user}`)?.states
        .newest.versions;
      return { text: versions?.at(-1)?.value ?? '', count: versions?.length ?? 0 };
    },
  },
};

for (const [kind, store] of Object.entries(STORES)) {
  test(`${kind}: dry run and run say the same of every text, and no trace is left`, async (t) => {
    const sandbox = await startSandbox({ reportSeconds: 0 });
    const folder = await mkdtemp(join(tmpdir(), 'keyturn-look-'));
    t.after(async () => {
      await sandbox.close();
      await rm(folder, { recursive: true, force: true });
    });
    const played = await seed(sandbox, store);
    assert.ok(played.length > 60, `${played.length} places`);
    const env = { ...sandbox.endpointEnv(), HOME: folder };
    const args = ['--output-format', 'json', '--state-dir', join(folder, 'state')];
    const rotate = async (...more: string[]): Promise<RotationReport> =>
      JSON.parse(
        (await run('rotate-iam-keys', [...args, '--deliver', store.deliver, ...more], env)).stdout,
      );
    const foretold = rowsOf(await rotate('--dry-run'));
    const done = rowsOf(await rotate());
    for (const each of played) {
      const verdicts = [foretold, done].map((rows) => rows.get(each.user));
      const expected = each.isWritten ? 'written' : 'not-deliverable';
      assert.deepEqual(verdicts, [expected, expected], each.about);
      if (each.isWritten) assertNoTrace(sandbox, store, each);
      else assertUntouched(sandbox, store, each);
    }
  });
}

async function seed(sandbox: Sandbox, store: Store): Promise<Played[]> {
  const { world } = sandbox;
  const add = (user: string, ageDays: number) => {
    world.addUser(DEFAULT_ACCOUNT_ID, { name: user });
    return world.addKey(DEFAULT_ACCOUNT_ID, user, { ageDays });
  };
  const foreign = add('somebody-else', 3);
  const dead = add('somebody-gone', 3);
  world.user(DEFAULT_ACCOUNT_ID, 'somebody-gone').keys.length = 0;
  dead.deleted = true;
  const played: Played[] = [];
  const play = async (one: LookCase, layout: string): Promise<void> => {
    const user = `user-${played.length}`;
    const old = add(user, 400);
    const text = LAYOUTS[layout]?.(one.object({ old, foreign, dead })) ?? '';
    played.push({ user, about: `${one.name}, ${layout}`, isWritten: one.isWritten, old, text });
    await store.put(sandbox, user, text);
  };
  for (const one of LOOK_CASES) {
    for (const layout of Object.keys(LAYOUTS)) await play(one, layout);
  }
  return played;
}

function rowsOf({ rotated_keys }: RotationReport): ReadonlyMap<string, string> {
  return new Map(
    rotated_keys.map(({ username, success, error_code }) => [
      username,
      success ? 'written' : (error_code ?? ''),
    ]),
  );
}

function assertUntouched(sandbox: Sandbox, store: Store, { user, about, text, old }: Played): void {
  assert.deepEqual(store.read(sandbox, user), { text, count: 1 }, about);
  const keys = sandbox.world
    .user(DEFAULT_ACCOUNT_ID, user)
    .keys.map(({ id, status }) => [id, status]);
  assert.deepEqual(keys, [[old.id, 'Active']], about);
}

/** The text holds the new pair, is else as it was, and names the old one nowhere. */
function assertNoTrace(sandbox: Sandbox, store: Store, { user, about, text, old }: Played): void {
  const now = store.read(sandbox, user).text;
  const made = sandbox.world.user(DEFAULT_ACCOUNT_ID, user).keys.find(({ id }) => id !== old.id);
  assert.ok(made !== undefined && now.includes(made.id) && now.includes(made.secret), about);
  for (const trace of [old.id, old.secret, smtp(old.secret, REGION)]) {
    assert.ok(!now.includes(trace), about);
  }
  const [before, after] = [JSON.parse(text), JSON.parse(now)];
  for (const name of Object.keys(before)) {
    if (!/key/i.test(name)) assert.deepEqual(after[name], before[name], about);
  }
  assert.equal(now.includes('\r\n'), text.includes('\r\n'), about);
}

async function ask(
  sandbox: Sandbox,
  service: 'secretsmanager' | 'ssm',
  operation: string,
  input: object,
): Promise<void> {
  const signer = { endpoint: sandbox.url, credentials: administrator(sandbox) };
  const { status, json } = await callJson({ ...signer, service, operation, input });
  assert.equal(status, 200, `${operation}: ${JSON.stringify(json)}`);
}
