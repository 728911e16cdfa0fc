import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SAMPLE_FACTS, templateFault } from '../place.ts';
import { CREDENTIALS_FILES, profilesFor, templateOf } from './template.ts';

const FACTS = { ...SAMPLE_FACTS, home: '/home/ci', user: 'ada' };

/** What is written, where it leads, and how a hint would write it; the same as it was when left out. */
const PLACES: readonly (readonly [
  text: string,
  path: string,
  profiles: readonly string[],
  hint?: string,
])[] = [
  ['/srv/c', '/srv/c', ['default']],
  ['/srv/c#default', '/srv/c', ['default'], '/srv/c'],
  [
    '~/.aws/credentials#{user}',
    '/home/ci/.aws/credentials',
    ['ada'],
    '/home/ci/.aws/credentials#{user}',
  ],
  ['/srv/{user}/c#app', '/srv/ada/c', ['app']],
  [
    '/srv/{user}-{account}/c#app-{user}',
    '/srv/ada-123456789012/c',
    ['app-ada'],
    '/srv/{user}-123456789012/c#app-{user}',
  ],
  ['/srv/c#prod,staging', '/srv/c', ['prod', 'staging']],
  ['/srv/c# prod , staging', '/srv/c', ['prod', 'staging'], '/srv/c#prod,staging'],
  ['/srv/a#b/c', '/srv/a#b/c', ['default'], '/srv/a#b/c#default'],
  ['/srv/a#b', '/srv/a', ['b']],
  ['/srv/a#b#default', '/srv/a#b', ['default']],
  ['/srv/c#a%2Fb%2Cc%23%25', '/srv/c', ['a/b,c#%']],
  ['/srv/../etc/c#x', '/etc/c', ['x'], '/etc/c#x'],
  ['/srv/c#ä b', '/srv/c', ['ä b']],
];

const FAULTS: readonly (readonly [text: string, fault: RegExp])[] = [
  ['', /name is missing/],
  ['credentials#a', /takes an absolute path/],
  ['./c#a', /takes an absolute path/],
  ['~ada/.aws/credentials', /takes an absolute path/],
  ['/srv/#a', /takes an absolute path/],
  ['/srv/c#', /the name of the profile is missing behind #/],
  ['/srv/c#a,', /missing beside a comma/],
  ['/srv/c#a,a', /is none/],
  ['/srv/c#a%', /a % that begins no code of two digits/],
  ['/srv/c#[a]', /"\[a\]" cannot be one/],
  ['/srv/c [a]', /is none/],
  ['/srv/c#{name}', /\{name\} is not known/],
  ['/srv/\u0007c', /is none/],
];

describe('profiles as an operator writes them', () => {
  for (const [text, path, [profile, ...alsoProfiles], hint = text] of PLACES) {
    it(`${text} is ${path} and ${[profile, ...alsoProfiles].join(' and ')}`, () => {
      assert.equal(templateFault(text, CREDENTIALS_FILES), undefined);
      const place = profilesFor(text, FACTS);
      assert.deepEqual(place, { path, profile, alsoProfiles });
      assert.equal(templateOf(place, 'ada'), hint);
      assert.deepEqual(profilesFor(hint, FACTS), place);
    });
  }

  for (const [text, fault] of FAULTS) {
    it(`${JSON.stringify(text)} is refused`, () => {
      assert.match(templateFault(text, CREDENTIALS_FILES) ?? '', fault);
    });
  }

  it('a user whose name is a step to another folder is refused, and one whose name has a comma is not', () => {
    for (const user of ['.', '..']) {
      const facts = { ...FACTS, user };
      assert.throws(() => profilesFor('/srv/{user}/c#a', facts), { code: 'not-deliverable' });
      assert.equal(profilesFor('/srv/c#{user}', facts).profile, user);
    }
    const { profile } = profilesFor('/srv/c#{user}', { ...FACTS, user: 'a,b=c@d+e' });
    assert.equal(profile, 'a,b=c@d+e');
    assert.throws(() => profilesFor('/srv/c#ada,{user}', FACTS), { code: 'not-deliverable' });
  });

  it('~ needs a home', () => {
    assert.throws(() => profilesFor('~/c', { ...FACTS, home: undefined }), /no home directory/);
    assert.equal(profilesFor('/c', { ...FACTS, home: undefined }).path, '/c');
  });
});
