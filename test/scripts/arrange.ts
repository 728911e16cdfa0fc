// The directives that set the scene, and the hands of somebody else in the account.

import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { accessKeyId } from '../../src/base/access-key-id.ts';
import type { RotationStep } from '../../src/lifecycle/record.ts';
import {
  type AccessKey,
  ADMINISTRATOR_NAME,
  DEFAULT_ACCOUNT_ID,
  type FaultEffect,
  type KeySeed,
  populate,
} from '../../src/sandbox/index.ts';
import { encodeRecord } from '../../src/state/record-codec.ts';
import { hoursLater } from '../cli/process.ts';
import type { Directive } from './run-script.ts';
import type { Stage } from './stage.ts';

const DAY_MS = 86_400_000;

export const ARRANGE: readonly Directive[] = [
  {
    usage: 'user NAME [on path PATH] [with tag NAME=VALUE] [in group NAME] [who may do everything]',
    pattern:
      /^user (\S+)(?: on path (\S+))?(?: with tag ([^=\s]+)=(\S*))?(?: in group (\S+))?( who may do everything)?$/,
    perform: (stage, name, path, tag, value, group, administrator) => {
      stage.sandbox.world.addUser(DEFAULT_ACCOUNT_ID, {
        name,
        ...(path === '' ? {} : { path }),
        ...(tag === '' ? {} : { tags: { [tag]: value } }),
        ...(group === '' ? {} : { groups: [group] }),
        administrator: administrator !== '',
      });
    },
  },
  {
    usage: 'key USER/LABEL is [Inactive,] N days old[, last used N days ago]',
    pattern: /^key (\S+)\/([\w-]+) is (Inactive, )?(\d+) days old(?:, last used (\d+) days ago)?$/,
    perform: (stage, user, label, inactive, age, used) => {
      addKey(stage, user, label, inactive !== '', Number(age), used);
    },
  },
  {
    usage: 'a believable account of N users',
    pattern: /^a believable account of (\d+) users$/,
    perform: (stage, users) => {
      populate(stage.sandbox.world, DEFAULT_ACCOUNT_ID, { users: Number(users), seed: 'scripts' });
    },
  },
  {
    usage: 'N users NAME-… with a key that is N days old',
    pattern: /^(\d+) users (\S+)-… with a key that is (\d+) days old$/,
    perform: (stage, count, prefix, age) => {
      for (let number = 1; number <= Number(count); number += 1) {
        addKey(stage, `${prefix}-${number}`, 'old', false, Number(age), '3');
      }
    },
  },
  {
    usage: 'new keys work after N s',
    pattern: /^new keys work after ([\d.]+) s$/,
    perform: (stage, seconds) => {
      stage.sandbox.settings.keyLagSeconds = Number(seconds);
    },
  },
  {
    usage: 'AWS answers N calls a second, N at once',
    pattern: /^AWS answers (\d+) calls a second, (\d+) at once$/,
    perform: (stage, perSecond, burst) => {
      stage.sandbox.settings.rate = { perSecond: Number(perSecond), burst: Number(burst) };
    },
  },
  {
    usage: 'fault: OPERATION [of USER] [call N|first N calls] EFFECT [CODE] [N ms|until told]',
    pattern:
      /^fault: (\w+)(?: of (\S+))?(?: call (\d+)| first (\d+) calls?)? ([a-z-]+)(?: ([A-Z]\w+) (\d{3}))?(?: (\d+) ms| (until told))?$/,
    perform: (stage, operation, user, nth, first, kind, code, status, fixedMs, untilTold) => {
      const ms = untilTold === '' ? Number(fixedMs) : stage.hold(operation);
      stage.sandbox.faults.add({
        operation,
        ...(user === '' ? {} : { user }),
        ...(nth === '' ? {} : { calls: { nth: Number(nth) } }),
        ...(first === '' ? {} : { calls: { first: Number(first) } }),
        effect: effectOf(kind, code, status, ms),
      });
    },
  },
  {
    usage: 'tell OPERATION to go on: the one of its faults that has been held for the longest time',
    pattern: /^tell (\w+) to go on$/,
    perform: (stage, operation) => stage.letGo(operation),
  },
  {
    usage: 'no more faults',
    pattern: /^no more faults$/,
    perform: (stage) => stage.sandbox.faults.clear(),
  },
  {
    usage: "AWS's clock is N minutes ahead",
    pattern: /^AWS's clock is (\d+) minutes ahead$/,
    perform: (stage, minutes) => {
      stage.sandbox.clock.signatureSkewMs = Number(minutes) * 60_000;
    },
  },
  {
    usage: "AWS's calendar is N minutes behind: keys are dated so, signatures still fit",
    pattern: /^AWS's calendar is (\d+) minutes behind$/,
    perform: (stage, minutes) => stage.sandbox.clock.advance(-Number(minutes) * 60_000),
  },
  {
    usage: 'N hours|minutes pass, here and at AWS',
    pattern: /^(\d+) (hours|minutes) pass$/,
    perform: (stage, count, unit) => {
      const hours = unit === 'hours' ? Number(count) : Number(count) / 60;
      Object.assign(stage.env, hoursLater(stage.sandbox, hours));
    },
  },
  {
    usage: 'the caller may not ACTION | the caller may do everything again',
    pattern: /^the caller may (?:not (\w+:\w+)|do everything again)$/,
    perform: (stage, action) => {
      const { inlinePolicies } = stage.sandbox.world.user(DEFAULT_ACCOUNT_ID, ADMINISTRATOR_NAME);
      if (action === '') inlinePolicies.clear();
      const Statement = { Effect: 'Deny', Action: action } as const;
      if (action !== '') inlinePolicies.set(`no ${action}`, { Statement });
    },
  },
  {
    usage: 'the calls are signed with USER/LABEL | … nothing | … a session | … an expired session',
    pattern: /^the calls are signed with (\S+\/\S+|nothing|a session|an expired session)$/,
    perform: (stage, what) => {
      const { env } = stage;
      if (what === 'nothing') {
        delete env.AWS_ACCESS_KEY_ID;
        delete env.AWS_SECRET_ACCESS_KEY;
        return;
      }
      if (what === 'a session') return signWithSession(stage, 3600);
      if (what === 'an expired session') return signWithSession(stage, -60);
      const key = stage.key(what);
      Object.assign(env, { AWS_ACCESS_KEY_ID: key.id, AWS_SECRET_ACCESS_KEY: key.secret });
    },
  },
  {
    usage: 'profile NAME signs with USER/LABEL and calls the sandbox',
    pattern: /^profile (\S+) signs with (\S+\/\S+) and calls the sandbox$/,
    perform: (stage, name, label) => {
      const { id, secret } = stage.key(label);
      const folder = `${stage.env.HOME}/.aws`;
      const keys = `aws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`;
      mkdirSync(folder, { recursive: true });
      writeFileSync(`${folder}/credentials`, `[${name}]\n${keys}`);
      writeFileSync(`${folder}/config`, `[profile ${name}]\nendpoint_url = ${stage.sandbox.url}\n`);
    },
  },
  {
    usage: 'environment NAME=[VALUE]',
    pattern: /^environment (\w+)=(.*)$/,
    perform: (stage, name, value) => {
      stage.env[name] = value;
    },
  },
  {
    usage: 'file PATH holds TEXT (with \\n)',
    pattern: /^file (\S+) holds (.*)$/,
    perform: (_, path, text) => {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text.replaceAll('\\n', '\n'));
    },
  },
  {
    usage: 'somebody deletes USER/LABEL | somebody makes USER/LABEL Active|Inactive',
    pattern: /^somebody (?:deletes (\S+\/\S+)|makes (\S+\/\S+) (Active|Inactive))$/,
    perform: (stage, deleted, changed, status) => {
      const key = stage.key(deleted || changed);
      stage.robbed.add(key.userName);
      if (deleted === '') {
        key.status = status === 'Active' ? 'Active' : 'Inactive';
        return;
      }
      const { keys } = stage.sandbox.world.user(DEFAULT_ACCOUNT_ID, key.userName);
      keys.splice(keys.indexOf(key), 1);
      key.deleted = true;
    },
  },
  {
    usage: 'somebody has used USER/LABEL, and AWS shows it',
    pattern: /^somebody has used (\S+\/\S+), and AWS shows it$/,
    perform: (stage, label) => {
      const { sandbox } = stage;
      const at = new Date(sandbox.world.clock.nowMs());
      sandbox.settings.lastUsedLagSeconds = 0;
      stage.key(label).uses.push({ service: 's3', region: 'us-east-1', at });
    },
  },
  {
    usage: 'somebody deletes the file PATH',
    pattern: /^somebody deletes the file (\S+)$/,
    perform: (_, path) => rmSync(path),
  },
  {
    usage: 'the state directory is a file | … is lost | … is in memory',
    pattern: /^the state directory is (a file|lost|in memory)$/,
    perform: (stage, what) => {
      if (what === 'in memory') return stage.moveStateIntoMemory();
      if (what === 'lost') rmSync(stage.stateDir, { recursive: true });
      else writeFileSync(stage.stateDir, '');
    },
  },
  {
    usage: 'the journal says that USER/LABEL was made Inactive N days ago',
    pattern: /^the journal says that (\S+\/\S+) was made Inactive (\d+) days ago$/,
    perform: (stage, label, days) => recordDeactivation(stage, stage.key(label), Number(days)),
  },
];

