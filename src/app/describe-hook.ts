// What became of a hook, as the document tells it.

import type { HookResult } from '../engine/hooks.ts';
import { HOOK_WORDS } from '../lifecycle/hooks.ts';
import type { ReportedHook } from '../reports/rotation-report.ts';

export function describeHook(
  username: string,
  account: string,
  { on, label, outcome, reason }: HookResult,
): ReportedHook {
  return {
    username,
    account_id: account,
    on: HOOK_WORDS[on],
    hook: label,
    outcome,
    reason: reason ?? null,
  };
}
