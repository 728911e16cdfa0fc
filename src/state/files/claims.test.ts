import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { INTENDED } from '../../../test/state/subject.ts';
import {
  ACCOUNT,
  openState,
  settableClock,
  startScript,
  temporaryDirectory,
} from '../../../test/state/support.ts';
import { type Clock, shiftedClock, systemClock } from '../../base/clock.ts';
import type { FileSystem } from '../../base/files/file-system.ts';
import { nodeFileSystem } from '../../base/files/node-file-system.ts';
import type { UserLog } from '../state-store.ts';
import { ClaimFiles } from './claim-files.ts';
import { CLAIM_EXPIRY_MS, newOwner } from './claim-owner.ts';
import { claimNameOf, FileClaims } from './claims.ts';
import {
  machineIdentity,
  type ProcessIdentity,
  type ProcessTable,
  systemProcesses,
} from './process-table.ts';

const BUSY = { code: 'rotation-in-progress' };

interface World {
  readonly directory: string;
  readonly clock: Clock;
  readonly processes?: ProcessTable;
  readonly fs?: FileSystem;
}

function claimFiles(world: World): ClaimFiles {
  return new ClaimFiles({ fs: nodeFileSystem, processes: systemProcesses, run: 'run-1', ...world });
}

function claimsIn(world: World): FileClaims {
  return new FileClaims(claimFiles(world));
}

/** The claim that a process with this identity would have left. */
async function plantClaim(world: World, identity: ProcessIdentity, nonce = 'a'.repeat(32)) {
  const owner = newOwner(identity, { nonce, run: 'run-0', now: world.clock.now() });
  await writeFile(join(world.directory, claimNameOf('alice')), JSON.stringify(owner));
}

async function newWorld(
  t: TestContext,
): Promise<World & { clock: ReturnType<typeof settableClock> }> {
  return { directory: await temporaryDirectory(t), clock: settableClock() };
}

test('I9: a user is claimed once at a time, in any spelling, and free again afterwards', async (t) => {
  const world = await newWorld(t);
  const claims = claimsIn(world);
  const result = await claims.withClaim('Alice', async () => {
    const expected = {
      ...BUSY,
      message: new RegExp(
        `^user aLICE is being rotated by process ${process.pid} on host .+ since 2026-03-01T00:00`,
      ),
      hint: /user-alice\.claim$/,
    };
    await assert.rejects(
      claims.withClaim('aLICE', async () => assert.fail('two at once')),
      expected,
    );
    await assert.rejects(
      claimsIn(world).withClaim('alice', async () => assert.fail('two at once')),
      BUSY,
    );
    assert.equal(await claims.withClaim('bob', async () => 'bob too'), 'bob too');
    return 42;
  });
  assert.equal(result, 42);
  await assert.rejects(
    claims.withClaim('alice', async () => Promise.reject(new RangeError('work failed'))),
    RangeError,
  );
  await claims.withClaim('alice', async () => undefined);
  assert.deepEqual(await readdir(world.directory), []);
});

test('every IAM user name is a safe file name, and no two users share one', async (t) => {
  const names = ['.', '..', 'con', 'a.b', 'a%2eb', 'a+b', 'a=b', 'a,b', 'a@b', 'a-b', 'a_b'];
  const users = [...names.filter((name) => !name.includes('%')), '='.repeat(64), 'x'.repeat(64)];
  const files = users.map(claimNameOf);
  assert.equal(new Set(files.map((name) => name.toLowerCase())).size, users.length);
  for (const name of files) assert.match(name, /^user-[a-z0-9_%-]{1,192}\.claim$/);
  assert.equal(claimNameOf('A'), claimNameOf('a'));
  for (const bad of ['', 'a/b', 'a\0b', '../x', 'x'.repeat(65), 'é', 'a\n']) {
    assert.throws(() => claimNameOf(bad), { code: 'bad-value' });
  }
  const claims = claimsIn(await newWorld(t));
  for (const user of users) await claims.withClaim(user, async () => undefined);
});

