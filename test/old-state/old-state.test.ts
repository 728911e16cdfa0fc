// State directories that the first build left, killed at each step of its own order: it delivered a new
// key before it asked AWS about it. Each is read, resumed and finished as it was begun (I10).
//
// The journals are what that build's real command wrote (commit 461c52e, killed with kill -9), with the
// IDs of example keys in the place of the sandbox's. `at` is moved so that the last record is some hours old.

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { pairIn } from '../../src/destinations/key-fields.ts';
import { DEFAULT_ACCOUNT_ID, type KeyStatus, startSandbox } from '../../src/sandbox/index.ts';
import { type Program, run } from '../cli/process.ts';
import { readFileBySdk } from '../credentials-file/real-parsers.ts';
import { callJson } from '../sandbox/json-call.ts';
import { administrator } from '../sandbox/sdk.ts';
import { ROOT } from '../support/structured-files.ts';

const JOURNALS = join(ROOT, 'test', 'old-state', 'journals');
const [OLD, MADE] = ['AKIAOLDOLDOLDEXAMPLE', 'AKIANEWNEWNEWEXAMPL0'];
const HOUR_MS = 3_600_000;

/** Which pair a place holds. */
type Pair = 'old' | 'made';

interface Left {
  /** As the journal's file is called. */
  readonly journal: string;
  readonly hoursAgo?: number;
  /** What AWS, the places and the hand-off were when it died; `old` is Active where nothing is said. */
  readonly old?: KeyStatus;
  readonly made?: KeyStatus | 'gone';
  readonly secret?: Pair;
  readonly profile?: Pair;
  readonly hasHandOff?: boolean;
}

interface Ends {
  readonly old: KeyStatus;
  readonly made: KeyStatus | 'gone';
  readonly secret?: Pair;
  readonly profile?: Pair;
  readonly hasHandOff: boolean;
}

const CUT_OVER = { old: 'Inactive', made: 'Active' } as const;
const HANDED_OFF: Ends = { ...CUT_OVER, hasHandOff: true };
const SERVED: Ends = { ...CUT_OVER, secret: 'made', hasHandOff: false };
const DISCARDED: Ends = { old: 'Active', made: 'gone', hasHandOff: false };
const BOTH: Ends = { old: 'Active', made: 'Active', profile: 'made', hasHandOff: false };
const UNDONE: Ends = { old: 'Active', made: 'Inactive', hasHandOff: true };

const held = { hasHandOff: true } as const;

const TABLE: readonly (readonly [Left, Ends])[] = [
  [{ journal: 'created-handoff', ...held }, HANDED_OFF],
  [{ journal: 'delivered-handoff', ...held }, HANDED_OFF],
  [{ journal: 'verified-handoff', ...held }, HANDED_OFF],
  [{ journal: 'deactivating-unsent-handoff', ...held }, HANDED_OFF],
  [{ journal: 'deactivating-handoff', old: 'Inactive', ...held }, HANDED_OFF],
  [{ journal: 'deactivated-handoff', old: 'Inactive', ...held }, HANDED_OFF],
  [{ journal: 'created-before-delivery-sm', secret: 'old', ...held }, SERVED],
  [{ journal: 'created-sm', secret: 'made', ...held }, SERVED],
  [{ journal: 'delivered-sm', secret: 'made', ...held }, SERVED],
  [{ journal: 'verified-sm', secret: 'made', ...held }, SERVED],
  [{ journal: 'deactivating-unsent-sm', secret: 'made', ...held }, SERVED],
  [{ journal: 'deactivating-sm', old: 'Inactive', secret: 'made', ...held }, SERVED],
  [{ journal: 'deactivated-sm', old: 'Inactive', secret: 'made', ...held }, SERVED],
  // I10: its hand-off file is gone, and the place gives the secret back.
  [{ journal: 'created-sm', secret: 'made', hasHandOff: false }, SERVED],
  [{ journal: 'delivered-sm', secret: 'made', hasHandOff: false }, SERVED],
  [{ journal: 'intended' }, DISCARDED],
  [{ journal: 'create-unknown' }, DISCARDED],
  [{ journal: 'orphan-found' }, DISCARDED],
  [{ journal: 'discarding' }, DISCARDED],
  [{ journal: 'discarding-sent', made: 'gone' }, DISCARDED],
  [{ journal: 'undoing-early-handoff', old: 'Inactive', ...held }, UNDONE],
  [{ journal: 'undoing-handoff', made: 'Inactive', ...held }, UNDONE],
  [
    { journal: 'undoing-early-sm', old: 'Inactive', secret: 'made' },
    { ...UNDONE, secret: 'old', hasHandOff: false },
  ],
  [
    { journal: 'undoing-sm', made: 'Inactive', secret: 'old' },
    { ...UNDONE, secret: 'old', hasHandOff: false },
  ],
  // I11: within AWS's lag nobody can tell whether the new key is in use.
  [
    { journal: 'undoing-early-sm', hoursAgo: 1, old: 'Inactive', secret: 'made' },
    { old: 'Active', made: 'Active', secret: 'old', hasHandOff: false },
  ],
  [{ journal: 'keyctl-created', profile: 'made', ...held }, BOTH],
  [{ journal: 'keyctl-delivered', profile: 'made', ...held }, BOTH],
  [{ journal: 'keyctl-verified', profile: 'made', ...held }, BOTH],
  // I10: the profile itself gives the secret back.
  [{ journal: 'keyctl-created', profile: 'made', hasHandOff: false }, BOTH],
  [{ journal: 'keyctl-delivered', profile: 'made', hasHandOff: false }, BOTH],
  [
    { journal: 'keyctl-undoing', profile: 'old' },
    { ...BOTH, profile: 'old' },
  ],
];

