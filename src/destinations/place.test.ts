import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KeyturnError } from '../base/errors.ts';
import { placeFor, templateFault } from './place.ts';
import { SECRET_NAMES } from './secrets-manager/names.ts';
import { PARAMETER_NAMES } from './ssm/names.ts';

const FACTS = { account: '123456789012', user: 'svc+ci=a@b.c_-', region: 'us-east-1' };

describe('names of places', () => {
  it('take the account and the user in', () => {
    assert.equal(
      placeFor('{user}/{account}/{user}', FACTS, SECRET_NAMES),
      'svc+ci=a@b.c_-/123456789012/svc+ci=a@b.c_-',
    );
  });

  it('two users never get one place: what a name cannot hold is refused, not replaced', () => {
    for (const [template, user, rule] of [
      ['app/{user}', 'a,b', SECRET_NAMES],
      ['/app/{user}', 'a@b', PARAMETER_NAMES],
      ['/app/{user}', 'a+b', PARAMETER_NAMES],
      ['{user}', 'ssm-agent', PARAMETER_NAMES],
      ['app/{user}', 'a'.repeat(509), SECRET_NAMES],
    ] as const) {
      assert.throws(
        () => placeFor(template, { ...FACTS, user }, rule),
        (thrown) => thrown instanceof KeyturnError && thrown.code === 'not-deliverable',
        `${template} of ${user}`,
      );
    }
  });

  for (const [template, rule, fault] of [
    ['app/{user}', SECRET_NAMES, undefined],
    ['app/{username}', SECRET_NAMES, '{username} is not known'],
    ['app/{}', SECRET_NAMES, '{} is not known'],
    ['app/{user', SECRET_NAMES, 'a secret name takes'],
    ['arn:aws:ssm:us-east-1:123456789012:parameter/a', SECRET_NAMES, 'takes'],
    ['/a/{user}', PARAMETER_NAMES, undefined],
    ['flat-{user}', PARAMETER_NAMES, undefined],
    ['a/{user}', PARAMETER_NAMES, 'takes'],
    ['/a//{user}', PARAMETER_NAMES, 'takes'],
    ['/AWS/{user}', PARAMETER_NAMES, 'takes'],
    [`${'/a'.repeat(14)}/{user}`, PARAMETER_NAMES, undefined],
    [`${'/a'.repeat(15)}/{user}`, PARAMETER_NAMES, 'takes'],
  ] as const) {
    it(`${template} is ${fault === undefined ? 'fine' : 'refused'} as ${rule.noun}`, () => {
      const found = templateFault(template, rule);
      if (fault === undefined) assert.equal(found, undefined);
      else assert.ok(found?.includes(fault), found);
    });
  }
});
