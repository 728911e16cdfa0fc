// A configuration over several accounts: who is entered, through which role, by which numbers.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  FIRST,
  FleetStage,
  MANAGEMENT,
  rotatedAccounts,
  SECOND,
  THIRD,
} from '../organization/fleet-stage.ts';

function configOf(stage: FleetStage, text: string): string {
  const path = join(stage.folder, 'keyturn.yaml');
  writeFileSync(path, text);
  return path;
}

const RULES = 'rules: [{name: all, match: all, deliver: [handoff]}]\n';

test('groups say which accounts are entered, by which role and with which numbers', async (t) => {
  const stage = await FleetStage.open(t, {
    organization: {
      accounts: [{ id: FIRST, hasRole: false }, { id: SECOND }, { id: THIRD }],
    },
  });
  const trustedArns = [`arn:aws:iam::${MANAGEMENT}:root`];
  stage.sandbox.world.addRole(FIRST, { name: 'KeyRotation', trustedArns, administrator: true });
  stage.addKey(SECOND, 'young', { ageDays: 40 });
  stage.addKey(FIRST, 'young', { ageDays: 40 });
  const config = configOf(
    stage,
    `version: 1
accounts:
  groups:
    - {name: prod, match: {id: "${FIRST}"}, role: KeyRotation, defaults: {days_threshold: 30}}
    - {name: rest, match: {id: ["${SECOND}"]}}
${RULES}`,
  );
  const { code, report, stderr } = await stage.rotate('--config', config);
  assert.equal(code, 0, stderr);
  assert.deepEqual(rotatedAccounts(report), [FIRST, FIRST, SECOND]);
  const roles = stage.requests('AssumeRole').map(({ params }) => params.RoleArn?.split('/').at(-1));
  assert.deepEqual(roles.toSorted(), ['KeyRotation', 'OrganizationAccountAccessRole']);
  assert.equal(stage.keysOf(THIRD).length, 1);
});

test('an organization by names: never, no group, and limits over all accounts', async (t) => {
  const stage = await FleetStage.open(t, {
    organization: {
      accounts: [
        { id: FIRST, name: 'acme-prod' },
        { id: SECOND, name: 'acme-dev' },
        { id: THIRD, name: 'vault' },
      ],
    },
  });
  const text = `version: 1
accounts:
  organization: true
  never: ["${MANAGEMENT}"]
  groups: [{name: acme, match: {name: acme-*}}]
${RULES.replace('match: all', 'match: {account: acme-*}')}`;
  const foretold = await stage.rotate('--config', configOf(stage, text), '--dry-run');
  assert.deepEqual(rotatedAccounts(foretold.report), [FIRST, SECOND], foretold.stderr);
  assert.match(foretold.stderr, new RegExp(`account not entered.*${THIRD}`));
  const limited = await stage.rotate(
    '--config',
    configOf(stage, `${text}limits: {max_rotations: 1}\n`),
  );
  assert.equal(limited.code, 0, limited.stderr);
  assert.equal(rotatedAccounts(limited.report).length, 1);
  assert.deepEqual(
    limited.report.held_back?.map(({ reason }) => reason),
    ['over-limit'],
  );
});

test('flags narrow what the file says', async (t) => {
  const stage = await FleetStage.open(t);
  const text = `version: 1\naccounts: {organization: true, never: ["${FIRST}"]}\n${RULES}`;
  const config = configOf(stage, text);
  const one = await stage.rotate(
    '--config',
    config,
    '--accounts',
    `${FIRST},${SECOND}`,
    '--dry-run',
  );
  assert.deepEqual(rotatedAccounts(one.report), [SECOND], one.stderr);
  const less = await stage.rotate('--config', config, '--exclude-accounts', SECOND, '--dry-run');
  assert.deepEqual(rotatedAccounts(less.report), [MANAGEMENT, THIRD], less.stderr);
});

test('an account that flags name and no group is about is told of, and not passed over in silence', async (t) => {
  const stage = await FleetStage.open(t, {
    organization: { accounts: [{ id: FIRST }, { id: SECOND }] },
  });
  const groups = `groups: [{name: first, match: {id: "${FIRST}"}}]`;
  const config = configOf(stage, `version: 1\naccounts: {${groups}}\n${RULES}`);
  const named = ['--config', config, '--accounts', `${FIRST},${SECOND}`];
  const { code, report } = await stage.rotate(...named);
  assert.equal(code, 1);
  assert.deepEqual(
    report.errors.map((each) => [each.code, each.account_id]),
    [['unknown-account', SECOND]],
  );
  assert.deepEqual(rotatedAccounts(report), [FIRST]);
});

test('the account of the caller is not worked on where the file means others', async (t) => {
  const stage = await FleetStage.open(t);
  const config = configOf(stage, `version: 1\naccounts: {never: ["${MANAGEMENT}"]}\n${RULES}`);
  const { code, report } = await stage.rotate('--config', config);
  assert.equal(code, 1);
  assert.deepEqual(
    report.errors.map((each) => each.code),
    ['unknown-account'],
  );
  assert.equal(stage.keysOf(MANAGEMENT).length, 1);
});