test('a killed process loses its claim to the next one, a living one keeps it', async (t) => {
  const stateDir = await temporaryDirectory(t);
  const { child, ended } = startScript(t, 'hold-claim', [stateDir, 'alice']);
  await once(child.stdout, 'data');
  const state = await openState(stateDir, { clock: systemClock });
  const expected = { ...BUSY, message: new RegExp(`by process ${child.pid} on host`) };
  await assert.rejects(
    state.exclusively('alice', async () => undefined),
    expected,
  );
  child.kill('SIGKILL');
  await ended;
  assert.equal(await state.exclusively('alice', async () => 'taken over'), 'taken over');
});

test('I9: eight processes that die all the time never hold one claim together', {
  // They take seconds. Only a claim that nobody can get any more takes ten minutes.
  timeout: 600_000,
}, async (t) => {
  const root = await temporaryDirectory(t);
  const [directory, starts, log] = [join(root, 'claims'), join(root, 'starts'), join(root, 'log')];
  await mkdir(directory);
  await mkdir(starts);
  const each = 40;
  const racers = Array.from({ length: 8 }, (_, n) =>
    startScript(t, 'race-for-claim', [directory, starts, log, String(each), String(n + 1)]),
  );
  await Promise.all(racers.map(({ child }) => once(child.stdout, 'data')));
  for (const { child } of racers) child.stdin.write('go\n');
  for (const { ended } of racers) {
    const { code, stderr } = await ended;
    assert.equal(code, 0, stderr);
  }
  const lines = (await readFile(log, 'utf8')).trimEnd().split('\n');
  assert.equal(lines.length, 8 * each * 2);
  for (let index = 0; index < lines.length; index += 2) {
    const entered = lines[index]?.replace('enter', 'leave');
    assert.equal(lines[index + 1], entered, `overlap at line ${index + 1} of the log`);
  }
});

test('I9: a process that judged a claim stale before another took it over removes nothing', async (t) => {
  const world = await newWorld(t);
  await plantClaim(world, { ...(await systemProcesses.self()), processStart: 'long ago' });
  let judged: () => void = () => undefined;
  let goOn: () => void = () => undefined;
  const hasJudged = new Promise<void>((resolve) => {
    judged = resolve;
  });
  const mayGoOn = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const slowFs: FileSystem = {
    ...nodeFileSystem,
    link: async (existing, added) => {
      judged();
      await mayGoOn;
      await nodeFileSystem.link(existing, added);
    },
  };
  const late = claimFiles({ ...world, fs: slowFs }).acquire(claimNameOf('alice'));
  await hasJudged;
  const first = await claimFiles(world).acquire(claimNameOf('alice'));
  assert.ok(first.held);
  const content = await readFile(join(world.directory, claimNameOf('alice')), 'utf8');
  goOn();
  assert.equal((await late).held, undefined);
  assert.equal(await readFile(join(world.directory, claimNameOf('alice')), 'utf8'), content);
  assert.deepEqual(await readdir(world.directory), [claimNameOf('alice')]);
  await first.held.release();
});

