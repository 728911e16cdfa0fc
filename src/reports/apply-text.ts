// What came of a plan, for a person: the page of the run, and beside it whom the plan could not be applied to.

import { printableAll } from '../base/printable.ts';
import type { AppliedUserLine } from './apply-report.ts';
import { pageFor } from './page.ts';
import { renderText } from './render-text.ts';
import type { RunStyle } from './render-undo-command.ts';
import type { RotationReport } from './rotation-report.ts';
import { plural, unique } from './words.ts';

export interface AppliedPage {
  readonly planId: string;
  readonly users: readonly AppliedUserLine[];
  readonly report: RotationReport | undefined;
  readonly dryRun: boolean;
}

const TITLES = {
  drifted: 'Not as the plan saw them: nothing was done',
  busy: 'Another process works on them: nothing was done',
  failed: 'Failed',
  left: 'Left for now',
  'not-begun': 'Not begun',
  'already-applied': 'Applied before',
  'would-apply': 'Would be applied',
  done: '',
} as const satisfies Record<AppliedUserLine['state'], string>;

const ORDER = [
  'would-apply',
  'drifted',
  'busy',
  'failed',
  'left',
  'not-begun',
  'already-applied',
] as const;

export function renderApplied(given: AppliedPage, style: RunStyle): string {
  const { planId, users, dryRun } = printableAll({ ...given, report: undefined });
  const { report } = given;
  const page = pageFor(style);
  const done = users.filter(({ state }) => state === 'done').length;
  const isSeveral = unique(users.map(({ account_id: account }) => account)).length > 1;
  const sections = ORDER.flatMap((state) => {
    const own = users.filter((each) => each.state === state);
    if (own.length === 0) return [];
    const rows = own.map(({ account_id, username, because }) => {
      const name = isSeveral ? `${account_id}/${username}` : username;
      return [name, because.join('; ')] as const;
    });
    const isBad = state === 'drifted' || state === 'busy' || state === 'failed';
    const tone = isBad ? 'red' : 'yellow';
    return [[page.paint(tone, TITLES[state]), page.rows(rows)].join('\n')];
  });
  const told = dryRun ? 'dry run, nothing was changed' : `${plural(done, 'user')} done`;
  const head = page.paint('bold', page.wrap('', `Plan ${planId}: ${told}`));
  const parts = [
    head,
    ...sections,
    ...(report === undefined ? [] : [renderText(report, style).trimEnd()]),
    ...(users.length === 0 ? ['The plan changes nothing.'] : []),
  ];
  return `${parts.join('\n\n')}\n`;
}
