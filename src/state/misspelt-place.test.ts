import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyturnError } from '../base/errors.ts';
import { refuseMisspelt } from './misspelt-place.ts';

/** With what the hint proposes; undefined where nothing is near. */
const SLIPS: readonly (readonly [place: string, near: string | undefined])[] = [
  ['DynamoDB:keyt', 'dynamodb:keyt'],
  ['DYNAMODB:keyt', 'dynamodb:keyt'],
  ['dynamo:keyt', 'dynamodb:keyt'],
  ['dynamo:kt', undefined],
  ['ddb:keyt@eu-west-1', 'dynamodb:keyt@eu-west-1'],
  [' dynamodb:keyt', 'dynamodb:keyt'],
  ['dynamodb:keyt ', 'dynamodb:keyt'],
  ['dynamodb: keyt', 'dynamodb:keyt'],
  ['"dynamodb:keyt"', 'dynamodb:keyt'],
  ['=dynamodb:keyt', 'dynamodb:keyt'],
  ['dynamodb=keyt', 'dynamodb:keyt'],
  ['dynamdb:keyt', 'dynamodb:keyt'],
  ['dynamodb://keyt', 'dynamodb:keyt'],
  ['dynamodb:table/keyt', 'dynamodb:keyt'],
  ['dynamodb/keyt', 'dynamodb:keyt'],
  ['dynamodb', undefined],
  ['dynamodb:keyt@EU-WEST-1', 'dynamodb:keyt@eu-west-1'],
  ['dynamodb:keyt@mars', undefined],
  ['dynamodb:keyt@', undefined],
  ['arn:aws:dynamodb:eu-central-1:123456789012:table/keyt', 'dynamodb:keyt@eu-central-1'],
  ['s3://b/x', undefined],
  ['s3:x', undefined],
  ['file:///var/lib/keyturn', '/var/lib/keyturn'],
  [' /var/lib/keyturn', '/var/lib/keyturn'],
];

for (const [place, near] of SLIPS) {
  test(`${JSON.stringify(place)} is refused, and ${near ?? 'nothing'} is near`, () => {
    assert.throws(
      () => refuseMisspelt(place),
      (thrown) => {
        assert(thrown instanceof KeyturnError && thrown.code === 'bad-value');
        const hint = thrown.hint ?? '';
        assert.match(thrown.message, /no place for state|names no (?:table|region)/);
        assert.equal(/(?:did you mean|^write) (\S+?)(?:, or .*)?$/.exec(hint)?.[1], near, hint);
        return true;
      },
    );
  });
}

const PLACES = [
  ...['dynamodb:keyt', 'dynamodb:keyt@us-gov-west-1', 'dynamodb:a.b-c_d'],
  ...['C:\\x', 'c:/x', '/var/lib/a:b', './s3:x', '../dynamodb:keyt', '~/x', 'state', 'a/b:c', '.'],
  ...['/var/lib/keyturn ', 'my state', 'dynamo', 'dynamo-state'],
];

for (const place of PLACES) {
  test(`${JSON.stringify(place)} is taken`, () => refuseMisspelt(place));
}
