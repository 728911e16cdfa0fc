// Rules from an inventory: the words that select, and places with the name of the user in them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DraftUser, draftRules } from './draft-rules.ts';
import { scalarText, writeDraft } from './write-draft.ts';

const user = (name: string, more: Partial<DraftUser> = {}): DraftUser => ({
  ...{ account: '111122223333', name, path: '/', groups: [], tags: {}, hasPassword: false },
  ...{ keys: [], oldestDays: 1, places: [] },
  ...more,
});

const at = (deliver: string) => ({
  places: [{ shown: deliver, deliver, region: undefined }],
});

const drafted = (...users: DraftUser[]) =>
  draftRules(users).rules.map(({ match, deliver }) => [match, deliver]);

test('by path, by tag, by group, by a beginning, by an end, by names', () => {
  const other = user('other', at('ssm=/other'));
  const pair = (one: DraftUser, two: DraftUser) => drafted(one, two, other)[1]?.[0];
  const place = at('ssm=/k/x');
  const both = (more: Partial<DraftUser>) =>
    pair(
      user('ann', { ...at('ssm=/k/ann'), ...more }),
      user('bob', { ...at('ssm=/k/bob'), ...more }),
    );
  assert.deepEqual(both({ path: '/svc/eu/' }), { path: '/svc/eu/*' });
  assert.deepEqual(both({ tags: { team: 'pay' } }), { tag: { team: 'pay' } });
  assert.deepEqual(both({ groups: ['bots'] }), { group: 'bots' });
  assert.deepEqual(both({}), { user: ['ann', 'bob'] });
  const named = (one: string, two: string) =>
    pair(user(one, at(`ssm=/k/${one}`)), user(two, at(`ssm=/k/${two}`)));
  assert.deepEqual(named('ci-a', 'ci-b'), { user: 'ci-*' });
  assert.deepEqual(named('a-ci', 'b-ci'), { user: '*-ci' });
  assert.equal(place.places.length, 1);
});

test('the name of the user in a place, as it is and as a filter writes it', () => {
  const to = (name: string, deliver: string) => drafted(user(name, at(deliver)))[0]?.[1];
  assert.deepEqual(to('svc-a', 'secrets-manager=app/svc-a/key'), [
    'secrets-manager=app/{user}/key',
  ]);
  assert.deepEqual(to('svc.api', 'kubernetes=apps/aws-svc-api'), [
    'kubernetes=apps/aws-{user|slug}',
  ]);
  assert.deepEqual(to('Svc-Api', 'ssm=/app/svc-api'), ['ssm=/app/{user|lower}']);
  assert.deepEqual(to('svc-a', 'ssm=/111122223333/svc-a'), ['ssm=/{account}/{user}']);
  assert.deepEqual(to('svc-a', 'ssm=/shared'), ['ssm=/shared']);
});

test('users of one name in two accounts, and a name that none could have', () => {
  const one = user('svc', at('vault=kv/svc'));
  const two = user('svc', { ...at('vault=kv/b/svc'), account: '444455556666' });
  assert.deepEqual(
    drafted(one, two).map(([match]) => match),
    [{ user: 'svc', account: '111122223333' }, { user: 'svc' }],
  );
  const { rules, unnamed } = draftRules([user('a b'), user('*')]);
  assert.deepEqual([rules.length, unnamed.length], [0, 2]);
});

test('a value is quoted unless it can mean nothing but itself', () => {
  for (const text of ['svc', '/svc/*', 'svc-*', 'app/x', '2027-01-31', '31d', 'a.b@c']) {
    assert.equal(scalarText(text), text);
  }
  for (const text of [
    '',
    'yes',
    'NO',
    'null',
    '~',
    '12',
    '0x1',
    '1e3',
    '*a',
    '!a',
    '&a',
    'a: b',
    'a #b',
    '{a}',
    '[a',
    "'a",
    '- a',
    'a\nb',
    '\u0085',
    '\u202e',
  ]) {
    assert.match(scalarText(text), /^"[\x20-\x7e]*"$/, JSON.stringify(text));
  }
});

test('no remark ends its line, or holds what looks like a secret', () => {
  const secret = `Aa1${'b'.repeat(37)}`;
  const text = writeDraft({
    head: [`x\nversion: 2\u2028y ${secret} z`, 'word '.repeat(60)],
    sections: [],
    foot: [],
  });
  assert(text.split('\n').every((line) => line === '' || line.startsWith('#')));
  assert(text.split('\n').every((line) => line.length <= 100));
  assert.equal(text.includes(secret), false);
});
