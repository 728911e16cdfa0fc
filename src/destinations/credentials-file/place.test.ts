import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JournaledTarget } from '../../lifecycle/record.ts';
import { jointProfiles, type ProfilePlace, profilesOf, targetOfProfiles } from './place.ts';

const KIND = 'credentials-file';
const PATH = '/home/ada/.aws/credentials';

const profiles = (profile: string, ...alsoProfiles: string[]): ProfilePlace => ({
  path: PATH,
  profile,
  alsoProfiles,
});

describe('profiles as a place', () => {
  it('is for people to read, and one profile is written as it always was', () => {
    const one = { kind: KIND, place: `${PATH} [production]` };
    assert.deepEqual(targetOfProfiles(profiles('production')), one);
    const two = { kind: KIND, place: `${PATH} [production] [staging]`, since: 3 };
    assert.deepEqual(targetOfProfiles(profiles('production', 'staging')), two);
  });

  for (const names of [
    ['a b'],
    [' a '],
    ['[a]'],
    ['a] [b'],
    ['a [b'],
    ['100%5D'],
    ['a', 'b c'],
    ['a]', '[b'],
    ['a] [b', 'c'],
    ['%5B', '%', '%25'],
    ['ä', 'a=b'],
  ]) {
    it(`leads back to ${names.map((name) => JSON.stringify(name)).join(' and ')}`, () => {
      for (const path of [PATH, '/tmp/a [b]/c [d]', '/tmp/100%5D']) {
        const [profile = '', ...alsoProfiles] = names;
        const place = { path, profile, alsoProfiles };
        assert.deepEqual(profilesOf(targetOfProfiles(place)), place);
      }
    });
  }

  it('of an older record is read as that version meant it', () => {
    const place = `${PATH} [a]`;
    assert.deepEqual(profilesOf({ kind: KIND, place }), profiles('a'));
    const shared = { kind: KIND, place, alsoProfiles: ['b', 'c] [d'] };
    assert.deepEqual(profilesOf(shared), profiles('a', 'b', 'c] [d'));
    const odd = `${PATH} [100%5D]`;
    assert.deepEqual(profilesOf({ kind: KIND, place: odd }), profiles('100%5D'));
  });

  it('is none without a profile', () => {
    for (const place of ['', PATH, '[a]', `${PATH} []`]) {
      assert.equal(profilesOf({ kind: KIND, place }), undefined, place);
      assert.equal(profilesOf({ kind: KIND, place, since: 3 }), undefined, place);
    }
  });
});

describe('two places of profiles', () => {
  const one = targetOfProfiles(profiles('a'));
  const both = targetOfProfiles(profiles('a', 'b'));
  const format2: JournaledTarget = { ...one, alsoProfiles: ['b'] };

  it('are the same when the first profile of the same file is', () => {
    assert.deepEqual(jointProfiles(one, one), one);
    for (const [own, begun] of [
      [one, both],
      [both, one],
      [both, both],
      [one, format2],
      [both, format2],
    ] as const) {
      assert.deepEqual(jointProfiles(own, begun), both);
    }
    const third = targetOfProfiles(profiles('a', 'c'));
    assert.deepEqual(jointProfiles(third, both), targetOfProfiles(profiles('a', 'c', 'b')));
  });

  it('are two otherwise', () => {
    for (const begun of [
      targetOfProfiles(profiles('b', 'a')),
      targetOfProfiles({ ...profiles('a'), path: '/home/bob/.aws/credentials' }),
      { kind: KIND, place: 'nothing' },
    ]) {
      assert.equal(jointProfiles(one, begun), undefined);
    }
  });
});
