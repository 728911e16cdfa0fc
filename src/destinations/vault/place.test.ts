import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KeyturnError } from '../../base/errors.ts';
import { isMeantBy } from '../kinds.ts';
import { SAMPLE_FACTS, templateFault } from '../place.ts';
import { vault } from './index.ts';
import { placeText, VAULT_SECRETS, vaultPlace, vaultPlaceFor } from './place.ts';

describe('a place of Vault', () => {
  const round: readonly [string, string][] = [
    ['secret/app', 'secret/app'],
    ['/team/kv/app/', 'team/kv/app'],
    ['secret/app#secret=b,id=a.k', 'secret/app#id=a.k,secret=b'],
    [
      `secret/app?token=\${file:/run/a&b}&namespace=a%2Fb&address=https://vault.corp.test:8200`,
      `secret/app?address=https://vault.corp.test:8200&namespace=a/b&token=\${file:/run/a&b}`,
    ],
    ['secret/app?address=HTTPS://Vault.Test:443/', 'secret/app?address=https://vault.test'],
    ['secret/app#s3.pair?settle-minutes=5', 'secret/app#s3.pair?settle-minutes=5'],
    ['secret/app#a%2Eb', 'secret/app#a%2Eb'],
    ['secret/a%23b%3Fc#id=x,secret=y', 'secret/a%23b%3Fc#id=x,secret=y'],
    ['secret/100%25 sure/ä%20ö', 'secret/100%25 sure/ä ö'],
    ['secret/%7Buser%7D', 'secret/%7Buser%7D'],
    ['secret/a%2Fb', 'secret/a/b'],
    ['secret/app?settle-minutes=10', 'secret/app?settle-minutes=10'],
  ];
  for (const [written, place] of round) {
    it(`is written in one way: ${written}`, () => {
      const found = vaultPlace(written);
      assert(found !== undefined);
      assert.equal(placeText(found), place);
      assert.deepEqual(vaultPlace(place), found);
    });
  }

  const faults: readonly [string, RegExp][] = [
    ['secret', /a mount and a path in it/],
    ['secret/a/../b', /dots alone/],
    ['secret//b', /is empty/],
    ['secret/a/%2E%2E/b', /dots alone/],
    ['secret/100%', /a % that begins no code of two digits; a percent sign is written %25/],
    ['secret/a%0Ab', /a character that a policy/],
    ['secret/a*', /that a policy could not name/],
    ['secret/app#id=a', /behind # stand two fields, and secret= is missing/],
    ['secret/app#', /nothing stands behind #/],
    ['secret/app#a..b', /behind # stand two fields/],
    ['secret/app?tokn=x', /options, of which address, namespace,.* are known/],
    ['secret/app?token=clear-and-secret', /says where a credential is, .* and never holds it/],
    ['secret/app?address=https://me:clear-and-secret@v.test', /address takes an HTTP URL without/],
    ['secret/app?auth=ldap', /auth=ldap is not known; token, approle, kubernetes, aws are/],
    ['secret/app?namespace=a&namespace=b', /the option namespace stands there twice/],
    ['secret/app?namespace=', /the option namespace lacks its value/],
    ['secret/app?namespace=%zz', /a % that begins no code/],
    ['secret/app?settle-minutes=soon', /a whole number from 1 to 9999/],
  ];
  for (const [written, fault] of faults) {
    it(`is none, and is told why: ${written.replace(/clear.*/, '…')}`, () => {
      const told = templateFault(written, VAULT_SECRETS);
      assert.match(told ?? '', fault);
      assert.equal(told?.includes('clear-and-secret'), false);
      assert.equal(vaultPlace(written), undefined);
    });
  }

  it('is filled in for each user, who must not lead elsewhere', () => {
    assert.equal(
      vaultPlaceFor('secret/{account}/{user}', SAMPLE_FACTS),
      'secret/123456789012/user',
    );
    const dots = { ...SAMPLE_FACTS, user: '..' };
    assert.throws(() => vaultPlaceFor('secret/{user}/x', dots), KeyturnError);
  });

  it('is one place however to sign in, and another at another Vault', () => {
    const target = (place: string) => ({ kind: 'vault', place });
    const [a, b] = [target(`secret/a?token=\${env:A}`), target('secret/a?auth=approle')];
    assert.deepEqual(vault.things?.(a), vault.things?.(b));
    assert.equal(vault.joint?.(a, b), a);
    const elsewhere = target('secret/a?namespace=ns1');
    assert.notDeepEqual(vault.things?.(a), vault.things?.(elsewhere));
    assert.equal(vault.joint?.(a, elsewhere), undefined);
    assert.equal(vault.joint?.(a, target('secret/a#id=x,secret=y')), undefined);
  });

  it('is asked for with the name of the user left open', () => {
    const asked = (place: string) => vault.askedAs?.({ kind: 'vault', place }, 'ada')?.template;
    assert.equal(asked('secret/ada/x?namespace=ada'), 'secret/{user}/x?namespace=ada');
    assert.equal(asked('secret/svc-ada#id=a,secret=b'), 'secret/svc-{user}#id=a,secret=b');
    assert.equal(asked('secret/canada'), 'secret/canada');
  });

  it('is meant by less than the record has of it', () => {
    const target = {
      kind: 'vault',
      place: 'secret/a#id=x,secret=y?address=https://v.test&namespace=n',
    };
    for (const named of ['secret/a', 'secret/a#id=x,secret=y', 'secret/a?namespace=n']) {
      assert.equal(isMeantBy({ kind: 'vault', name: named }, target, SAMPLE_FACTS), true, named);
    }
    for (const named of ['secret/b', 'secret/a#id=x,secret=z', 'secret/a?namespace=m']) {
      assert.equal(isMeantBy({ kind: 'vault', name: named }, target, SAMPLE_FACTS), false, named);
    }
  });

  it('says when its readers follow, where the operator says it', () => {
    const terms = vault.termsAt?.({ kind: 'vault', place: 'secret/a?settle-minutes=10' });
    assert.deepEqual(terms, { settle: { minutes: 10 } });
    assert.deepEqual(vault.termsAt?.({ kind: 'vault', place: 'secret/a' }), {});
  });
});
