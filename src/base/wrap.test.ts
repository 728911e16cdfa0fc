import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hintText } from './hint.ts';
import { wrapped } from './wrap.ts';

test('lines break at spaces only; a word longer than the line stays whole', () => {
  assert.equal(wrapped(' ', 'aa bb cc', { width: 6 }), ' aa bb\n cc');
  assert.equal(wrapped('', 'aaaaaaaaaa b', { width: 4 }), 'aaaaaaaaaa\nb');
  assert.equal(wrapped('label: ', 'aa bb', { width: 10, indent: 2 }), 'label: aa\n  bb');
});

test('a command has a line of its own, whatever its length', () => {
  const command =
    'aws iam update-access-key --user-name svc --access-key-id AKIA --status Inactive';
  const text = hintText(['make it Inactive:', { command }, 'then run again']);
  assert.equal(
    wrapped('  hint: ', text, { width: 20 }),
    `  hint: make it\n        Inactive:\n          ${command}\n        then run\n        again`,
  );
});

test('a command that a sentence mentions is not broken either', () => {
  const text = 'run keyctl finish -t P --delete, or list (keyctl -l)';
  assert.equal(
    wrapped('', text, { width: 10 }),
    'run\nkeyctl finish -t P --delete,\nor list\n(keyctl -l)',
  );
});

test('colours take no room', () => {
  assert.equal(wrapped('', '\x1b[1mab\x1b[22m cd', { width: 5 }), '\x1b[1mab\x1b[22m cd');
});
