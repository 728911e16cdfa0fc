import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readDelivery } from '../../app/read-delivery.ts';
import { KeyturnError } from '../../base/errors.ts';
import { SAMPLE_FACTS } from '../place.ts';
import { commandAskedAs, commandFor, wordsAt } from './place.ts';

const FACTS = { ...SAMPLE_FACTS, user: 'ada' };

/** What the operator writes, the place that it makes, and how it would be asked for again. */
const LINES = [
  ['/bin/put {user}', '/bin/put ada', '/bin/put {user}'],
  ["'/opt/my tools/put' {user}", "'/opt/my tools/put' ada", "'/opt/my tools/put' {user}"],
  ['/bin/put "a b" {user}', "/bin/put 'a b' ada", "/bin/put 'a b' {user}"],
  ['/bin/put --to=app/{user} {account}', '/bin/put --to=app/ada 123456789012', undefined],
  ['/bin/put {user} x#y,z=1', "/bin/put ada 'x#y,z=1'", "/bin/put {user} 'x#y,z=1'"],
] as const;

describe('a program as a place', () => {
  for (const [template, place, again] of LINES) {
    it(`${template} is ${place}`, () => {
      assert.equal(readDelivery(`command=${template}`, undefined, '--deliver').template, template);
      assert.equal(commandFor(template, FACTS), place);
      assert.equal(commandFor(place, FACTS), place);
      if (again !== undefined) assert.equal(commandAskedAs(place, 'ada')?.template, again);
      assert.ok(wordsAt(place) !== undefined);
    });
  }

  it('a name of a user adds no word', () => {
    const place = commandFor('/bin/put {user}', { ...FACTS, user: "a b' --all" });
    assert.deepEqual(wordsAt(place), ['/bin/put', "a b' --all"]);
  });

  for (const template of [
    'put {user}',
    './put {user}',
    '~/put {user}',
    "/bin/put '{user}",
    '/bin/put {user} \\',
    '/bin/put {name} {user}',
    '/bin/put',
    '   ',
  ]) {
    it(`${JSON.stringify(template)} is bad input`, () => {
      assert.throws(
        () => readDelivery(`command=${template}`, undefined, '--deliver'),
        (thrown) => thrown instanceof KeyturnError && thrown.code === 'bad-value',
      );
    });
  }
});
