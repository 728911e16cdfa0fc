// Every help page of the package, in the order in which they are read, and what is made of them: docs/cli and man.

import type { HelpForm, HelpPage } from '../src/cli/flags/help.ts';
import { keyctlHelp } from '../src/cli/keyctl/help.ts';
import {
  auditCheckpointHelp,
  auditExportHelp,
  auditHelp,
  auditKeygenHelp,
  auditShowHelp,
  auditVerifyHelp,
} from '../src/cli/keyturn/audit/flags.ts';
import { keyturnHelp } from '../src/cli/keyturn/command.ts';
import { compactHelp } from '../src/cli/keyturn/compact.ts';
import { completionHelp } from '../src/cli/keyturn/completion.ts';
import { deliverHelp } from '../src/cli/keyturn/deliver-flags.ts';
import { explainHelp } from '../src/cli/keyturn/explain.ts';
import { historyHelp } from '../src/cli/keyturn/history.ts';
import { hooksHelp } from '../src/cli/keyturn/hooks.ts';
import { initHelp } from '../src/cli/keyturn/init-flags.ts';
import { KEY_VERBS } from '../src/cli/keyturn/keys/command.ts';
import { keyChangeHelp, keysHelp } from '../src/cli/keyturn/keys/help.ts';
import { mapHelp } from '../src/cli/keyturn/map-flags.ts';
import { notifyHelp } from '../src/cli/keyturn/notify.ts';
import { applyHelp, planHelp } from '../src/cli/keyturn/plan-flags.ts';
import { policyHelp } from '../src/cli/keyturn/policy.ts';
import { recoverHelp } from '../src/cli/keyturn/recover.ts';
import { reportHelp } from '../src/cli/keyturn/report-flags.ts';
import { rotateOneHelp } from '../src/cli/keyturn/rotate.ts';
import { sandboxHelp } from '../src/cli/keyturn/sandbox-flags.ts';
import { stateCheckHelp } from '../src/cli/keyturn/state/check.ts';
import { stateCopyHelp, stateExportHelp } from '../src/cli/keyturn/state/copy.ts';
import { stateHelp } from '../src/cli/keyturn/state/help.ts';
import { stateInitHelp } from '../src/cli/keyturn/state/init.ts';
import { stateSecretHelp } from '../src/cli/keyturn/state/secret.ts';
import { statusHelp } from '../src/cli/keyturn/status.ts';
import { undoHelp } from '../src/cli/keyturn/undo-flags.ts';
import { validateHelp } from '../src/cli/keyturn/validate.ts';
import { verifyHelp } from '../src/cli/keyturn/verify-flags.ts';
import { rotateHelp } from '../src/cli/rotate/help.ts';
import { ScriptError } from './support/script-error.ts';

export type Help = (form?: HelpForm) => string;

export const KEYTURN_HELP: readonly Help[] = [
  keyturnHelp,
  keysHelp,
  ...KEY_VERBS.map(
    (verb): Help =>
      (form) =>
        keyChangeHelp(verb, form),
  ),
  statusHelp,
  reportHelp,
  rotateOneHelp,
  historyHelp,
  auditHelp,
  auditVerifyHelp,
  auditShowHelp,
  auditExportHelp,
  auditCheckpointHelp,
  auditKeygenHelp,
  recoverHelp,
  undoHelp,
  initHelp,
  mapHelp,
  validateHelp,
  notifyHelp,
  hooksHelp,
  verifyHelp,
  deliverHelp,
  explainHelp,
  planHelp,
  applyHelp,
  stateHelp,
  stateInitHelp,
  stateCheckHelp,
  stateCopyHelp,
  stateExportHelp,
  stateSecretHelp,
  compactHelp,
  policyHelp,
  sandboxHelp,
  completionHelp,
];

/** What each executable and each of their commands says of itself. */
export function helpPages(): readonly HelpPage[] {
  return [rotateHelp, keyctlHelp, ...KEYTURN_HELP].map(pageOf);
}

function pageOf(help: Help): HelpPage {
  let seen: HelpPage | undefined;
  help((page) => {
    seen = page;
    return '';
  });
  if (seen === undefined) throw new ScriptError('a help page is not rendered from its page');
  return seen;
}
