// Every other channel, each before somebody who takes what it sends.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: as it is written in the file

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { signatures } from '../../src/app/notify/channels/webhook.ts';
import { Secret } from '../../src/base/secret.ts';
import { mailSink } from './mail-sink.ts';
import { IDLE, IN_USE, listener, telling, tellStage } from './stage.ts';

const SIGNING = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const OTHER = `whsec_${Buffer.alloc(24, 9).toString('base64')}`;

test('a webhook is signed as Standard Webhooks have it: their library verifies it', async (t) => {
  const { addUser, rotate, env } = await tellStage(t);
  const hook = await listener(t, [{ status: 202, body: '' }]);
  Object.assign(env, { SIGNING: `${OTHER} ${SIGNING}` });
  addUser({ name: 'svc-b' }, IDLE, IDLE);
  const channel = `channels: [{name: siem, webhook: "${hook.url}/in?tenant=1", secret: "\${env:SIGNING}"}]`;
  const { stderr } = await rotate(telling(channel));
  assert.doesNotMatch(stderr, /could not be sent/);
  const [call] = hook.asked;
  assert.equal(call?.path, '/in?tenant=1');
  const headers = call?.headers as Record<string, string>;
  for (const secret of [SIGNING, OTHER]) {
    const verified = new Webhook(secret).verify(call?.body ?? '', headers) as { type: string };
    assert.equal(verified.type, 'keyturn.notification');
  }
  const changed = (call?.body ?? '').replace('svc-b', 'svc-c');
  assert.throws(() => new Webhook(SIGNING).verify(changed, headers));
  const { data } = JSON.parse(call?.body ?? '');
  assert.equal(data.message_id, headers['webhook-id']);
  const [item] = data.items;
  assert.deepEqual(
    [item.kind, item.why, item.username, item.account_id],
    ['rotation-blocked', 'new', 'svc-b', '123456789012'],
  );
});

test('a secret that cannot sign is refused without being shown', () => {
  const signed = { id: 'm', timestamp: 0, body: '{}' };
  for (const secret of ['plain-text', 'whsec_', 'whsec_eA==', 'whsec_%%%']) {
    assert.throws(
      () => signatures(signed, new Secret(secret), 'the channel x'),
      (error: Error) =>
        /cannot sign/.test(error.message) && !error.message.includes(secret.slice(6) || '!!'),
    );
  }
});

test('a message that was lost is sent again under the same name', async (t) => {
  const { addUser, rotate, env, folder } = await tellStage(t);
  let isWell = false;
  const hook = await listener(t, () =>
    isWell ? { status: 204, body: '' } : { status: 400, body: '{}' },
  );
  addUser({ name: 'svc-b' }, IDLE, IDLE);
  const text = telling(`channels: [{name: siem, webhook: "${hook.url}"}]`);
  await rotate(text);
  isWell = true;
  await rotate(text);
  assert.equal(hook.asked.length, 1, 'for some minutes somebody may be sending it still');
  const path = join(folder, 'state', 'notices', 'notices.json');
  const { notices, ...rest } = JSON.parse(readFileSync(path, 'utf8'));
  const [[name, kept]] = Object.entries(notices) as [[string, string]];
  const older = { ...JSON.parse(kept), at: new Date(Date.now() - 3_600_000).toISOString() };
  writeFileSync(path, JSON.stringify({ ...rest, notices: { [name]: JSON.stringify(older) } }));
  await rotate(text);
  const ids = hook.asked.map(({ headers }) => headers['webhook-id']);
  assert.deepEqual([ids.length, new Set(ids).size], [2, 1]);
  await rotate(text);
  assert.equal(hook.asked.length, 2);
  Object.assign(env, {});
});

test('Teams gets an Adaptive Card whose texts nobody takes for links', async (t) => {
  const { addUser, rotate, env } = await tellStage(t);
  const teams = await listener(t, [{ status: 202, body: '' }]);
  Object.assign(env, { TEAMS: `${teams.url}/workflows/x?sig=only-for-this-test` });
  addUser({ name: 'svc-a' }, IDLE);
  const { stdout, stderr } = await rotate(telling('channels: [{name: t, teams: "${env:TEAMS}"}]'));
  assert.doesNotMatch(stderr, /could not be sent/);
  assert.equal(teams.asked[0]?.path, '/workflows/x?sig=only-for-this-test');
  const [{ contentType, content }] = teams.bodies()[0].attachments;
  assert.equal(contentType, 'application/vnd.microsoft.card.adaptive');
  assert.equal(content.type, 'AdaptiveCard');
  for (const block of content.body) assert.equal(block.type, 'RichTextBlock');
  assert.ok(!`${stdout}${stderr}`.includes('only-for-this-test'));
});

test('a program reads the message on stdin; one that fails is a warning with its last line', async (t) => {
  const { addUser, rotate, folder } = await tellStage(t);
  const page = join(folder, 'page');
  writeFileSync(page, `#!/bin/sh\ncat > '${page}.told'\n`, { mode: 0o700 });
  const fails = join(folder, 'fails');
  writeFileSync(fails, '#!/bin/sh\necho "nobody is on call" >&2; exit 3\n', { mode: 0o700 });
  addUser({ name: 'svc-a' }, IDLE);
  const channels = `channels: [{name: p, run: [${page}, --now]}, {name: q, run: [${fails}]}]`;
  const { code, stderr } = await rotate(telling(channels));
  assert.equal(code, 0, stderr);
  const { data } = JSON.parse(readFileSync(`${page}.told`, 'utf8'));
  assert.equal(data.items[0].kind, 'done');
  assert.match(stderr, /channel=q .*nobody is on call/);
});

