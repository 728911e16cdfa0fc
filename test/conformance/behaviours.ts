// A behaviour is a test that holds for every target, each time in a fresh account. Where a target
// is known to deviate (quirks.ts), the deviation itself is asserted, and that AWS's behaviour is
// really not there: so no quirk outlives the version of the server that has it.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { QUIRKS, type QuirkId } from './quirks.ts';
import { type ConformanceTarget, openTarget, type TargetAccount, targetName } from './target.ts';

/** Gets a fresh account, and a way to open more of them. */
export type Check = (
  account: TargetAccount,
  openAccount: () => Promise<TargetAccount>,
) => Promise<void>;

export type Behave = (promise: string, check: Check, deviation?: Deviation) => void;

export interface Deviation {
  readonly quirk: QuirkId;
  /** What the deviating target does instead. */
  readonly check: Check;
}

export function behaviours(subject: string, declare: (behave: Behave) => void): void {
  describe(`${subject}, at ${targetName()}`, () => {
    let target: ConformanceTarget;
    before(async () => {
      target = await openTarget();
    });
    after(() => target.close());
    const run = async (check: Check) =>
      check(await target.openAccount(), () => target.openAccount());

    declare((promise, check, deviation) => {
      if (deviation === undefined || QUIRKS[deviation.quirk].target !== targetName()) {
        it(promise, () => run(check));
        return;
      }
      it(`deviates (${deviation.quirk}): ${promise}`, async () => {
        await assert.rejects(
          run(check),
          Error,
          `does what AWS does now: remove the quirk '${deviation.quirk}'`,
        );
        await run(deviation.check);
      });
    });
  });
}
