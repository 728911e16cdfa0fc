// Update expressions: SET with if_not_exists, plus and minus, REMOVE, and ADD to a set or a number.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html

import { type Placeholders, Tokens } from './tokens.ts';
import { type AttributeValue, type Item, invalid } from './value.ts';

type Change = (before: Item, after: Record<string, AttributeValue>) => void;
type Operand = (before: Item) => AttributeValue;

/** Resolves to the item after the update. Throws AWS's refusals. */
export function readUpdate(text: string, placeholders: Placeholders): (item: Item) => Item {
  const tokens = new Tokens(text);
  const changes: Change[] = [];
  while (!tokens.isOver) changes.push(...readClause(tokens, placeholders));
  return (before) => {
    const after = { ...before };
    for (const change of changes) change(before, after);
    return after;
  };
}

function readClause(tokens: Tokens, placeholders: Placeholders): Change[] {
  const word = tokens.take().toUpperCase();
  const readOne = CLAUSES[word];
  if (readOne === undefined)
    throw invalid(`Invalid UpdateExpression: Syntax error; token: "${word}"`);
  const changes = [readOne(tokens, placeholders)];
  while (tokens.takes(',')) changes.push(readOne(tokens, placeholders));
  return changes;
}

const CLAUSES: Readonly<Record<string, (tokens: Tokens, placeholders: Placeholders) => Change>> = {
  SET: readSet,
  REMOVE: (tokens, placeholders) => {
    const name = placeholders.name(tokens.take());
    return (_, after) => {
      delete after[name];
    };
  },
  ADD: (tokens, placeholders) => {
    const name = placeholders.name(tokens.take());
    const added = placeholders.value(tokens.take());
    return (before, after) => {
      after[name] = sumOf(before[name], added);
    };
  },
};

function readSet(tokens: Tokens, placeholders: Placeholders): Change {
  const name = placeholders.name(tokens.take());
  if (name === 'pk' || name === 'sk') {
    throw invalid(`Cannot update attribute ${name}. This attribute is part of the key`);
  }
  tokens.expect('=');
  let value = readOperand(tokens, placeholders);
  const sign = tokens.next;
  if (sign === '+' || sign === '-') {
    tokens.take();
    const [left, right] = [value, readOperand(tokens, placeholders)];
    value = (before) => {
      const [one, other] = [numberIn(left(before)), numberIn(right(before))];
      return { N: String(sign === '+' ? one + other : one - other) };
    };
  }
  return (before, after) => {
    after[name] = value(before);
  };
}

function readOperand(tokens: Tokens, placeholders: Placeholders): Operand {
  const word = tokens.take();
  if (word.startsWith(':')) {
    const value = placeholders.value(word);
    return () => value;
  }
  if (word === 'if_not_exists') {
    tokens.expect('(');
    const name = placeholders.name(tokens.take());
    tokens.expect(',');
    const otherwise = readOperand(tokens, placeholders);
    tokens.expect(')');
    return (before) => before[name] ?? otherwise(before);
  }
  const name = placeholders.name(word);
  return (before) => {
    const value = before[name];
    if (value !== undefined) return value;
    throw invalid('The provided expression refers to an attribute that does not exist in the item');
  };
}

function numberIn(value: AttributeValue): number {
  if ('N' in value) return Number(value.N);
  throw invalid('An operand in the update expression has an incorrect data type');
}

function sumOf(before: AttributeValue | undefined, added: AttributeValue): AttributeValue {
  if ('SS' in added) {
    const known = before !== undefined && 'SS' in before ? before.SS : [];
    return { SS: [...new Set([...known, ...added.SS])] };
  }
  return { N: String((before === undefined ? 0 : numberIn(before)) + numberIn(added)) };
}