function addKey(
  stage: Stage,
  user: string,
  label: string,
  isInactive: boolean,
  ageDays: number,
  usedDaysAgo: string,
): void {
  const { world } = stage.sandbox;
  if (!world.account().users.has(user.toLowerCase())) {
    world.addUser(DEFAULT_ACCOUNT_ID, { name: user });
  }
  const used = new Date(world.clock.nowMs() - Number(usedDaysAgo) * DAY_MS);
  const seed: KeySeed = {
    ageDays,
    status: isInactive ? 'Inactive' : 'Active',
    ...(usedDaysAgo === '' ? {} : { lastUsed: { at: used } }),
  };
  stage.labels.set(`${user}/${label}`, world.addKey(DEFAULT_ACCOUNT_ID, user, seed));
  stage.seededStatus.set(`${user}/${label}`, isInactive ? 'Inactive' : 'Active');
}

function signWithSession(stage: Stage, seconds: number): void {
  const { world } = stage.sandbox;
  const user = world.user(DEFAULT_ACCOUNT_ID, ADMINISTRATOR_NAME);
  const who = { principal: { user }, mfa: true };
  const session = world.openSession(DEFAULT_ACCOUNT_ID, seconds, who);
  Object.assign(stage.env, {
    AWS_ACCESS_KEY_ID: session.accessKeyId,
    AWS_SECRET_ACCESS_KEY: session.secret,
    AWS_SESSION_TOKEN: session.token,
  });
}

