import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { it } from 'node:test';
import { rotateAccount } from '../../src/app/rotate-account.ts';
import { PATIENT } from '../../src/lifecycle/retire-policy.ts';
import { ACCOUNT, openLaptop } from '../keyctl/laptop.ts';

it('I7: a run that signs with a role does not deactivate the key that opens the role', async (t) => {
  const laptop = await openLaptop(t);
  const { world } = laptop.sandbox;
  const base = await laptop.addProfile('base', 'ops');
  world.addRole(ACCOUNT, { name: 'rotator', administrator: true });
  const arn = `arn:aws:iam::${ACCOUNT}:role/rotator`;
  await writeFile(
    `${laptop.folder}/config`,
    `[profile fleet]\nrole_arn = ${arn}\nsource_profile = base\n`,
  );
  const Statement = { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' } as const;
  world.user(ACCOUNT, 'ops').inlinePolicies.set('assume', { Statement });
  const options = {
    daysThreshold: 90,
    dryRun: false,
    user: 'ops',
    wanted: { kind: 'due-key', daysThreshold: 90 } as const,
    lookAheadDays: 0,
    oldKeyFate: 'deactivate' as const,
    retire: PATIENT,
    cleanUpDays: undefined,
    inventory: 'auto' as const,
    profile: 'fleet',
    region: 'us-east-1',
    maxParallel: 4,
    timeoutMs: undefined,
    deliver: [{ kind: 'handoff', template: '' }] as const,
    isDeliverGiven: false,
  };
  // Nor does it help to say where the successor goes: the user's own key cannot do what the role may.
  for (const isDeliverGiven of [false, true]) {
    const run = await rotateAccount({ ...options, isDeliverGiven }, laptop.context);
    const { report, exitCode } = run;
    assert.equal(report.rotated_keys[0]?.error_code, 'own-key', JSON.stringify(report.errors));
    assert.equal(exitCode, 1);
  }
  const [key] = world.user(ACCOUNT, 'ops').keys;
  assert.deepEqual([key?.id, key?.status], [base.id, 'Active']);
});
