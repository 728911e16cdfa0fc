import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accessKeyId } from '../base/access-key-id.ts';
import { systemClock } from '../base/clock.ts';
import { ChangeLog } from './change-log.ts';

const KEY = accessKeyId('AKIAIOSFODNN7EXAMPLE');
const ACCOUNT = '123456789012';

test('a hand-off file that stays is told once, with the latest reason, unless it goes after all', () => {
  const changes = new ChangeLog(systemClock);
  const seen: string[] = [];
  const emit = changes.listening(ACCOUNT, ({ code }) => seen.push(code));
  const about = { user: 'svc', newKeyId: KEY, path: '/state/handoff/A.json' };
  emit({ code: 'handoff-kept', ...about, reason: 'throttled' });
  emit({ code: 'handoff-kept', ...about, reason: 'not there' });
  const told = { account_id: ACCOUNT, username: 'svc', access_key_id: KEY, path: about.path };
  assert.deepEqual(changes.soFar.keptHandoffs, [{ ...told, reason: 'not there' }]);
  emit({ code: 'handoff-removed', ...about });
  assert.deepEqual(changes.soFar, { changes: [], keptHandoffs: [] });
  assert.deepEqual(seen, ['handoff-kept', 'handoff-kept', 'handoff-removed']);
});

test('a dry run tells apart what would be done and what would only be told', () => {
  const changes = new ChangeLog(systemClock);
  const emit = changes.listening(ACCOUNT, () => undefined);
  const about = { user: 'svc', keyId: KEY, by: 'recovery', why: 'why' } as const;
  emit({ code: 'deletion-foretold', ...about });
  emit({ code: 'finding-foretold', ...about, change: 'deactivated' });
  const words = changes.planned.map(({ change, already_done: isDone }) => [change, isDone]);
  assert.deepEqual(words, [
    ['deleted', false],
    ['deactivated', true],
  ]);
  assert.deepEqual(changes.all, []);
});
