import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AGE_BOUNDS_S, FAMILIES, type Sample } from './families.ts';
import { KeyTally, stateOf } from './key-counts.ts';
import { prometheusText, samplesIn } from './prometheus-text.ts';

const NOW = new Date('2026-11-28T09:00:00Z');
const daysAgo = (days: number) => new Date(NOW.getTime() - days * 86_400_000);

test('what is written is read back, and written the same', () => {
  const tally = new KeyTally();
  for (const days of [1, 29, 31, 100, 400]) tally.add('current', daysAgo(days), NOW);
  tally.add('inactive', daysAgo(500), NOW);
  const { ages } = tally.counts;
  const samples: readonly Sample[] = [
    { family: 'build', labels: { version: '1.2.3' }, value: 1 },
    { family: 'keys', labels: { account: '111122223333', state: 'overdue' }, value: 3 },
    { family: 'ages', labels: { account: '111122223333' }, ages },
    { family: 'duration', labels: {}, value: 1.234 },
  ];
  const text = prometheusText(samples);
  assert.deepEqual(samplesIn(text), [
    ...samples.filter(({ family }) => family !== 'ages'),
    samples[2],
  ]);
  assert.equal(prometheusText(samplesIn(text)), text);
});

test('buckets count what lies below, and the last one all', () => {
  const tally = new KeyTally();
  for (const days of [1, 29, 31, 100, 400]) tally.add('current', daysAgo(days), NOW);
  const text = prometheusText([
    { family: 'ages', labels: { account: 'all' }, ages: tally.counts.ages },
  ]);
  const counts = [...text.matchAll(/_bucket\{account="all",le="([^"]+)"\} (\d+)/g)].map(
    ([, bound, count]) => [bound, Number(count)],
  );
  const bounds = [...AGE_BOUNDS_S.map(String), '+Inf'];
  assert.deepEqual(
    counts,
    bounds.map((bound, index) => [bound, [2, 3, 3, 4, 4, 5][index]]),
  );
  assert.match(text, /_count\{account="all"\} 5\n/);
});

test('a key counts in one state, the oldest Active one is known, and Inactive keys have no age', () => {
  const standing = { kind: 'governed', dueDays: 80, overdueDays: 90 } as const;
  const at = { standing, isInGrace: false, now: NOW };
  const key = (days: number, status: 'Active' | 'Inactive' = 'Active') => ({
    status,
    createdAt: daysAgo(days),
  });
  assert.equal(stateOf(key(79), at), 'current');
  assert.equal(stateOf(key(80), at), 'due');
  assert.equal(stateOf(key(90), at), 'overdue');
  assert.equal(stateOf(key(90), { ...at, isInGrace: true }), 'in_grace');
  assert.equal(stateOf(key(90, 'Inactive'), { ...at, isInGrace: true }), 'inactive');
  assert.equal(stateOf(key(90), { ...at, standing: { ...standing, kind: 'exempt' } }), 'exempt');
  assert.equal(stateOf(key(10), { ...at, standing: { ...standing, kind: 'exempt' } }), 'current');
  const tally = new KeyTally();
  tally.add('inactive', daysAgo(900), NOW);
  assert.equal(tally.counts.oldest, undefined);
  assert.deepEqual(tally.counts.ages, { counts: [0, 0, 0, 0, 0, 0], sum: 0 });
});

test('what a stranger has written into the file is not taken for ours', () => {
  const text = [
    'node_load1 0.5',
    'keyturn_keys{account="111122223333",state="overdue"} NaN',
    'keyturn_keys{account="111122223333"',
    'keyturn_key_age_seconds_bucket{account="1",le="30"} 4',
    'keyturn_unheard_of 1',
  ];
  assert.deepEqual(samplesIn(text.join('\n')), []);
});

test('names are those of Prometheus: base units, no label that names a person or a key', () => {
  for (const { name, labels, help } of Object.values(FAMILIES)) {
    assert.match(name, /^keyturn_[a-z_]+$/);
    assert.doesNotMatch(name, /_total$|days|hours|milliseconds/);
    assert.ok(help.length > 10 && !help.includes('\n'));
    for (const label of labels) assert.doesNotMatch(label, /user|key|arn|run|host|message/);
  }
});
