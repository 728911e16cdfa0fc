// The exit codes of --detailed-exitcode, which say whether anything was or would be done; those of terraform
// where it has them.

import type { KeyturnError } from '../../base/errors.ts';
import type { RotationReport } from '../../reports/rotation-report.ts';
import { isAskedFor } from '../flags/argv.ts';
import { ROTATE_FLAGS } from './flags.ts';

/** Of a run that came to its end: something was done, or in a dry run would be. */
const SOMETHING = 2;
/** In a dry run: something is blocked, whatever else would be done. The run itself ends with 1 then. */
const BLOCKED = 4;

/** `plain` is what the run exits with otherwise: only a success has details. */
export function detailedExitCode(report: RotationReport, plain: number): number {
  if (plain !== 0) return plain;
  if (report.dry_run && report.summary.failed_rotations > 0) return BLOCKED;
  const { rotated_keys: rotated, retirements, cleanup_results: cleaned } = report;
  const isSomething =
    report.changes.length > 0 ||
    (report.planned_changes ?? []).length > 0 ||
    rotated.some(({ success }) => success) ||
    retirements.some(({ state }) => state === 'retired') ||
    cleaned.some(({ deleted_keys: keys }) => keys.length > 0);
  return isSomething ? SOMETHING : 0;
}

/**
 * When the command throws. Bad input must not be taken for "something": there it is a failure like any other.
 * Asked of argv itself, because its other flags may be what is wrong.
 */
export function failureCode(args: readonly string[], { exitCode }: KeyturnError): number {
  const isDetailed = isAskedFor(ROTATE_FLAGS, args, 'detailedExitcode');
  return isDetailed && exitCode === SOMETHING ? 1 : exitCode;
}
