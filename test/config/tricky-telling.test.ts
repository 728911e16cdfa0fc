// What a configuration says of metrics and notifications, and what is wrong in it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TELL_ROWS } from './tell-rows.ts';
import { areRefused, errorsOf, R } from './tricky.ts';

areRefused(TELL_ROWS);

test('every channel and every key is taken', async () => {
  const text = R(`metrics:
  file: /var/lib/node_exporter/keyturn.prom
  accounts: none
  otlp: {endpoint: "https://otel.example.com:4318", headers: {authorization: "\${env:T}"}, timeout_s: 5}
notify:
  on: [done, needs-person, due-soon, deadline, in-use]
  due_soon_days: 30
  deadline_days: 14
  repeat_days: never
  owners: {tags: [team], addresses: {billing: b@example.com}, domains: [example.com]}
  channels:
    - {name: a, slack: "\${env:A}", on: [needs-person]}
    - {name: b, teams: "\${file:/run/secrets/teams}"}
    - {name: c, webhook: "https://hooks.example.com/x?y=1", secret: "\${env:C}"}
    - {name: c2, webhook: "\${command:pass hook}"}
    - {name: d, smtp: "smtps://mail.example.com", user: k, password: "\${env:D}", from: k@example.com, to: [p@example.com], to_owners: true}
    - {name: d2, smtp: "smtp://127.0.0.1:1025", from: k@example.com, to: [p@example.com]}
    - {name: e, sns: "arn:aws-cn:sns:cn-north-1:111122223333:keys.fifo"}
    - {name: f, eventbridge: "arn:aws:events:eu-central-1:111122223333:event-bus/keys"}
    - {name: f2, eventbridge: default, region: eu-central-1}
    - {name: g, run: [/usr/local/bin/page, --quiet]}`);
  assert.deepEqual(await errorsOf(text), []);
  assert.deepEqual(await errorsOf(R('metrics: {otlp: true}')), []);
});

test('a password in clear is not shown', async () => {
  const text = R(
    'notify: {channels: [{name: m, smtp: "smtp://mail.example.com", user: k, password: not-for-a-log, from: k@example.com, to: [p@example.com]}]}',
  );
  const faults = await errorsOf(text);
  assert.equal(faults[0]?.code, 'secret-in-clear');
  assert.ok(!JSON.stringify(faults).includes('not-for-a-log'));
});
