import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isPerUser, SAMPLE_FACTS, templateFault } from './place.ts';
import {
  askedInRegion,
  placeInRegion,
  placeOfRegion,
  regionalPlace,
  targetOfRegion,
  thingsOfRegion,
} from './regional-place.ts';
import { PARAMETER_NAMES } from './ssm/names.ts';

const FACTS = { ...SAMPLE_FACTS, user: 'alice' };

/** Template, and the place that it makes. */
const FORMS = [
  ['/app/{user}', 'us-east-1:/app/alice'],
  ['/app/{user}#id=a,secret=b', 'us-east-1:/app/alice#id=a,secret=b'],
  ['/app/{user}#secret=x.b,id=x.a', 'us-east-1:/app/alice#id=x.a,secret=x.b'],
  ['/app/{user}#id=a%2Eb,secret=c%20d', 'us-east-1:/app/alice#id=a%2Eb,secret=c%20d'],
  ['/app/{user}/ID,/app/{user}/SECRET', 'us-east-1:/app/alice/ID,/app/alice/SECRET'],
  ['/app/{user}/ID, /app/{user}/SECRET', 'us-east-1:/app/alice/ID,/app/alice/SECRET'],
] as const;

const FAULTY = [
  '/app/{user}#',
  '/app/{user}#id=a',
  '/app/{user}#id=a,id=b',
  '/app/{user}#id=a,secret=a',
  '/app/{user}#id=a,secret=a.b',
  '/app/{user}#id=a..b,secret=c',
  '/app/{user}#id={user},secret=c',
  '/app/{user}#id=a,secret=b,more=c',
  '/app/{user},/app/{user}',
  '/app/{user},/b,/c',
  '/app/{user}/a,/app/{user}/b#id=a,secret=b',
  '/app/{user},',
];

/** What is wrong, part by part. */
const FAULTS = [
  ['', 'the name is missing'],
  ['#id=a,secret=b', 'the name is missing'],
  ['/app/{user},', 'the second name is missing'],
  [',/app/{user}', 'the first name is missing'],
  ['/a b/{user}', '"/a b/{user}" is none: a parameter name takes'],
  ['/app/{user}#', 'nothing stands behind #'],
  ['/app/{user}#id=a', 'secret= is missing'],
  ['/app/{user}#secret=a', 'id= is missing'],
  ['/app/{user}#id=a,id=b', 'id= stands there twice'],
  ['/app/{user}#id=,secret=c', 'id= lacks its field'],
  ['/app/{user}#id=a,secret=b,', 'nothing stands behind the last comma'],
  ['/app/{user}#id=a,secret=b,more=c', '"more" is not known; id and secret are'],
  ['/app/{user}#a,secret=b', '"a" is neither id=FIELD nor secret=FIELD'],
  ['/app/{user}#Id=a,secret=b', '"Id" is not known; id and secret are'],
  ['/app/{user}#id=.a,secret=b', 'id=".a" has an empty name before a dot'],
  ['/app/{user}#id=a.,secret=b', 'id="a." has an empty name after a dot'],
  ['/app/{user}#id=a..b,secret=c', 'id="a..b" has an empty name between two dots'],
  ['/app/{user}#id=a,secret=b c', 'secret="b c" has a space, which is written %20'],
  ['/app/{user}#id=a, secret=b', 'a space stands before "secret"'],
  ['/app/{user}#id={user},secret=c', 'id="{user}" has {, which is written %7B'],
  ['/app/{user}#id=a#b,secret=c', 'id="a#b" has #, which is written %23'],
  ['/app/{user}#id=a=b,secret=c', 'id="a=b" has =, which is written %3D'],
  ['/app/{user}#id=a%2,secret=c', 'id="a%2" has a % that begins no code'],
  ['/app/{user}#id=a%FF,secret=c', 'id="a%FF" has codes that are no text'],
  ['/app/{user}#id=a%00,secret=c', 'id="a%00" has a control character'],
  ['/app/{user}#id=a,secret=c\u0007d', 'has a control character'],
  ['/app/{user}#id=a,secret=a', 'id and secret are one field'],
  ['/app/{user}#id=a,secret=a.b', 'the field of id is around the one of secret'],
  ['/app/{user}#id=x.a.b,secret=x.a', 'the field of secret is around the one of id'],
] as const;

describe('places in AWS', () => {
  for (const [template, place] of FORMS) {
    it(`${template} is ${place}, and is read back`, () => {
      assert.equal(templateFault(template, PARAMETER_NAMES), undefined);
      assert.ok(isPerUser(template, PARAMETER_NAMES));
      assert.equal(placeInRegion(template, FACTS, PARAMETER_NAMES), place);
      const read = regionalPlace(place);
      assert.ok(read !== undefined);
      assert.equal(placeOfRegion(read), place);
      const isPlain = place === 'us-east-1:/app/alice';
      assert.deepEqual(targetOfRegion(read), isPlain ? { place } : { place, since: 3 });
    });
  }

  for (const template of FAULTY) {
    it(`${template} is refused`, () => {
      assert.notEqual(templateFault(template, PARAMETER_NAMES), undefined);
    });
  }

  for (const [template, fault] of FAULTS) {
    it(`of ${JSON.stringify(template)} it is said: ${fault}`, () => {
      const said = templateFault(template, PARAMETER_NAMES) ?? '';
      assert.ok(said.includes(fault), said);
    });
  }

  it('what was recorded with a control character in a field is still read', () => {
    assert.ok(regionalPlace('us-east-1:/app/alice#id=a%01,secret=b') !== undefined);
  });

  it('two names of which one has no user are shared by all users', () => {
    assert.equal(isPerUser('/app/{user}/ID,/app/SECRET', PARAMETER_NAMES), false);
    assert.equal(isPerUser('/app/x#id={user},secret=b', PARAMETER_NAMES), false);
  });

  it('what is written there has one name each, whatever the form', () => {
    const things = (place: string) => thingsOfRegion({ kind: 'ssm', place });
    assert.deepEqual(things('eu-west-1:/a#id=b,secret=c'), ['eu-west-1:/a']);
    assert.deepEqual(things('eu-west-1:/a,/b'), ['eu-west-1:/a', 'eu-west-1:/b']);
  });

  it('is told as it would be asked for, for every user', () => {
    const asked = (place: string) => askedInRegion(place, 'bob')?.template;
    assert.equal(asked('eu-west-1:/app/bob/key'), '/app/{user}/key');
    assert.equal(asked('eu-west-1:/app/bobby#id=bob,secret=b'), '/app/bobby#id=bob,secret=b');
    assert.equal(asked('eu-west-1:/a/bob/I,/a/bob/S'), '/a/{user}/I,/a/{user}/S');
  });
});