async function lay(t: TestContext, left: Left) {
  const sandbox = await startSandbox({ seed: left.journal, reportSeconds: 0 });
  const home = mkdtempSync(join(tmpdir(), 'keyturn-old-state-'));
  t.after(async () => {
    await sandbox.close();
    rmSync(home, { recursive: true, force: true });
  });
  const { world } = sandbox;
  const text = readFileSync(join(JOURNALS, `${left.journal}.jsonl`), 'utf8');
  const { moved, intendedAt } = movedTo(text, (left.hoursAgo ?? 5) * HOUR_MS);
  world.addUser(DEFAULT_ACCOUNT_ID, { name: 'alice' });
  const old = world.addKey(DEFAULT_ACCOUNT_ID, 'alice', {
    ageDays: 400,
    status: left.old ?? 'Active',
  });
  const made = world.addKey(DEFAULT_ACCOUNT_ID, 'alice', {
    createDate: new Date(intendedAt.getTime() + 1_000),
    status: left.made === 'Inactive' ? 'Inactive' : 'Active',
  });
  if (left.made === 'gone') {
    const { keys } = world.user(DEFAULT_ACCOUNT_ID, 'alice');
    keys.splice(keys.indexOf(made), 1);
    made.deleted = true;
  }
  const pairs = { old, made };
  const call = { endpoint: sandbox.url, credentials: administrator(sandbox) };
  const ask = async (operation: string, input: object) =>
    (await callJson({ ...call, service: 'secretsmanager', operation, input })).json;
  // What it held before is there still, as its former version.
  const versions = left.secret === 'old' ? (['made', 'old'] as const) : (['old', 'made'] as const);
  for (const [index, which] of (left.secret === undefined ? [] : versions).entries()) {
    const { id, secret } = pairs[which];
    const SecretString = JSON.stringify({ AccessKeyId: id, SecretAccessKey: secret });
    const ClientRequestToken = String(index).repeat(32);
    if (index === 0)
      await ask('CreateSecret', { Name: 'app/alice', SecretString, ClientRequestToken });
    else await ask('PutSecretValue', { SecretId: 'app/alice', SecretString, ClientRequestToken });
  }
  await mkdir(join(home, '.aws'));
  if (left.profile !== undefined) {
    const other = left.profile === 'old' ? made : old;
    const section = (name: string, { id, secret }: typeof old) =>
      `[${name}]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`;
    const content = section('work', pairs[left.profile]) + section('work-previous', other);
    await writeFile(join(home, '.aws', 'credentials'), content, { mode: 0o600 });
  }
  const account = join(home, 'state', DEFAULT_ACCOUNT_ID);
  const handOff = join(account, 'handoff', `${made.id}.json`);
  await mkdir(join(account, 'handoff'), { recursive: true, mode: 0o700 });
  const journal = moved
    .replaceAll(OLD, old.id)
    .replaceAll(MADE, made.id)
    .replaceAll('/STATE', join(home, 'state'))
    .replaceAll('/HOME', home);
  await writeFile(join(account, 'journal.jsonl'), journal, { mode: 0o600 });
  if (left.hasHandOff === true) {
    const content = {
      format_version: 1,
      account_id: DEFAULT_ACCOUNT_ID,
      user_name: 'alice',
      access_key_id: made.id,
      secret_access_key: made.secret,
      rotation: 'of an earlier run',
      created_at: made.createDate.toISOString(),
    };
    await writeFile(handOff, JSON.stringify(content), { mode: 0o600 });
  }
  const env = {
    ...sandbox.endpointEnv(),
    HOME: home,
    KEYTURN_STATE_DIR: join(home, 'state'),
    KEYTURN_ENDPOINT_GUARD: 'loopback',
  };
  const command = (program: Program, line: string) => run(program, line.split(' '), env);
  const nameOf = (id: string | undefined): Pair | undefined => {
    if (id === old.id) return 'old';
    return id === made.id ? 'made' : undefined;
  };
  const found = async (): Promise<Ends> => {
    const served =
      left.secret && pairIn((await ask('GetSecretValue', { SecretId: 'app/alice' })).SecretString);
    const profile = left.profile && (await readFileBySdk(join(home, '.aws', 'credentials')))?.work;
    const [secret, held] = [nameOf(served?.id), nameOf(profile?.aws_access_key_id)];
    return {
      old: old.status,
      made: made.deleted ? 'gone' : made.status,
      ...(secret !== undefined && { secret }),
      ...(held !== undefined && { profile: held }),
      hasHandOff: (await readdir(join(account, 'handoff'))).some((name) => name.endsWith('.json')),
    };
  };
  return {
    sandbox,
    command,
    found,
    journal: () => readFile(join(account, 'journal.jsonl'), 'utf8'),
  };
}

