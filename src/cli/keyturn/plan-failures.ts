// What stdout and the exit code say when plan or apply fail before they have a result. Light: found in argv even
// when the rest of it is wrong.

import type { KeyturnError } from '../../base/errors.ts';
import { printableJson } from '../../base/printable.ts';
import { isAskedFor, lastText } from '../flags/argv.ts';
import { APPLY_FLAGS, PLAN_FLAGS } from './plan-flags.ts';

/** One JSON document where JSON was asked for. */
export function applyFailure(args: readonly string[], error: KeyturnError): string | undefined {
  if (lastText(APPLY_FLAGS, args, 'outputFormat') !== 'json') return undefined;
  const about = { plan_id: null, dry_run: false, partial: false, users: [] };
  return document({ ...about, errors: [issue(error)], run: null });
}

export function planFailure(args: readonly string[], error: KeyturnError): string | undefined {
  const isJson =
    isAskedFor(PLAN_FLAGS, args, 'json') || lastText(PLAN_FLAGS, args, 'format') === 'json';
  return isJson ? document({ error: issue(error) }) : undefined;
}

/** With --detailed-exitcode 2 says "something would be changed", so every error is 1. */
export function planFailureCode(args: readonly string[], exitCode: number): number {
  const isDetailed = isAskedFor(PLAN_FLAGS, args, 'detailedExitcode');
  return isDetailed && (exitCode === 2 || exitCode === 3) ? 1 : exitCode;
}

function issue({ code, message, hint }: KeyturnError) {
  return { code, message, hint: hint ?? null };
}

function document(value: unknown): string {
  return `${printableJson(value, 2)}\n`;
}