test('on this machine only a dead or reused process loses its claim, however old it is', async (t) => {
  const self = { ...(await systemProcesses.self()), machineId: 'machine-1' };
  const processes: ProcessTable = {
    self: async () => self,
    find: async (pid) => (pid === 4000 ? undefined : { processStart: '77' }),
  };
  const cases: readonly [
    string,
    Partial<ProcessIdentity>,
    'free' | 'busy' | 'busy until expiry',
  ][] = [
    ['alive', { pid: 5, processStart: '77' }, 'busy'],
    ['alive, start unknown', { pid: 5, processStart: null }, 'busy'],
    ['process ID reused', { pid: 5, processStart: '76' }, 'free'],
    ['dead', { pid: 4000, processStart: '77' }, 'free'],
    ['restarted machine', { pid: 5, processStart: '77', bootId: 'earlier' }, 'free'],
    ['other machine of that name', { bootId: 'x', machineId: 'm-2' }, 'busy until expiry'],
    ['unknown machine of that name', { bootId: 'x', machineId: null }, 'busy until expiry'],
    ['other container of that name', { pid: 4000, pidNamespace: 'p' }, 'busy until expiry'],
    ['other host of that image', { bootId: 'x', pidNamespace: 'p' }, 'busy until expiry'],
    ['other host', { pid: 4000, host: 'elsewhere' }, 'busy until expiry'],
  ];
  for (const [name, difference, expected] of cases) {
    const world = { ...(await newWorld(t)), processes };
    await plantClaim(world, { ...self, ...difference });
    const claim = () => claimsIn(world).withClaim('alice', async () => 'claimed');
    if (expected === 'free') {
      assert.equal(await claim(), 'claimed', name);
      continue;
    }
    await assert.rejects(claim(), BUSY, name);
    world.clock.set(new Date(world.clock.now().getTime() + CLAIM_EXPIRY_MS - 1));
    await assert.rejects(claim(), BUSY, name);
    world.clock.set(new Date(world.clock.now().getTime() + 1));
    if (expected === 'busy') await assert.rejects(claim(), BUSY, name);
    else assert.equal(await claim(), 'claimed', name);
  }
});

test('I9: two machines that tell nothing of themselves may be two, whatever they are called', async (t) => {
  const nothing = { machineId: null, bootId: null, pidNamespace: null };
  const full = { ...(await systemProcesses.self()), machineId: 'machine-1' };
  const cases: readonly [string, Partial<ProcessIdentity>, Partial<ProcessIdentity>][] = [
    ['two Macs of one name', nothing, nothing],
    ['no namespace', { pidNamespace: null }, { pidNamespace: null }],
    ['no boot', { bootId: null }, { bootId: null }],
    ['no machine, and another boot', { machineId: null }, { machineId: null, bootId: 'x' }],
    ['one that tells and one that does not', {}, nothing],
  ];
  for (const [name, ours, theirs] of cases) {
    const self = { ...full, ...ours };
    // The process ID of the owner means nothing here.
    const processes = { self: async () => self, find: async () => undefined };
    const world = { ...(await newWorld(t)), processes };
    await plantClaim(world, { ...full, ...theirs, pid: 4000, processStart: null });
    const claim = () => claimsIn(world).withClaim('alice', async () => 'claimed');
    await assert.rejects(claim(), BUSY, name);
    world.clock.set(new Date(world.clock.now().getTime() + CLAIM_EXPIRY_MS));
    assert.equal(await claim(), 'claimed', name);
  }
});

test('I12: whoever died while taking over a claim keeps others from it, and a dry run says so', async (t) => {
  const self = await systemProcesses.self();
  const world = {
    ...(await newWorld(t)),
    processes: { self: async () => self, find: async () => undefined },
  };
  await plantClaim(world, { ...self, host: 'gone' });
  world.clock.set(new Date(world.clock.now().getTime() + CLAIM_EXPIRY_MS / 2));
  const breaker = newOwner(
    { ...self, host: 'gone too' },
    { nonce: 'b'.repeat(32), run: 'run-0', now: world.clock.now() },
  );
  await writeFile(join(world.directory, `break-${'a'.repeat(32)}`), JSON.stringify(breaker));
  const claims = claimsIn(world);
  for (const owner of ['gone', 'gone too']) {
    const isHeld = { ...BUSY, message: new RegExp(`on host ${owner} since`) };
    await assert.rejects(claims.assertFree('alice'), isHeld);
    await assert.rejects(
      claims.withClaim('alice', async () => undefined),
      isHeld,
    );
    world.clock.set(new Date(world.clock.now().getTime() + CLAIM_EXPIRY_MS / 2));
  }
  await claims.assertFree('alice');
  assert.equal(await claims.withClaim('alice', async () => 'claimed'), 'claimed');
});

