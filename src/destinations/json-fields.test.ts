import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SeededRandom } from '../sandbox/random.ts';
import { fieldsOf, textAt, withField, withTextAt } from './json-fields.ts';

describe('fields of a JSON object', () => {
  for (const [json, changed] of [
    ['{}', '{"id": "new"}'],
    [' {\n} ', ' {"id": "new"\n} '],
    ['{"id":"old"}', '{"id":"new"}'],
    ['{"id" : null , "big":12345678901234567890}', '{"id" : "new" , "big":12345678901234567890}'],
    [
      '{"a":{"id":"inner"},"b":["id",{"id":1}]}',
      '{"a":{"id":"inner"},"b":["id",{"id":1}], "id": "new"}',
    ],
    ['{\n\t"a": "\\"id\\": }"\n}\n', '{\n\t"a": "\\"id\\": }", "id": "new"\n}\n'],
    ['{"\\u0069d":"escaped","z":1e400}', '{"\\u0069d":"new","z":1e400}'],
    ['{"id":{"x":[1,2,{}]},"a":true}', '{"id":"new","a":true}'],
  ] as const) {
    it(`sets one in ${JSON.stringify(json)}, and no other byte changes`, () => {
      assert.equal(withField(json, 'id', 'new'), changed);
    });
  }

  for (const json of ['', 'text', '[]', '"{}"', 'null', '1', '{"a":1', '{"a":1}}', "{'a':1}"]) {
    it(`${JSON.stringify(json)} is no object`, () => assert.equal(fieldsOf(json), undefined));
  }

  it('of whatever shape: the object reads as it was, but for the field', () => {
    const random = new SeededRandom('json fields');
    for (let round = 0; round < 2_000; round += 1) {
      const object = anyObject(random, 3);
      const json = JSON.stringify(object, null, random.below(3));
      const name = random.below(2) === 0 ? 'id' : (Object.keys(object)[0] ?? 'id');
      assert.deepEqual(JSON.parse(withField(json, name, 'né"w')), { ...object, [name]: 'né"w' });
      assert.deepEqual(
        fieldsOf(json)?.map((field) => field.name),
        Object.keys(object),
      );
    }
  });
});

function anyObject(random: SeededRandom, depth: number): Record<string, unknown> {
  const names = ['id', 'a', 'b:', 'c,', 'd}', 'e"', 'f\\', '{', ''].filter(
    () => random.below(2) === 0,
  );
  return Object.fromEntries(names.map((name) => [name, anyValue(random, depth - 1)]));
}

function anyValue(random: SeededRandom, depth: number): unknown {
  switch (random.below(depth > 0 ? 7 : 5)) {
    case 0:
      return null;
    case 1:
      return random.below(1_000) / 7;
    case 2:
      return random.text(random.below(9), '"\\{}[],: né\n\t');
    case 3:
      return random.below(2) === 0;
    case 4:
      return '';
    case 5:
      return Array.from({ length: random.below(4) }, () => anyValue(random, depth - 1));
    default:
      return anyObject(random, depth);
  }
}

describe('texts below the top', () => {
  const text = '{ "a": {"b": [1, {"c": 2}], "k" : "old"}, "n": 12345678901234567890 }';

  it('are read and set without touching another byte', () => {
    assert.equal(textAt(text, ['a', 'k']), 'old');
    assert.equal(withTextAt(text, ['a', 'k'], 'new'), text.replace('old', 'new'));
  });

  it('get the objects on their way made', () => {
    assert.equal(withTextAt('{}', ['a', 'b'], 'c'), '{"a": {"b": "c"}}');
    assert.equal(withTextAt('{"x":1}', ['a', 'b'], 'c'), '{"x":1, "a": {"b": "c"}}');
  });

  it('have no place below something else than an object, or below a name that stands twice', () => {
    assert.equal(withTextAt(text, ['n', 'b'], 'c'), undefined);
    assert.equal(withTextAt('{"a":{},"a":{}}', ['a', 'b'], 'c'), undefined);
    assert.equal(textAt('{"a":"1","a":"2"}', ['a']), undefined);
  });
});
