// The document of `keyturn deliver`, from what was done.

import type { KeyturnError } from '../base/errors.ts';
import type { AlsoDelivered } from '../engine/deliver-also.ts';
import type { DeliverLine, DeliverReport } from '../reports/deliver-report.ts';
import type { DeliveredKey, DeliverKeyOptions } from './deliver-key.ts';

export interface DeliverFacts extends Pick<DeliverKeyOptions, 'user' | 'dryRun'> {
  readonly run: string;
  readonly now: Date;
}

export function buildDeliverReport(
  { account, places }: DeliveredKey,
  { user, dryRun, run, now }: DeliverFacts,
): DeliverReport {
  const rotation = places[0]?.rotation;
  return {
    execution_time: now.toISOString(),
    run_id: run,
    dry_run: dryRun,
    account_id: account,
    username: user,
    rotation: rotation?.id ?? null,
    access_key_id: rotation?.newKeyId ?? null,
    places: places.map((place) => lineOf(place, dryRun)),
  };
}

function lineOf(delivered: AlsoDelivered, dryRun: boolean): DeliverLine {
  const { target, receipt, copied, error } = delivered;
  return {
    kind: target.kind,
    place: target.place,
    outcome: outcomeOf(delivered, dryRun),
    version: receipt?.version ?? null,
    copied_from: copied?.from ?? null,
    made: [...(copied?.made ?? [])],
    error: error === undefined ? null : issue(error),
  };
}

function outcomeOf({ copied, error }: AlsoDelivered, dryRun: boolean): DeliverLine['outcome'] {
  if (error !== undefined) return 'failed';
  if (copied === undefined) return 'there-already';
  return dryRun ? 'would-deliver' : 'delivered';
}

function issue({ code, message, hint }: KeyturnError) {
  return { code, message, hint: hint ?? null };
}
