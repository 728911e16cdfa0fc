// keyturn map and keyturn init in an organization: places of each account, keys of all of them, accounts that cannot
// be entered; and the least of policies.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { policyDocument } from '../../src/app/policy/named-policies.ts';
import type { MapReport } from '../../src/reports/map-report.ts';
import { DEFAULT_ACCOUNT_ID } from '../../src/sandbox/index.ts';
import { addSecret } from '../../src/sandbox/secretsmanager/secret.ts';
import { FIRST, FleetStage, SECOND, THIRD } from '../organization/fleet-stage.ts';
import { mapStage, object, statesOf } from './stage.ts';

test('each account has places of its own, and a key of one in a place of another is known', async (t) => {
  const stage = await FleetStage.open(t, {
    organization: { accounts: [{ id: FIRST }, { id: SECOND }, { id: THIRD, hasRole: false }] },
  });
  const { world } = stage.sandbox;
  const put = (account: string, name: string, text: string) =>
    addSecret(world, world.account(account), {
      name,
      region: 'us-east-1',
      first: { id: '11111111-0000-4000-8000-000000000000', text, binary: undefined },
    });
  const [first] = stage.keysOf(FIRST);
  const [second] = stage.keysOf(SECOND);
  assert(first && second);
  put(FIRST, `app/${FIRST}/svc-app`, object(first));
  put(SECOND, `app/${SECOND}/svc-app`, object(second));
  put(FIRST, 'borrowed', object(second));
  const [third] = stage.keysOf(THIRD);
  assert(third);
  put(FIRST, 'closed', object(third));
  const mapped = await stage.run('keyturn', 'map', '--organization', '--json');
  assert.equal(mapped.code, 1, mapped.stderr);
  const report = JSON.parse(mapped.stdout) as MapReport;
  const states = statesOf(report);
  assert.equal(states[first.id], 'placed');
  assert.equal(states[second.id], 'several-places');
  // Of an account that could not be read nobody knows whether it lives.
  assert.equal(states[third.id], 'unknown');
  assert.deepEqual(
    report.keys
      .find(({ access_key_id: id }) => id === second.id)
      ?.places.map((place) => place.account_id),
    [FIRST, SECOND],
  );
  assert.deepEqual(
    report.errors.map(({ code, account_id: account }) => [code, account]),
    [['cannot-enter-account', THIRD]],
  );
  const file = join(stage.folder, 'keyturn.yaml');
  const drafted = await stage.run('keyturn', 'init', '--organization', '-o', file);
  assert.equal(drafted.code, 1, drafted.stderr);
  const model = parse(await readFile(file, 'utf8'));
  assert.equal(model.accounts.organization, true);
  assert.deepEqual(model.accounts.groups, [
    { name: 'accounts', match: 'all', role: 'OrganizationAccountAccessRole' },
  ]);
  const places = model.rules.map((rule: { deliver: object }) => rule.deliver);
  assert.deepEqual(places[0], ['secrets-manager=app/{account}/{user}']);
  const valid = await stage.run('keyturn', 'validate', file);
  assert.equal(valid.code, 0, valid.stdout);
});

test('the policy "map" is all that it takes', async (t) => {
  const { addUser, secret, parameter, map, sandbox } = await mapStage(t);
  const [key] = addUser({ name: 'svc' }, { ageDays: 5 });
  assert(key);
  secret('app/svc', object(key));
  parameter('/app/svc', object(key));
  const { world } = sandbox;
  world.addUser(DEFAULT_ACCOUNT_ID, { name: 'mapper', policies: { map: policyDocument('map') } });
  const own = world.addKey(DEFAULT_ACCOUNT_ID, 'mapper', {});
  const as = { AWS_ACCESS_KEY_ID: own.id, AWS_SECRET_ACCESS_KEY: own.secret };
  const { code, report, stderr } = await map.as(as)();
  assert.equal(code, 0, stderr + JSON.stringify(report.reads));
  assert.equal(statesOf(report)[key.id], 'several-places');
});
