// Whoever has a configuration reads of the keys of its file, and whoever has none of flags.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { DEFAULT_ACCOUNT_ID } from '../../src/sandbox/index.ts';
import { hoursLater, run } from '../cli/process.ts';
import { FIRST, FleetStage, SECOND } from '../organization/fleet-stage.ts';
import { stageOf } from './stage.ts';

const RULES = (policy: string) =>
  `version: 1\nrules: [{name: all, match: {user: "u-*"}, ${policy}}]\n`;

/** Flags that say what a file says. */
const POLICY_FLAGS =
  /--(?:create-missing|deliver|cleanup-inactive|inactive-days|days-threshold|retire|quiet-days|organization|external-id|exclude-accounts)\b/;

interface Case {
  readonly what: string;
  readonly policy: string;
  readonly keys: readonly { ageDays: number; status?: 'Inactive' }[];
  readonly says: RegExp;
  readonly flag: RegExp;
  readonly flags: readonly string[];
}

const CASES: readonly Case[] = [
  {
    what: 'a place that does not exist',
    policy: 'deliver: ["ssm=/none/{user}"]',
    keys: [{ ageDays: 100 }],
    says: /the "region" beside the place; have it made with "create_missing: true" beside the place in the configuration/,
    flag: /check the name and --region; have it made with --create-missing/,
    flags: ['--deliver', 'ssm=/none/{user}'],
  },
  {
    what: 'an Inactive key that has the room',
    policy: 'deliver: [handoff]',
    keys: [{ ageDays: 100 }, { ageDays: 200, status: 'Inactive' }],
    says: /"hold_days" of its rule, a number of days, deletes AKIA/,
    flag: /--cleanup-inactive deletes AKIA/,
    flags: [],
  },
];

for (const { what, policy, keys, says, flag, flags } of CASES) {
  test(`in the terms of the file, and of flags: ${what}`, async (t) => {
    const { addUser, rotate, keyturn, config, env } = await stageOf(t);
    addUser({ name: 'u-a' }, ...keys);
    const { report } = await rotate(RULES(policy));
    const hint = report.rotated_keys[0]?.hint ?? '';
    assert.match(hint, says);
    assert.doesNotMatch(hint, POLICY_FLAGS);
    const page = await keyturn(['plan', '--config', config]);
    assert.doesNotMatch(page.stdout, POLICY_FLAGS);
    const words = ['--user', 'u-a', '--output-format', 'json', ...flags];
    const plain = await run('rotate-iam-keys', words, env);
    assert.match(JSON.parse(plain.stdout).rotated_keys[0].hint, flag);
  });
}

test('places that a key was delivered to before, and that the file names no more', async (t) => {
  const { addUser, rotate, config, env, sandbox } = await stageOf(t);
  addUser({ name: 'u-a' }, { ageDays: 100 });
  const made = '{to: "ssm=/app/{user}", create_missing: true}';
  await rotate(RULES(`days_threshold: 1, retire: never, deliver: [${made}]`));
  // Its old key is gone, and the one that was delivered is due.
  sandbox.world.user(DEFAULT_ACCOUNT_ID, 'u-a').keys.splice(0, 1);
  const later = { ...env, ...hoursLater(sandbox, 400 * 24) };
  const words = ['--config', config, '--output-format', 'json'];
  await writeFile(config, RULES('days_threshold: 1, retire: never, deliver: [handoff]'));
  const left = await run('rotate-iam-keys', words, later);
  const [{ hint = '' } = {}] = JSON.parse(left.stdout).rotated_keys.filter(
    (each: { error_code: string | null }) => each.error_code === 'places-left',
  );
  assert.match(
    hint,
    /to serve it, add to the list of its rule:\n {2}deliver: \["ssm=\/app\/\{user\}"\]/,
  );
  const [, pasted = ''] = /^ {2}rotate-iam-keys (.*)$/m.exec(hint) ?? [];
  const once = await run(
    'rotate-iam-keys',
    [...pasted.split(' '), '--output-format', 'json'],
    later,
  );
  assert.equal(once.code, 0, once.stderr);
});

test('an account that cannot be entered', async (t) => {
  const stage = await FleetStage.open(t, {
    organization: { accounts: [{ id: FIRST, hasRole: false }, { id: SECOND }] },
  });
  const config = `${stage.folder}/keyturn.yaml`;
  const all = 'version: 1\naccounts: {organization: true}\n';
  await writeFile(config, `${all}rules: [{name: all, match: all, deliver: [handoff]}]\n`);
  const { report } = await stage.rotate('--config', config, '--dry-run');
  const hints = report.errors.map(({ hint }) => hint ?? '').join('\n');
  assert.match(hints, /"external_id" of its group.*"accounts: never" in the configuration/s);
  assert.doesNotMatch(hints, POLICY_FLAGS);
});
