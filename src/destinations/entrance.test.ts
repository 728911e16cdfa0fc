import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readWay, wayFault, writeEntrance } from './entrance.ts';
import { templateFault } from './place.ts';
import { placeInRegion, regionalPlace } from './regional-place.ts';
import { SECRET_NAMES } from './secrets-manager/names.ts';

const ROLE = 'arn:aws:iam::111122223333:role/teams/keyturn-secrets';
const FACTS = { account: '123456789012', user: 'alice', region: 'us-east-1' };
const ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:app/alice-AbCdEf';

describe('the way to a place in AWS', () => {
  it('is read beside the fields of a pair, in any order, and written in one', () => {
    const way = readWay(`external-id=a:b,id=x,role=${ROLE},secret=y,region=eu-west-1`);
    assert.deepEqual(way, {
      fields: 'id=x,secret=y',
      region: 'eu-west-1',
      entrance: { role: ROLE, externalId: 'a:b' },
      tier: undefined,
    });
    assert.equal(writeEntrance({ role: ROLE, externalId: 'a:b' }), `role=${ROLE},external-id=a:b`);
  });

  for (const [template, place] of [
    [`app/{user}#role=${ROLE}`, `us-east-1:app/alice#role=${ROLE}`],
    ['app/{user}#region=eu-west-1', 'eu-west-1:app/alice'],
    [`app/{user}#role=${ROLE},id=a,secret=b`, `us-east-1:app/alice#id=a,secret=b,role=${ROLE}`],
    [`a/{user},b/{user}#role=${ROLE}`, `us-east-1:a/alice,b/alice#role=${ROLE}`],
    [ARN, `eu-west-1:${ARN}`],
  ] as const) {
    it(`${template} is a place, and the place leads back to it`, () => {
      assert.equal(templateFault(template, SECRET_NAMES), undefined);
      const made = placeInRegion(template, FACTS, SECRET_NAMES);
      assert.equal(made, place);
      const at = regionalPlace(made);
      assert.equal(at?.entrance?.role, template.includes('role=') ? ROLE : undefined);
      assert.equal(at?.region, made.split(':')[0]);
    });
  }

  for (const [behind, fault] of [
    ['role=keyturn', /role="keyturn" is none: it takes the ARN/],
    ['region=moon', /region="moon" is none/],
    ['external-id=abc', /goes with role=/],
    [`role=${ROLE},role=${ROLE}`, /stands there twice/],
  ] as const) {
    it(`${behind} is told of`, () => {
      assert.match(wayFault(behind) ?? '', fault);
      assert.match(templateFault(`app/{user}#${behind}`, SECRET_NAMES) ?? '', fault);
      assert.equal(regionalPlace(`us-east-1:app/alice#${behind}`), undefined);
    });
  }

  it('fields that are none are still told of', () => {
    const fault = templateFault(`app/{user}#role=${ROLE},name=x`, SECRET_NAMES);
    assert.match(fault ?? '', /"name" is not known/);
    assert.match(templateFault('app/{user}#', SECRET_NAMES) ?? '', /nothing stands behind #/);
  });
});
