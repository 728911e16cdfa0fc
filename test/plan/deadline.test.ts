// A deadline is announced before it is kept, by whatever runs every day: keyturn apply too.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlanDocument } from '../../src/reports/plan-document.ts';
import { hoursLater } from '../cli/process.ts';
import { planStage } from './stage.ts';

const TEXT =
  'version: 1\nrules: [{name: all, match: {user: "svc*"}, retire_deadline_days: 10, hold_days: 30, deliver: [handoff]}]\n';

for (const how of ['unasked', 'by a saved plan']) {
  test(`a daily apply announces a deadline and keeps it, ${how}`, async (t) => {
    const stage = await planStage(t, TEXT);
    const { addUser, apply, sandbox, env, statuses, keysOf, keyturn, file, config } = stage;
    const use = () => {
      const at = new Date(sandbox.clock.nowMs() - 3_600_000);
      keysOf('svc')[0]?.uses.push({ at, service: 's3', region: 'us-east-1' });
    };
    const daily = async () => {
      use();
      if (how === 'unasked') return await apply(['--yes']);
      await keyturn(['plan', '--config', config, '-o', file]);
      return await apply();
    };
    const pass = (days: number) => Object.assign(env, hoursLater(sandbox, days * 24));
    addUser({ name: 'svc' }, { ageDays: 100 });
    assert.equal((await daily()).code, 0);
    pass(4);
    assert.equal((await daily()).code, 0);
    assert.deepEqual(statuses('svc'), ['Active', 'Active']);
    pass(7);
    const planned = await keyturn(['plan', '--config', config, '--json']);
    const { users }: PlanDocument = JSON.parse(planned.stdout);
    assert.equal(users[0]?.keys[0]?.reason, 'deadline-reached', planned.stderr);
    const kept = await daily();
    assert.equal(kept.code, 0, kept.stderr);
    assert.deepEqual(statuses('svc'), ['Inactive', 'Active']);
  });
}
