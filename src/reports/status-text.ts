// `keyturn status` for people.

import { minuteOf } from '../base/clock.ts';
import { localDay } from '../base/local-time.ts';
import { printableAll } from '../base/printable.ts';
import { type Page, pageFor, type TextStyle } from './page.ts';
import type { StatusReport } from './status-report.ts';

type OpenRotation = StatusReport['open_rotations'][number];

export interface StatusStyle extends TextStyle {
  /** The command line that goes on with what is open. */
  readonly recoverCommand: string;
}

export function renderStatus(given: StatusReport, style: StatusStyle): string {
  const report = printableAll(given);
  const page = pageFor(style);
  const { state_dir, open_rotations: all, handoff_files: files } = report;
  const open = all.filter(({ phase }) => phase !== 'in-grace');
  const sections = [
    open.length === 0
      ? page.wrap('', `No rotation is open in ${state_dir}.`)
      : openSection({ state_dir, open }, style.recoverCommand, page),
    graceSection(
      all.filter(({ phase }) => phase === 'in-grace'),
      page,
    ),
    ...HANDOFF_SECTIONS.map(({ title, states }) => {
      const members = files.filter(({ state }) => states.includes(state));
      return members.length === 0
        ? ''
        : [
            page.wrap('', title(members.length)),
            states.length === 1
              ? members.map(({ path }) => `  ${path}`).join('\n')
              : page.rows(members.map(({ path, state }) => [state, path])),
          ].join('\n');
    }),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

type HandoffState = StatusReport['handoff_files'][number]['state'];

const HANDOFF_SECTIONS: readonly {
  readonly title: (count: number) => string;
  readonly states: readonly HandoffState[];
}[] = [
  {
    title: (count) => `Secrets that wait in hand-off files (${count}); delete each once it is used`,
    states: ['waits'],
  },
  {
    title: (count) => `Hand-off files that the next run needs (${count}); leave them there`,
    states: ['needed'],
  },
  {
    title: (count) => `Hand-off files that nobody is to be given any more (${count}); delete them`,
    states: ['undone', 'replaced', 'deleted'],
  },
];

/** Rotations that are done but for the end of the old key: nothing is wrong with them. */
function graceSection(waiting: readonly OpenRotation[], page: Page): string {
  if (waiting.length === 0) return '';
  const rows = waiting.map((each) => [
    each.account_id,
    each.username,
    each.old_key_id,
    each.new_key_id ?? '-',
    localDay(each.begun),
  ]);
  return [
    page.wrap('', 'Old keys that stay Active until nobody uses them; each run looks again'),
    page.table(['ACCOUNT', 'USER', 'OLD KEY', 'NEW KEY', 'ROTATED'], rows),
  ].join('\n');
}

function openSection(
  { state_dir: stateDir, open }: { readonly state_dir: string; readonly open: OpenRotation[] },
  recoverCommand: string,
  page: Page,
): string {
  return [
    page.wrap('', `Open rotations in ${stateDir}`),
    page.table(
      ['ACCOUNT', 'USER', 'PHASE', 'OLD KEY', 'NEW KEY', 'SINCE'],
      open.map((each) => [
        each.account_id,
        each.username,
        each.phase,
        each.old_key_id,
        each.new_key_id ?? each.orphan_key_id ?? '-',
        each.begun.replace(/\.\d+Z$/, 'Z'),
      ]),
    ),
    page.withCommand(
      'The next rotate-iam-keys run finishes or undoes them; this does only that:',
      recoverCommand,
    ),
    ...open.flatMap((each) => waitLines(each, recoverCommand, page)),
  ].join('\n');
}

/** Phases in which a key may exist that only AWS knows. */
const KEY_UNKNOWN: readonly string[] = ['intended', 'create-unknown'];

function waitLines(
  { phase, username, orphan_key_id: keyId, deletable_from: from }: OpenRotation,
  recoverCommand: string,
  page: Page,
): string[] {
  if (keyId !== null && from !== null) {
    const text =
      `The answer to CreateAccessKey for ${username} was lost, and nobody has the secret of ${keyId}. ` +
      `A run after ${minuteOf(new Date(from))} deletes it if AWS shows no use of it; or at once, if ` +
      'you are sure that no person made it by hand:';
    return ['', page.withCommand(text, `${recoverCommand} --orphan ${keyId}`)];
  }
  if (!KEY_UNKNOWN.includes(phase)) return [];
  const text = `Whether AWS made a key for ${username} is not on record. This asks, and names the key:`;
  return ['', page.withCommand(text, `${recoverCommand} --dry-run`)];
}
