import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KEYCTL_FLAGS } from '../keyctl/flags.ts';
import { completedPrograms } from '../keyturn/completion/model.ts';
import { HISTORY_FLAGS } from '../keyturn/history.ts';
import { RECOVER_FLAGS } from '../keyturn/recover.ts';
import { ROTATE_ONE_FLAGS } from '../keyturn/rotate.ts';
import { STATUS_FLAGS } from '../keyturn/status.ts';
import { UNDO_FLAGS } from '../keyturn/undo-flags.ts';
import { ROTATE_FLAGS } from '../rotate/flags.ts';
import { parseFlags } from './argv.ts';
import type { FlagTable } from './flag.ts';
import { SISTERS } from './sister-flags.ts';

const CASES: readonly (readonly [FlagTable, string, RegExp])[] = [
  [KEYCTL_FLAGS, '--profile', /--target-profile.*--auth-profile/],
  [KEYCTL_FLAGS, '-p', /--target-profile/],
  [KEYCTL_FLAGS, '--output-format', /--json\?/],
  [KEYCTL_FLAGS, '--force', /--yes\?/],
  [KEYCTL_FLAGS, '--endpoint-url', /AWS_ENDPOINT_URL/],
  [ROTATE_FLAGS, '--json', /--output-format=json\?/],
  [ROTATE_FLAGS, '--account', /--accounts\?/],
  [ROTATE_FLAGS, '--auth-profile', /--profile\?/],
  [ROTATE_FLAGS, '--yes', /asks nothing/],
  [ROTATE_FLAGS, '--max_age', /--days-threshold\?/],
  [ROTATE_FLAGS, '-v', /--log-level=debug\?/],
  [ROTATE_FLAGS, '--credentials', /AWS_SHARED_CREDENTIALS_FILE/],
  [ROTATE_FLAGS, '--orphan', /keyturn recover --orphan/],
  [ROTATE_FLAGS, '--run', /keyturn undo --run/],
  [ROTATE_FLAGS, '--text', /--output-format=text\?/],
  [UNDO_FLAGS, '--user', /without a flag:\n {2}keyturn undo USER/],
  [UNDO_FLAGS, '-t', /keyctl undo -t PROFILE/],
  [HISTORY_FLAGS, '--user', /without a flag:\n {2}keyturn history USER/],
  [ROTATE_ONE_FLAGS, '--user', /without a flag:\n {2}keyturn rotate USER/],
  [ROTATE_ONE_FLAGS, '--days-threshold', /whatever its age/],
  [RECOVER_FLAGS, '--deliver', /finished as it was begun/],
  [KEYCTL_FLAGS, '--deliver', /the profile is where/],
  [KEYCTL_FLAGS, '--run', /keyturn undo --run/],
  [ROTATE_FLAGS, '--dry-rn', /--dry-run\?/],
  [STATUS_FLAGS, '--output-format', /--json\?/],
  [STATUS_FLAGS, '--version', /keyturn --version/],
];

for (const [table, flag, expected] of CASES) {
  test(`${flag} is another command's word, and the hint has the one that works here`, () => {
    assert.throws(
      () => parseFlags(table, [flag]),
      (thrown: { code: string; hint: string }) => {
        assert.equal(thrown.code, 'unknown-flag');
        assert.match(thrown.hint, expected);
        return true;
      },
    );
  });
}

test('every flag that a hint names exists', () => {
  const known = new Set(
    completedPrograms().flatMap(({ commands }) =>
      commands.flatMap(({ flags }) => flags.map(({ name }) => name)),
    ),
  );
  for (const { has, hasNot, hint } of SISTERS) {
    const named = [...JSON.stringify(hint).matchAll(/--([a-z-]+)/g)].map(([, name]) => name);
    for (const name of [has, hasNot, ...named]) {
      if (name !== undefined) assert.ok(known.has(name), `--${name}`);
    }
  }
});
