// Condition, filter and key condition expressions:
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html

import { type Placeholders, Tokens } from './tokens.ts';
import { type AttributeValue, compare, type Item, invalid, isSame } from './value.ts';

export type Condition = (item: Item) => boolean;

type Operand = (item: Item) => AttributeValue | undefined;

/** Throws AWS's refusal of what is no condition. */
export function readCondition(text: string, placeholders: Placeholders): Condition {
  const tokens = new Tokens(text);
  const condition = readOr(tokens, placeholders);
  if (tokens.isOver) return condition;
  throw invalid(`Invalid ConditionExpression: Syntax error; token: "${tokens.next}"`);
}

function readOr(tokens: Tokens, placeholders: Placeholders): Condition {
  const parts = [readAnd(tokens, placeholders)];
  while (tokens.takes('OR')) parts.push(readAnd(tokens, placeholders));
  return (item) => parts.some((part) => part(item));
}

function readAnd(tokens: Tokens, placeholders: Placeholders): Condition {
  const parts = [readNot(tokens, placeholders)];
  while (tokens.takes('AND')) parts.push(readNot(tokens, placeholders));
  return (item) => parts.every((part) => part(item));
}

function readNot(tokens: Tokens, placeholders: Placeholders): Condition {
  if (tokens.takes('NOT')) {
    const inner = readNot(tokens, placeholders);
    return (item) => !inner(item);
  }
  if (tokens.takes('(')) {
    const inner = readOr(tokens, placeholders);
    tokens.expect(')');
    return inner;
  }
  return readTerm(tokens, placeholders);
}

const FUNCTIONS: Readonly<
  Record<string, (value: AttributeValue | undefined, given: AttributeValue) => boolean>
> = {
  begins_with: (value, given) =>
    value !== undefined && 'S' in value && 'S' in given && value.S.startsWith(given.S),
  contains: (value, given) => {
    if (value === undefined || !('S' in given)) return false;
    if ('SS' in value) return value.SS.includes(given.S);
    return 'S' in value && value.S.includes(given.S);
  },
};

function readTerm(tokens: Tokens, placeholders: Placeholders): Condition {
  const word = tokens.take();
  if (word === 'attribute_exists' || word === 'attribute_not_exists') {
    tokens.expect('(');
    const name = placeholders.name(tokens.take());
    tokens.expect(')');
    return (item) => (item[name] !== undefined) === (word === 'attribute_exists');
  }
  const check = FUNCTIONS[word];
  if (check !== undefined) {
    tokens.expect('(');
    const value = readOperand(tokens.take(), placeholders);
    tokens.expect(',');
    const given = readOperand(tokens.take(), placeholders);
    tokens.expect(')');
    return (item) => check(value(item), given(item) ?? { NULL: true });
  }
  return readComparison(readOperand(word, placeholders), tokens, placeholders);
}

function readComparison(left: Operand, tokens: Tokens, placeholders: Placeholders): Condition {
  const sign = tokens.take();
  const right = readOperand(tokens.take(), placeholders);
  if (sign === '=') return (item) => isSame(left(item), right(item));
  // As in AWS: what is missing is not the same as anything.
  if (sign === '<>') return (item) => !isSame(left(item), right(item));
  const isMet = ORDERS[sign];
  if (isMet === undefined) throw invalid(`Invalid expression: Syntax error; token: "${sign}"`);
  return (item) => {
    const [one, other] = [left(item), right(item)];
    const order = one === undefined || other === undefined ? undefined : compare(one, other);
    return order !== undefined && isMet(order);
  };
}

const ORDERS: Readonly<Record<string, (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

function readOperand(word: string, placeholders: Placeholders): Operand {
  if (word.startsWith(':')) {
    const value = placeholders.value(word);
    return () => value;
  }
  const name = placeholders.name(word);
  return (item) => item[name];
}