/** The journal with its last record so long ago, and when the rotation was intended. */
function movedTo(text: string, agoMs: number) {
  const times = [...text.matchAll(/"at":"([^"]+)"/g)].map(([, at = '']) => Date.parse(at));
  const byMs = Date.now() - agoMs - Math.max(...times);
  const later = (at: string) => new Date(Date.parse(at) + byMs).toISOString();
  return {
    moved: text.replaceAll(/"at":"([^"]+)"/g, (_, at: string) => `"at":"${later(at)}"`),
    intendedAt: new Date((times[0] ?? 0) + byMs),
  };
}

describe('a state directory of the first build', { concurrency: 4 }, () => {
  for (const [left, ends] of TABLE) {
    const { journal, hasHandOff = false, hoursAgo = 5 } = left;
    const about = `${journal}, ${hoursAgo} hours ago, ${hasHandOff ? 'with' : 'without'} a hand-off file`;
    it(`I10: ${about}: is finished as it was begun`, async (t) => {
      const { sandbox, command, found, journal: read } = await lay(t, left);
      const before = await read();
      const recovered = await command('keyturn', 'recover --log-level warn');
      assert.equal(recovered.code, 0, recovered.stderr);
      assert.deepEqual(await found(), ends);
      const after = await read();
      assert.ok(after.startsWith(before.trimEnd()), 'the old records are as they were');
      // Nothing is left to do, and nothing is changed once more.
      const writes = sandbox.requests.writes().length;
      assert.equal((await command('keyturn', 'recover --log-level warn')).code, 0);
      assert.equal(sandbox.requests.writes().length, writes);
      assert.match((await command('keyturn', 'status')).stdout, /No rotation is open/);
      assert.equal(sandbox.requests.list('CreateAccessKey').length, 0);
    });
  }

  it('every journal is in the table', () => {
    const played = new Set(TABLE.map(([{ journal }]) => `${journal}.jsonl`));
    assert.deepEqual(readdirSync(JOURNALS).sort(), [...played].sort());
  });
});