/** What a rotation leaves in the journal when all went well. */
function recordDeactivation(stage: Stage, { id, userName }: AccessKey, daysAgo: number): void {
  const oldKeyId = accessKeyId(id);
  const newKeyId = accessKeyId(`AKIAREPLACED${id.slice(-8)}`);
  const steps: RotationStep[] = [
    {
      type: 'intended',
      oldKeyId,
      knownKeyIds: [oldKeyId],
      oldKeyFate: 'deactivate',
      target: { kind: 'handoff', place: '' },
    },
    { type: 'created', newKeyId },
    { type: 'delivered', receipts: [] },
    { type: 'verified', checks: 3 },
    { type: 'deactivating' },
    { type: 'deactivated' },
  ];
  const at = new Date(stage.sandbox.world.clock.nowMs() - daysAgo * DAY_MS);
  const envelope = {
    v: 1,
    at,
    run: 'earlier',
    account: DEFAULT_ACCOUNT_ID,
    user: userName,
  } as const;
  const path = `${stage.stateDir}/${DEFAULT_ACCOUNT_ID}/journal.jsonl`;
  mkdirSync(dirname(path), { recursive: true });
  for (const step of steps) {
    appendFileSync(path, `${encodeRecord({ ...envelope, rotation: `of ${id}`, step })}\n`);
  }
}

function effectOf(kind: string, code: string, status: string, ms: number): FaultEffect {
  switch (kind) {
    case 'error':
      return code === '' ? { kind } : { kind, code, status: Number(status) };
    case 'delay':
    case 'delay-reply':
    case 'slow-body':
      return { kind, durationMs: ms };
    case 'late-commit':
      return { kind, afterMs: ms };
    case 'throttle':
    case 'access-denied':
    case 'hang':
    case 'reset':
    case 'drop-reply':
    case 'error-after-commit':
    case 'truncate-body':
      return { kind };
    default:
      throw new RangeError(`no such effect: ${kind}`);
  }
}