test('a claim of a time to come ends an hour after it was met, unless it is renewed', async (t) => {
  const self = await systemProcesses.self();
  const world = {
    ...(await newWorld(t)),
    processes: { self: async () => self, find: async () => undefined },
  };
  const now = world.clock.now().getTime();
  const pass = (ms: number) => world.clock.set(new Date(world.clock.now().getTime() + ms));
  const claim = () => claimsIn(world).withClaim('alice', async () => 'claimed');
  const plant = async (aheadMs: number) => {
    world.clock.set(new Date(now + aheadMs));
    await plantClaim(world, { ...self, host: 'elsewhere' });
    world.clock.set(new Date(now));
  };
  await plant(400 * 86_400_000);
  await claimsIn(world)
    .assertFree('alice')
    .catch(() => {});
  const noted = async () =>
    (await readdir(world.directory)).filter((name) => name.includes('met-'));
  assert.deepEqual(await noted(), [], 'a dry run leaves no trace');
  await assert.rejects(claim(), BUSY);
  assert.equal((await noted()).length, 1);
  pass(CLAIM_EXPIRY_MS - 1);
  await assert.rejects(claim(), BUSY);
  await assert.rejects(claimsIn(world).assertFree('alice'), BUSY);
  // The owner gave a sign of life.
  await plant(400 * 86_400_000 + 1000);
  await assert.rejects(claim(), BUSY);
  pass(CLAIM_EXPIRY_MS);
  await claimsIn(world).assertFree('alice');
  assert.equal(await claim(), 'claimed');
  assert.deepEqual(await readdir(world.directory), []);
});

test('I9: an owner whose clock was set back asks whether its claim still stands', async (t) => {
  const self = await systemProcesses.self();
  const world = {
    ...(await newWorld(t)),
    processes: { self: async () => self, find: async () => undefined },
  };
  const elsewhere = {
    self: async () => ({ ...self, host: 'elsewhere' }),
    find: async () => undefined,
  };
  const now = world.clock.now();
  world.clock.set(new Date(now.getTime() + 400 * 86_400_000));
  const late = await claimFiles({ ...world, processes: elsewhere }).acquire(claimNameOf('alice'));
  assert.ok(late.held);
  world.clock.set(now);
  await assert.rejects(
    claimsIn(world).withClaim('alice', async () => 'too early'),
    BUSY,
  );
  world.clock.set(new Date(now.getTime() + CLAIM_EXPIRY_MS));
  await claimsIn(world).withClaim('alice', async () => {
    assert.equal(await late.held.keep(), false);
    await late.held.release();
    assert.deepEqual(await readdir(world.directory), [claimNameOf('alice')]);
  });
});

test('a Mac is asked which machine and which boot it is, so that its dead claims wait for nobody', async (t) => {
  const asked: string[] = [];
  const mac = (boot: string) =>
    machineIdentity('darwin', async (names) => {
      asked.push(...names);
      return `564D1A2B-0000-4000-8000-1234567890AB\n${boot}\n`;
    });
  const ours = { ...(await systemProcesses.self()), ...(await mac('boot-2')) };
  assert.deepEqual(asked, ['kern.uuid', 'kern.bootsessionuuid']);
  const processes = { self: async () => ours, find: async () => undefined };
  for (const boot of ['boot-1', 'boot-2']) {
    const world = { ...(await newWorld(t)), processes };
    await plantClaim(world, { ...ours, ...(await mac(boot)), pid: 4000 });
    assert.equal(await claimsIn(world).withClaim('alice', async () => 'claimed'), 'claimed', boot);
  }
  for (const answer of ['', 'only-one\n', 'a\nb\nc\n']) {
    const { machineId, bootId } = await machineIdentity('darwin', async () => answer);
    assert.deepEqual([machineId, bootId], [null, null]);
  }
  const failing = machineIdentity('darwin', () => Promise.reject(new RangeError('no sysctl')));
  assert.equal((await failing).bootId, null);
});

