// Names of parts of a run: they are in names of files and of items.

import { assert } from '../base/errors.ts';

const PART = /^[\w-]{1,64}$/;

export function demandPart(part: string): string {
  assert(PART.test(part), `${JSON.stringify(part)} names no part of a run`);
  return part;
}

export function isPart(text: string): boolean {
  return PART.test(text);
}
