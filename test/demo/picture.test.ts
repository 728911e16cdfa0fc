// The demo's picture of a month, and what it reads in the request log.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storiesOf, storyTable } from '../../scripts/demo/chronicle.ts';
import { type Mark, timelinePicture } from '../../scripts/demo/timeline.ts';
import { ScriptError } from '../../scripts/support/script-error.ts';
import type { LoggedRequest } from '../../src/sandbox/index.ts';

const marks = (...runs: readonly (readonly [Mark, number])[]): Mark[] =>
  runs.flatMap(([mark, count]) => Array<Mark>(count).fill(mark));

test('a row for each key, a sign for each day, a scale of weeks above, and room for a note', () => {
  const rows = [
    { label: 'a', marks: marks(['used', 2], ['idle', 3], ['inactive', 4], ['deleted', 7]) },
    { label: 'longer', marks: marks(['used', 9]), note: 'never cut off' },
  ];
  const picture = timelinePicture(rows, { title: 'old', days: 16, paint: (_, signs) => signs });
  assert.deepEqual(picture, [
    'old     0      7      14',
    'a       ██░░░····',
    'longer  █████████         never cut off',
    '',
    '█ in use    ░ Active, nobody uses it    · Inactive, one command brings it back',
  ]);
});

test('days of one kind are painted together', () => {
  const rows = [{ label: 'a', marks: marks(['used', 2], ['idle', 1], ['used', 1]) }];
  const paint = (mark: Mark, signs: string) => `<${mark} ${signs}>`;
  const picture = timelinePicture(rows, { title: 'key', days: 4, paint });
  assert.equal(picture[1], 'a    <used ██><idle ░><used █>');
});

const at = (day: number): string => new Date(Date.UTC(2026, 0, 1 + day, 1)).toISOString();

function request(day: number, operation: string, params: LoggedRequest['params']): LoggedRequest {
  return { at: at(day), operation, params, done: true } as LoggedRequest;
}

const KEY = { user: 'svc-a', keyId: 'AKIAOLD' };
const MADE = request(0, 'CreateAccessKey', { UserName: 'svc-a' });
const OFF = request(8, 'UpdateAccessKey', { AccessKeyId: 'AKIAOLD', Status: 'Inactive' });
const GONE = request(28, 'DeleteAccessKey', { AccessKeyId: 'AKIAOLD' });

test('the story of a key is what AWS was asked to change, and did', () => {
  const [whole] = storiesOf([KEY], [MADE, OFF, GONE]);
  assert.equal(whole?.replacedAt.toISOString(), at(0));
  assert.equal(whole?.inactiveAt?.toISOString(), at(8));
  assert.equal(whole?.deletedAt?.toISOString(), at(28));
  const [active] = storiesOf([KEY], [MADE, { ...OFF, done: false }]);
  assert.equal(active?.inactiveAt, undefined);
  for (const wrong of [[], [MADE, MADE], [{ ...MADE, done: false }]]) {
    assert.throws(() => storiesOf([KEY], wrong), ScriptError);
  }
});

test('the table names the days, and what is still Active', () => {
  const stories = storiesOf([KEY], [MADE, OFF, GONE]);
  const table = storyTable(stories, new Date(at(0)), new Map([['svc-a', '0 of 8,928']]));
  assert.deepEqual(table, [
    'user   new key  old Inactive  old deleted  held     calls refused',
    'svc-a  day 0    day 8         day 28       20 days  0 of 8,928',
  ]);
  const active = storyTable(storiesOf([KEY], [MADE]), new Date(at(0)), new Map());
  assert.match(active[1] ?? '', /^svc-a +day 0 +still Active +- +- +nothing called$/);
});
