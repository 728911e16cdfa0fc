// Pages of the lists of an organization.

import { optionalNumber, optionalString } from '../json-input.ts';
import type { Organization } from '../model.ts';
import type { Call } from '../operation.ts';
import { Refusal } from '../refusal.ts';
import type { ResultFields } from '../result.ts';

export const PAGE_SIZE_MAX = 20;

/** The page that the call asks for, under the name that the list has in the answer. */
export function pageOf(
  call: Call,
  organization: Organization,
  { name, items }: { readonly name: string; readonly items: readonly ResultFields[] },
): ResultFields {
  const size = optionalNumber(call, 'MaxResults') ?? PAGE_SIZE_MAX;
  if (size < 1 || size > PAGE_SIZE_MAX) {
    throw invalidInput(`MaxResults must be from 1 to ${PAGE_SIZE_MAX}`);
  }
  const page = readToken(call, organization);
  const end = page.isEmpty ? page.start : page.start + size;
  const next = { start: end, isEmpty: organization.hasEmptyPages && !page.isEmpty };
  return {
    [name]: items.slice(page.start, end),
    NextToken: end < items.length ? writeToken(organization, next) : undefined,
  };
}

export function invalidInput(message: string): Refusal {
  return new Refusal('InvalidInputException', 400, message);
}

interface Position {
  readonly start: number;
  readonly isEmpty: boolean;
}

function writeToken({ id }: Organization, { start, isEmpty }: Position): string {
  return Buffer.from(JSON.stringify([id, start, isEmpty])).toString('base64');
}

function readToken(call: Call, organization: Organization): Position {
  const token = optionalString(call, 'NextToken');
  if (token === undefined) return { start: 0, isEmpty: false };
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, 'base64').toString('utf8'));
    if (Array.isArray(parsed) && parsed[0] === organization.id) {
      return { start: Number(parsed[1]), isEmpty: parsed[2] === true };
    }
  } catch {
    // Not JSON, so not a token of ours: refused below like one of another organization.
  }
  throw invalidInput('You specified an invalid value for NextToken.');
}
