// How the handlers of AWS JSON services read their input.

import { type Call, missingMember } from './operation.ts';
import { Refusal } from './refusal.ts';

/** A text of the input; undefined when it is not given. Null counts as not given. */
export function optionalString(call: Call, name: string): string | undefined {
  const value = call.input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw notA('String', name);
  return value;
}

export function requiredString(call: Call, name: string): string {
  const value = optionalString(call, name);
  if (value === undefined) throw missingMember(name);
  return value;
}

/** A whole number; undefined when it is not given. */
export function optionalNumber(call: Call, name: string): number | undefined {
  const value = call.input[name];
  if (value === undefined || value === null) return undefined;
  if (!Number.isInteger(value)) throw notA('Integer', name);
  return value as number;
}

/** A list of texts; undefined when it is not given. */
export function stringList(call: Call, name: string): string[] | undefined {
  const value = call.input[name];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value) || value.some((item) => typeof item !== 'string')) {
    throw notA('List', name);
  }
  return value;
}

/** The tags in the call: keys and values. */
export function givenTags(call: Call): Map<string, string> {
  const { Tags } = call.input;
  if (Tags === undefined || Tags === null) return new Map();
  if (!Array.isArray(Tags)) throw notA('List', 'Tags');
  return new Map(
    Tags.map((tag: { Key?: unknown; Value?: unknown }) => [
      String(tag.Key ?? ''),
      String(tag.Value ?? ''),
    ]),
  );
}

function notA(kind: string, name: string): Refusal {
  return new Refusal('SerializationException', 400, `${name} is not of the type ${kind}`);
}
