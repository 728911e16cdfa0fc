// The directives about what a state directory, and whoever writes to it, can go through: deaths at one
// change on disk, clocks that jump, backups that are put back, and journals that earlier runs left.

import assert from 'node:assert/strict';
import { appendFileSync, chmodSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { accessKeyId } from '../../src/base/access-key-id.ts';
import { formatOf, type JournalRecord, type RotationStep } from '../../src/lifecycle/record.ts';
import { DEFAULT_ACCOUNT_ID } from '../../src/sandbox/index.ts';
import { encodeRecord } from '../../src/state/record-codec.ts';
import type { Program } from '../cli/process.ts';
import { words } from './act.ts';
import type { Directive } from './run-script.ts';
import type { Stage } from './stage.ts';

const HOUR_MS = 3_600_000;
const MORTAL = new URL('../kill/mortal.js', import.meta.url).href;
const CLOCK_JUMP = new URL('../cli/clock-jump.js', import.meta.url).href;

export const STATE: readonly Directive[] = [
  {
    usage: 'kill -9 before CHANGE [call N]: rotate-iam-keys ARGUMENTS; a change as in test/kill',
    pattern: /^kill -9 before (.+?)(?: call (\d+))?: (rotate-iam-keys|keyturn)((?: .*)?)$/,
    perform: async (stage, change, nth, program, args) => {
      const dieAt = { change, nth: Number(nth || 1), how: 'before' };
      const before = { ...stage.env };
      stage.env.MORTAL = JSON.stringify({ folder: stage.folder, hurry: 1, dieAt });
      stage.env.NODE_OPTIONS = `${before.NODE_OPTIONS ?? ''} --import=${MORTAL}`.trim();
      stage.start(program, words(args), 'all', program as Program);
      for (const name of ['MORTAL', 'NODE_OPTIONS']) delete stage.env[name];
      Object.assign(stage.env, before);
      await stage.finish(program);
      const { result, stderr } = stage.last;
      assert.equal(result, 'SIGKILL', `it did not come to "${change}": ${stderr}`);
    },
  },
  {
    usage: 'the clock of the next run jumps N minutes once an intent is on disk',
    pattern: /^the clock of the next run jumps (-?\d+) minutes once an intent is on disk$/,
    perform: (stage, minutes) => {
      const { NODE_OPTIONS: before = '' } = stage.env;
      stage.env.NODE_OPTIONS = `${before} --import=${CLOCK_JUMP}`.trim();
      stage.env.CLOCK_JUMP_MS = String(Number(minutes) * 60_000);
    },
  },
  {
    usage: 'the clock does not jump any more',
    pattern: /^the clock does not jump any more$/,
    perform: (stage) => {
      delete stage.env.CLOCK_JUMP_MS;
    },
  },
  {
    usage: 'the state directory is backed up | … is put back from the backup[, without hand-offs]',
    pattern:
      /^the state directory is (?:(backed up)|put back from the backup(, without hand-offs)?)$/,
    perform: (stage, out, without) => {
      const backup = join(stage.folder, 'backup');
      const [from, to] = out === '' ? [backup, stage.stateDir] : [stage.stateDir, backup];
      rmSync(to, { recursive: true, force: true });
      cpSync(from, to, { recursive: true });
      // A copy has the mode that the directory had; a claim of a process that died comes back too.
      if (without === '') return;
      rmSync(join(to, DEFAULT_ACCOUNT_ID, 'handoff'), { recursive: true, force: true });
    },
  },
  {
    usage: 'the journal says of USER, N hours ago, to KIND PLACE[, KIND PLACE]: STEP [KEY], …',
    pattern: /^the journal says of (\S+), (\d+) hours ago, to (.+?): (intended .+)$/,
    perform: (stage, user, hours, places, steps) => {
      const targets = places.split(', ').map((each) => {
        const [kind = '', place = ''] = each.split(' ');
        return { kind, place };
      });
      const at = new Date(stage.sandbox.world.clock.nowMs() - Number(hours) * HOUR_MS);
      const records = steps.split(', ').map((step) => stepOf(step, targets));
      remember(stage, { user, at, steps: records });
    },
  },
  {
    usage: 'everybody may write PATH | only its owner may write PATH',
    pattern: /^(everybody|only its owner) may write (\S+)$/,
    perform: (_, who, path) => chmodSync(path, who === 'everybody' ? 0o777 : 0o700),
  },
  {
    usage: 'somebody puts the secret of USER/LABEL into the hand-off',
    pattern: /^somebody puts the secret of (\S+) into the hand-off$/,
    perform: (stage, keyId) => {
      const key = stage.sandbox.world.keys.get(keyId);
      if (key === undefined) throw new RangeError(`there is no key ${keyId}; write $USER/LABEL`);
      const content = {
        format_version: 1,
        account_id: DEFAULT_ACCOUNT_ID,
        user_name: key.userName,
        access_key_id: key.id,
        secret_access_key: key.secret,
        rotation: `earlier-${key.userName}`,
        created_at: key.createDate.toISOString(),
      };
      const path = stage.handoffPath(key.id);
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      writeFileSync(path, JSON.stringify(content), { mode: 0o600 });
    },
  },
  {
    usage: 'somebody uses USER/LABEL with SERVICE',
    pattern: /^somebody uses (\S+) with (\w+)$/,
    perform: (stage, keyId, service) => {
      const at = new Date(stage.sandbox.world.clock.nowMs());
      stage.sandbox.world.keys.get(keyId)?.uses.push({ at, service, region: 'us-east-1' });
    },
  },
  {
    usage: 'AWS has lost the uses of USER/LABEL',
    pattern: /^AWS has lost the uses of (\S+)$/,
    perform: (stage, label) => {
      stage.key(label).uses.length = 0;
    },
  },
  {
    usage: 'somebody makes a key by hand for every user NAME-… who has one key',
    pattern: /^somebody makes a key by hand for every user (\S+)-… who has one key$/,
    perform: (stage, prefix) => {
      const { world } = stage.sandbox;
      for (const { name, keys } of world.account().users.values()) {
        if (!name.startsWith(`${prefix}-`) || keys.length !== 1) continue;
        const key = world.addKey(DEFAULT_ACCOUNT_ID, name, { ageDays: 0 });
        stage.labels.set(`${name}/by-hand`, key);
        stage.seededStatus.set(`${name}/by-hand`, 'Active');
      }
    },
  },
  {
    usage: 'every key by hand is Active, and so is the key beside it',
    pattern: /^every key by hand is Active, and so is the key beside it$/,
    perform: (stage) => {
      const byHand = [...stage.labels].filter(([label]) => label.endsWith('/by-hand'));
      assert.ok(byHand.length > 0);
      for (const [label, key] of byHand) {
        const { keys } = stage.sandbox.world.user(DEFAULT_ACCOUNT_ID, key.userName);
        const states = keys.map(({ status }) => status);
        assert.deepEqual([label, key.deleted, ...states], [label, false, 'Active', 'Active']);
      }
    },
  },
];

function stepOf(text: string, [target, ...others]: readonly { kind: string; place: string }[]) {
  const [type = '', ...args] = text.split(' ');
  if (type === 'closed') return { type, reason: args[0] };
  const keys = args.map(accessKeyId);
  const [id] = keys;
  if (type === 'intended') {
    return {
      ...{ type, oldKeyId: id, knownKeyIds: keys, oldKeyFate: 'deactivate', target },
      ...(others.length > 0 && { alsoTargets: others }),
    };
  }
  const more: Readonly<Record<string, object>> = {
    created: { newKeyId: id },
    proved: { checks: 3 },
    delivered: { receipts: [target, ...others].map((each) => receiptOf(each)) },
    verified: { checks: 3 },
    'create-unknown': { reason: 'the connection was cut' },
    'orphan-found': { keyId: id },
    discarding: { keyId: id, reason: 'nobody had its secret' },
  };
  return { type, ...more[type] };
}

function receiptOf(target: { kind: string; place: string } | undefined) {
  return { kind: target?.kind ?? '', reference: target?.place ?? '' };
}

interface Remembered {
  readonly user: string;
  readonly at: Date;
  readonly steps: readonly object[];
}

function remember(stage: Stage, { user, at, steps }: Remembered): void {
  const path = join(stage.stateDir, DEFAULT_ACCOUNT_ID, 'journal.jsonl');
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const about = { run: 'earlier', account: DEFAULT_ACCOUNT_ID, user, rotation: `earlier-${user}` };
  for (const each of steps) {
    const step = each as RotationStep;
    const record = { v: formatOf(step), at, ...about, step } as JournalRecord;
    appendFileSync(path, `${encodeRecord(record)}\n`, { mode: 0o600 });
  }
}
