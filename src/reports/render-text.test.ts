// The page of a run: what it says of keys that it did not rotate.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { reportOf } from '../../test/cli/fake-account.ts';
import { renderText } from './render-text.ts';
import type { RotationReport } from './rotation-report.ts';

const STYLE = { colour: false, width: 80 };

function pageOf(change: Partial<RotationReport>): string {
  return renderText({ ...reportOf({ dryRun: true }), ...change }, STYLE);
}

it('names whose key signs the run, where no other key is why it stays', () => {
  const [key] = reportOf({ dryRun: true }).rotated_keys;
  assert(key !== undefined);
  const { new_secret_key: _, ...rest } = key;
  const refused = {
    success: false,
    error: 'it signs',
    error_code: 'own-key',
    hint: 'how',
    keys: [],
  };
  const page = pageOf({ rotated_keys: [{ ...rest, ...refused }] });
  assert.match(
    page,
    /^ +svc-a +AKIAIOSFODNN7EXAMPLE +100 d +\[own-key\]\n +it signs\n +hint: how$/m,
  );
  assert.doesNotMatch(page, /LAST USED/);
});

it('says that no key is due only where none is', () => {
  const none = { rotated_keys: [] };
  assert.match(pageOf(none), /^No key is due\.$/m);
  const held = { username: 'svc-a', old_key_id: 'AKIAIOSFODNN7EXAMPLE', because: 'it is frozen' };
  const because = { reason: 'frozen', next_run_at: null, account_id: '123456789012' } as const;
  const page = pageOf({ ...none, held_back: [{ ...held, ...because }] });
  assert.match(page, /^Not now: 1 user with a due key$/m);
  assert.doesNotMatch(page, /No key is due/);
});