test('a claim file that names nobody blocks until it is an hour old, and is then replaced', async (t) => {
  const world = await newWorld(t);
  const path = join(world.directory, claimNameOf('alice'));
  for (const content of ['', '{"format_version":1,"pid"', '{"format_version":2}']) {
    await writeFile(path, content);
    const claims = claimsIn(world);
    await utimes(path, world.clock.now(), world.clock.now());
    await assert.rejects(
      claims.withClaim('alice', async () => undefined),
      { ...BUSY, message: 'user alice is claimed by another process' },
    );
    const old = new Date(world.clock.now().getTime() - CLAIM_EXPIRY_MS);
    await utimes(path, old, old);
    await claims.withClaim('alice', async () => undefined);
  }
});

test('claims work on a file system without hard links', async (t) => {
  const world = await newWorld(t);
  const link = () => Promise.reject(Object.assign(new TypeError('no links'), { code: 'ENOTSUP' }));
  const fs = { ...nodeFileSystem, link };
  await plantClaim(world, { ...(await systemProcesses.self()), processStart: 'long ago' });
  const claims = claimsIn({ ...world, fs });
  await claims.withClaim('alice', async () => {
    await assert.rejects(
      claims.withClaim('alice', async () => undefined),
      BUSY,
    );
  });
  assert.deepEqual(await readdir(world.directory), []);
});

test('journaled steps renew the claim; a run whose claim was taken cannot journal any more', async (t) => {
  const stateDir = await temporaryDirectory(t);
  const clock = settableClock();
  const self = await systemProcesses.self();
  const elsewhere: ProcessTable = {
    self: async () => ({ ...self, host: 'elsewhere', bootId: 'other' }),
    find: systemProcesses.find,
  };
  const mine = await openState(stateDir, { clock });
  const other = await openState(stateDir, { clock, run: 'run-2', processes: elsewhere });
  // Any record is a sign of life, so each begins a rotation of its own.
  let signs = 0;
  const sign = (log: UserLog) => {
    signs += 1;
    return log.record(`rotation-${signs}`, INTENDED);
  };
  const passMs = (durationMs: number) => clock.set(new Date(clock.now().getTime() + durationMs));
  await mine.exclusively('alice', async (log) => {
    for (let step = 0; step < 4; step += 1) {
      passMs(CLAIM_EXPIRY_MS / 2);
      await sign(log);
      await assert.rejects(
        other.exclusively('alice', async () => assert.fail('two at once')),
        BUSY,
      );
    }
    // Suspended for a long time, but nobody took over: the claim is good again.
    passMs(CLAIM_EXPIRY_MS * 3);
    await sign(log);
    await assert.rejects(
      other.exclusively('alice', async () => assert.fail('two at once')),
      BUSY,
    );
    passMs(CLAIM_EXPIRY_MS * 3);
    await other.exclusively('alice', async () => {
      await assert.rejects(sign(log), {
        ...BUSY,
        message: /alice was lost to another process/,
      });
      assert.equal((await mine.history('alice')).records.length, 5);
    });
  });
});

test('releasing an expired claim leaves the claim of the one who took over', async (t) => {
  const world = await newWorld(t);
  const self = await systemProcesses.self();
  const elsewhere = { ...systemProcesses, self: async () => ({ ...self, host: 'elsewhere' }) };
  const mine = await claimFiles(world).acquire('user-alice.claim');
  world.clock.set(new Date(world.clock.now().getTime() + CLAIM_EXPIRY_MS));
  const other = await claimFiles({ ...world, processes: elsewhere }).acquire('user-alice.claim');
  assert.ok(mine.held && other.held);
  await mine.held.release();
  assert.deepEqual(await readdir(world.directory), ['user-alice.claim']);
  await other.held.release();
  assert.deepEqual(await readdir(world.directory), []);
});