test('mail: owners get what is theirs, the others their default, and why', async (t) => {
  const { addUser, rotate, env } = await tellStage(t);
  const sink = await mailSink(t, { user: 'keyturn', password: 'only-for-this-test' });
  Object.assign(env, { SMTP_PASSWORD: 'only-for-this-test' });
  const tags = (owner: string) => ({ tags: { owner } });
  addUser({ name: 'svc-ann', ...tags('ann@example.com') }, IDLE);
  addUser({ name: 'svc-bill', ...tags('billing') }, IDLE);
  addUser({ name: 'svc-eve', ...tags('eve@elsewhere.example') }, IDLE);
  addUser({ name: 'svc-none' }, IDLE);
  const { code, stdout, stderr } = await rotate(
    telling(`channels:
  - name: mail
    smtp: smtp://127.0.0.1:${sink.port}
    user: keyturn
    password: "\${env:SMTP_PASSWORD}"
    from: keyturn@example.com
    to: [platform@example.com, second@example.com]
    to_owners: true
owners: {domains: [example.com], addresses: {billing: billing@example.com}}`),
  );
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /could not be sent/);
  const to = (address: string) => sink.mails.filter((mail) => mail.to.includes(address));
  assert.equal(sink.mails.length, 3);
  assert.match(to('ann@example.com')[0]?.text ?? '', /svc-ann in \d+: key/);
  assert.match(to('billing@example.com')[0]?.text ?? '', /svc-bill in \d+: key/);
  const rest = to('platform@example.com')[0];
  assert.deepEqual(rest?.to, ['platform@example.com', 'second@example.com']);
  assert.match(
    rest?.text ?? '',
    /svc-eve in \d+: key[\s\S]*Told here because the tag owner of the user names an address at elsewhere\.example/,
  );
  assert.match(rest?.text ?? '', /svc-none in \d+: key[\s\S]*has none of the tags owner/);
  assert.ok(!sink.mails.some((mail) => mail.to.includes('eve@elsewhere.example')));
  const { raw = '' } = rest ?? {};
  assert.match(raw, /^Auto-Submitted: auto-generated$/im);
  assert.match(raw, /^Message-ID: <[0-9a-f]{32}@example\.com>$/im);
  assert.match(raw, /^Subject: keyturn: 2 done$/im);
  assert.ok(!`${stdout}${stderr}${raw}`.includes('only-for-this-test'));
});

test('a mail server that wants another password, or none that is there, is a warning', async (t) => {
  const { addUser, rotate, env } = await tellStage(t);
  const sink = await mailSink(t, { user: 'keyturn', password: 'another-one' });
  Object.assign(env, { SMTP_PASSWORD: 'only-for-this-test' });
  addUser({ name: 'svc-a' }, IDLE);
  const mail = (name: string, port: number) =>
    `  - {name: ${name}, smtp: "smtp://127.0.0.1:${port}", user: keyturn, password: "\${env:SMTP_PASSWORD}", from: k@example.com, to: [p@example.com]}`;
  const { code, stderr } = await rotate(
    telling(`channels:\n${mail('m', sink.port)}\n${mail('n', 1)}`),
  );
  assert.equal(code, 0, stderr);
  assert.match(stderr, /channel=m .*check \\"user:\\" and what \\"password:\\" stands for/);
  assert.match(stderr, /channel=n .*sent no mail/);
  assert.ok(!stderr.includes('only-for-this-test'));
});

test('keys that fall due are told ahead, once, and by their own rule', async (t) => {
  const { addUser, rotate, env } = await tellStage(t);
  const ops = await listener(t);
  Object.assign(env, { OPS_HOOK: ops.url });
  addUser({ name: 'svc-soon' }, { ageDays: 85 });
  addUser({ name: 'svc-later' }, { ageDays: 60 });
  addUser({ name: 'svc-own', path: '/own/' }, { ageDays: 85 });
  const text = telling(
    'channels: [{name: ops, slack: "${env:OPS_HOOK}"}]\ndue_soon_days: 10',
  ).replace(
    'rules:\n',
    'rules:\n  - {name: own, match: {path: /own/}, days_threshold: 200, deliver: [handoff]}\n',
  );
  const { code, stderr } = await rotate(text);
  assert.equal(code, 0, stderr);
  assert.match(ops.bodies()[0].text, /1 is coming/);
  assert.match(ops.bodies()[0].text, /svc-soon in \d+: .* is due on \d{4}-\d\d-\d\d/);
  assert.doesNotMatch(ops.bodies()[0].text, /svc-own|svc-later/);
  await rotate(text);
  assert.equal(ops.asked.length, 1);
});

test('a deadline is told ahead of an old key that is in use', async (t) => {
  const { addUser, rotate, env } = await tellStage(t);
  const ops = await listener(t);
  Object.assign(env, { OPS_HOOK: ops.url });
  addUser({ name: 'svc-used' }, IN_USE);
  const text = telling('channels: [{name: ops, slack: "${env:OPS_HOOK}", on: [deadline]}]').replace(
    'retire: when-quiet',
    'retire: when-quiet\n    retire_deadline_days: 7',
  );
  const { code, stderr } = await rotate(text);
  assert.equal(code, 0, stderr);
  assert.match(
    ops.bodies()[0]?.text ?? stderr,
    /becomes Inactive on \d{4}-\d\d-\d\d whoever uses it, and it was last used on .* for s3 in eu-central-1/,
  );
});