const TREE = {
  organization: {
    accounts: [
      { id: FIRST, ou: 'Root/Workloads/Prod', tags: { stage: 'prod' } },
      { id: SECOND, ou: 'Root/Workloads', tags: { stage: 'test' } },
      { id: THIRD, ou: 'Root/Suspended/Old' },
    ],
  },
};

const BY_UNIT = `version: 1
accounts:
  organization: true
  never: [{ou: Root/Suspended/*}]
  groups:
    - {name: prod, match: {ou: Root/Workloads/*, tag: {stage: prod}}, defaults: {days_threshold: 30}}
    - {name: work, match: {ou: Root/Workloads/*}}
    - {name: named, match: {id: "${MANAGEMENT}"}}
`;

test('units and tags say which accounts are entered, in two calls for each unit', async (t) => {
  const stage = await FleetStage.open(t, TREE);
  stage.addKey(FIRST, 'young', { ageDays: 40 });
  stage.addKey(SECOND, 'young', { ageDays: 40 });
  const config = configOf(stage, `${BY_UNIT}${RULES}`);
  const { code, report, stderr } = await stage.rotate('--config', config, '--dry-run');
  assert.equal(code, 0, stderr);
  assert.deepEqual(rotatedAccounts(report), [FIRST, FIRST, MANAGEMENT, SECOND].toSorted());
  assert.equal(stage.requests('ListRoots').length, 1);
  // The root, Workloads, Prod, Suspended and Old.
  assert.equal(stage.requests('ListOrganizationalUnitsForParent').length, 5);
  assert.equal(stage.requests('ListAccountsForParent').length, 5);
  // Of the others their units decide.
  const asked = stage.requests('ListTagsForResource').map(({ params }) => params.ResourceId);
  assert.deepEqual(asked.toSorted(), [FIRST, SECOND]);
});

test('rules and exemptions ask for units and tags of accounts too, and IDs of units are known', async (t) => {
  const stage = await FleetStage.open(t, TREE);
  const root = [...(stage.sandbox.world.organizations.get(FIRST)?.units.keys() ?? [])][0];
  const text = `version: 1
accounts: {organization: true}
rules:
  - {name: prod, match: {account: {tag: {stage: prod}, ou: "${root}"}}, deliver: [handoff]}
exemptions_file: exemptions.yaml
`;
  const until = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  writeFileSync(
    join(stage.folder, 'exemptions.yaml'),
    `version: 1\nexemptions: [{match: {account: {tag: {stage: test}}}, owner: Ann, reason: cannot change keys, until: ${until}}]\n`,
  );
  const { code, report, stderr } = await stage.rotate(
    '--config',
    configOf(stage, text),
    '--dry-run',
  );
  assert.equal(code, 0, stderr);
  assert.deepEqual(rotatedAccounts(report), [FIRST]);
  assert.deepEqual(
    report.held_back?.map(({ account_id, reason }) => `${account_id} ${reason}`).toSorted(),
    [`${MANAGEMENT} no-rule`, `${SECOND} exempt`, `${THIRD} no-rule`].toSorted(),
  );
});

test('an account of which nobody tells what a group asks is not entered, and that is a failure', async (t) => {
  const stage = await FleetStage.open(t, TREE);
  const denied = { kind: 'error', code: 'AccessDeniedException', status: 400 } as const;
  stage.sandbox.faults.add({ operation: 'ListTagsForResource', effect: denied });
  const config = configOf(stage, `${BY_UNIT}${RULES}`);
  const tags = await stage.rotate('--config', config, '--dry-run');
  assert.equal(tags.code, 1);
  assert.deepEqual(tags.report.errors.map(({ account_id: id }) => id).toSorted(), [FIRST, SECOND]);
  assert.ok(tags.report.errors.every((each) => each.code === 'account-not-judged'));
  assert.match(
    tags.stderr,
    /nobody tells what group prod of .*keyturn\.yaml asks about it: .*organizations:ListTagsForResource/,
  );
  // Their units decide of the others.
  assert.deepEqual(rotatedAccounts(tags.report), [MANAGEMENT]);
  stage.sandbox.faults.add({ operation: 'ListRoots', effect: denied });
  const units = await stage.rotate('--config', config, '--dry-run');
  assert.equal(units.code, 1);
  assert.equal(units.report.errors.length, 4);
  assert.deepEqual(rotatedAccounts(units.report), []);
  assert.equal(units.report.summary.accounts_failed, 4);
});

test('places are in the region of the group', async (t) => {
  const stage = await FleetStage.open(t, TREE);
  const text = `version: 1
accounts:
  groups: [{name: eu, match: {id: "${FIRST}"}, region: eu-central-1}]
rules:
  - name: all
    match: all
    deliver: [{to: "ssm=/{account}/{user}", create_missing: true, create_tags: {team: core}}]
`;
  const { code, report, stderr } = await stage.rotate('--config', configOf(stage, text));
  assert.equal(code, 0, stderr);
  assert.equal(report.rotated_keys[0]?.delivered_to[0]?.place, `eu-central-1:/${FIRST}/svc-app`);
});