test('what crashed processes leave behind is cleared away when the state is opened', async (t) => {
  const stateDir = await temporaryDirectory(t);
  const clock = settableClock();
  await openState(stateDir, { clock });
  const account = join(stateDir, ACCOUNT);
  const [aged, recent] = [join(account, 'handoff', 'tmp-1'), join(account, 'handoff', 'tmp-2')];
  const dayBefore = new Date(clock.now().getTime() - 86_400_001);
  for (const path of [aged, recent]) await writeFile(path, 'half a secr');
  await utimes(aged, dayBefore, dayBefore);
  await utimes(recent, clock.now(), clock.now());
  const self = await systemProcesses.self();
  const dead = { nonce: 'b'.repeat(32), run: 'run-0', now: clock.now() };
  const owner = newOwner({ ...self, processStart: 'long ago' }, dead);
  await writeFile(join(account, 'claims', `break-${'c'.repeat(32)}`), JSON.stringify(owner));
  const alive = JSON.stringify(newOwner(self, dead));
  await writeFile(join(account, 'claims', `break-${'d'.repeat(32)}`), alive);
  await openState(stateDir, { clock });
  await assert.rejects(stat(aged), { code: 'ENOENT' });
  await stat(recent);
  assert.deepEqual(await readdir(join(account, 'claims')), [`break-${'d'.repeat(32)}`]);
});

test('this process is found with its start, and a process that ended is not found', async (t) => {
  const self = await systemProcesses.self();
  assert.deepEqual(await systemProcesses.find(self.pid), { processStart: self.processStart });
  const { child, ended } = startScript(t, 'hold-claim', ['/dev/null/nowhere', 'alice']);
  await ended;
  assert.equal(await systemProcesses.find(child.pid ?? 0), undefined);
});

test('a user is free again when it cannot be told whether the journal is being compacted', async (t) => {
  const world = await newWorld(t);
  const unreadable = () => Promise.reject(Object.assign(new TypeError('no'), { code: 'EIO' }));
  const fs: FileSystem = {
    ...nodeFileSystem,
    has: (path) => (path.endsWith('compaction.claim') ? unreadable() : nodeFileSystem.has(path)),
  };
  const failed = claimsIn({ ...world, fs }).withClaim('alice', async () => assert.fail('unsafe'));
  await assert.rejects(failed, { code: 'state-dir', message: /compaction\.claim/ });
  assert.deepEqual(await readdir(world.directory), []);
});

test('I9: who loses its half-made claim to a holder that tidies up just asks again', async (t) => {
  const world = await newWorld(t);
  let isSwept = false;
  const fs: FileSystem = {
    ...nodeFileSystem,
    link: async (existing, added) => {
      if (!isSwept) await nodeFileSystem.remove(existing);
      isSwept = true;
      await nodeFileSystem.link(existing, added);
    },
  };
  assert.equal(await claimsIn({ ...world, fs }).withClaim('alice', async () => 42), 42);
  assert.ok(isSwept);
  assert.deepEqual(await readdir(world.directory), []);
});

test("I9: by a sandbox's time no claim of another machine seems to have expired", async (t) => {
  const world = await newWorld(t);
  const self = await systemProcesses.self();
  const elsewhere = { ...self, host: 'elsewhere', machineId: 'other', bootId: 'other' };
  await plantClaim(world, elsewhere);
  const clock = shiftedClock(world.clock, 9 * 86_400_000, 'http://127.0.0.1:4599');
  const claims = claimsIn({ ...world, clock });
  await assert.rejects(
    claims.withClaim('alice', async () => undefined),
    BUSY,
  );
  world.clock.set(new Date(world.clock.now().getTime() + CLAIM_EXPIRY_MS));
  assert.equal(await claims.withClaim('alice', async () => 'taken over'), 'taken over');
});
