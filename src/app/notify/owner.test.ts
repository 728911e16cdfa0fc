import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownerOf } from './owner.ts';

const OWNERS = { addresses: { billing: 'billing@example.com' }, domains: ['example.com'] };
const known = (tags: Record<string, string>) => ({ kind: 'known', tags }) as const;

test('an address of a domain of ours, in any spelling', () => {
  for (const address of ['ann@example.com', 'Ann@Example.COM']) {
    const owner = ownerOf(known({ owner: address }), OWNERS);
    assert.deepEqual(owner, { kind: 'known', address, tag: 'owner' });
  }
});

test('a name that stands for an address', () => {
  const owner = ownerOf(known({ team: ' billing ' }), OWNERS);
  assert.deepEqual(owner, { kind: 'known', address: 'billing@example.com', tag: 'team' });
});

test('the first tag of the list that says something counts', () => {
  const tags = known({ owner: '', contact: 'ann@example.com', team: 'billing' });
  const usual = ownerOf(tags, OWNERS);
  assert.deepEqual(usual, { kind: 'known', address: 'billing@example.com', tag: 'team' });
  const own = ownerOf(tags, { ...OWNERS, tags: ['contact', 'team'] });
  assert.deepEqual(own, { kind: 'known', address: 'ann@example.com', tag: 'contact' });
});

const STRANGE: readonly (readonly [value: string, why: RegExp])[] = [
  ['ann@elsewhere.example', /names an address at elsewhere\.example/],
  ['ann@example.com.elsewhere.example', /at example\.com\.elsewhere\.example/],
  ['ann@example.com\nBcc: eve@elsewhere.example', /neither an address nor a name/],
  ['ann@example.com, eve@elsewhere.example', /neither an address nor a name/],
  ['"Ann" <ann@example.com>', /neither an address nor a name/],
  ['toString', /neither an address nor a name/],
  ['__proto__', /neither an address nor a name/],
  ['the billing team', /neither an address nor a name/],
];

for (const [value, why] of STRANGE) {
  test(`a tag that says ${JSON.stringify(value)} is nobody`, () => {
    const owner = ownerOf(known({ owner: value }), OWNERS);
    assert.match(owner.kind === 'unknown' ? owner.why : '', why);
  });
}

test('why nobody is known is said', () => {
  assert.match(JSON.stringify(ownerOf(known({}), OWNERS)), /none of the tags owner, Owner/);
  const denied = { kind: 'unknown', why: 'access denied: iam:ListUserTags' } as const;
  assert.match(JSON.stringify(ownerOf(denied, OWNERS)), /iam:ListUserTags/);
});
