// `keyturn notify test`: whether those who are to be told can be told.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { listener, telling, tellStage } from './stage.ts';

test('each channel gets one message; one that takes none is told, with what to do', async (t) => {
  const { env, config, keyturn, sandbox } = await tellStage(t);
  const good = await listener(t);
  const bad = await listener(t, [{ status: 404, body: 'no_service' }]);
  Object.assign(env, { OPS_HOOK: good.url, GONE: `${bad.url}/only-for-this-test` });
  const channels = `channels:
  - {name: ops, slack: "\${env:OPS_HOOK}"}
  - {name: gone, slack: "\${env:GONE}"}
  - {name: unset, slack: "\${env:NOBODY_SET_IT}"}`;
  writeFileSync(config, telling(channels));
  const all = await keyturn(['notify', 'test', '--config', config]);
  assert.equal(all.code, 1, all.stderr);
  const lines = all.stdout.trim().split('\n');
  assert.equal(lines[0], 'ops (slack): sent');
  assert.match(
    lines[1] ?? '',
    /^gone \(slack\): not sent: .*HTTP 404, no_service \[notification-failed\]$/,
  );
  assert.match(
    lines[2] ?? '',
    /^unset \(slack\): not sent: the variable NOBODY_SET_IT holds no credential/,
  );
  assert.match(good.bodies()[0].text, /keyturn: this is a test/);
  assert.ok(!`${all.stdout}${all.stderr}`.includes('only-for-this-test'));
  assert.equal(sandbox.requests.list().length, 0, 'no account is asked');
  const one = await keyturn(['notify', 'test', 'ops', '--config', config, '--json']);
  assert.equal(one.code, 0, one.stderr);
  assert.deepEqual(JSON.parse(one.stdout).channels, [
    { channel: 'ops', kind: 'slack', error: null },
  ]);
  assert.equal(good.asked.length, 2);
  const gone = await keyturn(['notify', 'test', 'gone', '--config', config, '--json']);
  assert.equal(JSON.parse(gone.stdout).channels[0].error.code, 'notification-failed');
});

test('what is not there cannot be tried', async (t) => {
  const { config, keyturn } = await tellStage(t);
  writeFileSync(config, telling('').replace('notify:\n  \n', ''));
  const none = await keyturn(['notify', 'test', '--config', config]);
  assert.equal(none.code, 2);
  assert.match(none.stderr, /tells nobody: there is no "notify:" in it \[bad-config\]/);
  writeFileSync(config, telling('channels: [{name: ops, run: [/bin/true]}]'));
  const unknown = await keyturn(['notify', 'test', 'opps', '--config', config]);
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /is called "?opps"?/);
  const word = await keyturn(['notify', 'all', '--config', config]);
  assert.equal(word.code, 2);
  assert.match(word.stderr, /takes the word test/);
});
