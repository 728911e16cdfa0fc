import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accessKeyId } from '../../base/access-key-id.ts';
import { type EngineEvent, EVENT_LEVELS } from '../../base/events.ts';
import { isLogged, jsonLine, textLine } from './log.ts';
import { createMasker } from './mask.ts';
import { MESSAGES } from './messages.ts';

const AT = new Date('2026-11-21T10:00:00.250Z');
const KEY = accessKeyId('AKIAIOSFODNN7EXAMPLE');
const NEW = accessKeyId('AKIAI44QH8DHBEXAMPLE');

const LINES: readonly (readonly [event: EngineEvent, line: string])[] = [
  [
    { code: 'rotation-done', user: 'svc-a', oldKeyId: KEY, newKeyId: NEW },
    `INFO  rotation done user=svc-a old_key_id=${KEY} new_key_id=${NEW}`,
  ],
  [
    { code: 'user-unreadable', user: 'svc-a', errorCode: 'throttled', reason: 'Rate exceeded' },
    'WARN  keys of the user cannot be read user=svc-a error_code=throttled reason="Rate exceeded"',
  ],
  [
    { code: 'inventory-progress', usersSeen: 3, usersRead: 2, complete: false },
    'DEBUG reading users users_seen=3 users_read=2 complete=false',
  ],
  [
    { code: 'run-stopping', reason: 'a\nrotate-iam-keys: error: forged \x1b[2J\u009b' },
    'WARN  run stopping reason="a\\nrotate-iam-keys: error: forged \\u001b[2J\\u009b"',
  ],
];

for (const [event, line] of LINES) {
  test(`text: ${line.slice(6)}`, () => {
    assert.equal(textLine(event, AT, false), `2026-11-21T10:00:00Z ${line}`);
  });
}

test('JSON lines hold time, level, code, message and fields', () => {
  const event: EngineEvent = {
    code: 'key-deactivated',
    user: 'svc-a',
    keyId: KEY,
    by: 'rotation',
    why: 'replaced',
  };
  assert.deepEqual(JSON.parse(jsonLine(event, AT)), {
    time: '2026-11-21T10:00:00.250Z',
    level: 'info',
    code: 'key-deactivated',
    message: 'key made Inactive',
    fields: { user: 'svc-a', key_id: KEY, by: 'rotation', why: 'replaced' },
  });
});

test('every event has its own wording', () => {
  const words = Object.values(MESSAGES);
  assert.equal(new Set(words).size, Object.keys(EVENT_LEVELS).length);
});

test('a level logs itself and what is above it', () => {
  const stopping: EngineEvent = { code: 'run-stopping', reason: 'x' };
  assert.deepEqual(
    (['debug', 'info', 'warn', 'error'] as const).map((level) => isLogged(stopping, level)),
    [true, true, true, false],
  );
});

const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

const MASKED: readonly (readonly [text: string, masked: string])[] = [
  [`secret_access_key=${SECRET}`, 'secret_access_key=[secret]'],
  [`"SecretAccessKey": "${SECRET}"`, '"SecretAccessKey": "[secret]"'],
  [`<SecretAccessKey>${SECRET}</SecretAccessKey>`, '<SecretAccessKey>[secret]</SecretAccessKey>'],
  [`the secret is ${SECRET}, keep it`, 'the secret is [secret], keep it'],
  [`aws_session_token = ${'Fwo/'.repeat(60)}`, 'aws_session_token = [secret]'],
  [`user=svc-a new_key_id=${NEW}`, `user=svc-a new_key_id=${NEW}`],
  ['secrets are in /var/lib/keyturn/handoff', 'secrets are in /var/lib/keyturn/handoff'],
];

for (const [text, masked] of MASKED) {
  test(`masked: ${masked.slice(0, 60)}`, () => assert.equal(createMasker().mask(text), masked));
}

test('a registered value is masked wherever it stands, in every encoding', () => {
  const masker = createMasker();
  masker.register(SECRET);
  masker.register(undefined);
  masker.register('short');
  const text = `${SECRET} ${encodeURIComponent(SECRET)} ${JSON.stringify({ a: SECRET })} short`;
  assert.equal(masker.mask(text), '[secret] [secret] {"a":"[secret]"} short');
});
