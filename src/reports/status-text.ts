// `keyturn status` for people.

import { basename, dirname, isAbsolute } from 'node:path';
import { minuteOf } from '../base/clock.ts';
import { nextRunLines } from '../base/key-changes.ts';
import { localDay } from '../base/local-time.ts';
import { printableAll } from '../base/printable.ts';
import { flagWords, shellWords } from '../base/shell-words.ts';
import { accountWords } from './account-words.ts';
import { healWords } from './heal-words.ts';
import { type Page, pageFor, type TextStyle } from './page.ts';
import { failedSection, overdueSection, statusHead } from './status-head.ts';
import type { StatusReport } from './status-report.ts';
import { plural } from './words.ts';

type OpenRotation = StatusReport['open_rotations'][number];

export interface StatusStyle extends TextStyle {
  /** The command line that goes on with what is open. */
  readonly recoverCommand: string;
  /** The command line of a run with the configuration, which knows the hooks that a rotation began with. */
  readonly configuredCommand: string;
  /** The command line that reads places again. */
  readonly verifyCommand: string;
  /** The command line that lists keys. */
  readonly keysCommand: string;
  /** Lists what is overdue by the same age. */
  readonly dueCommand: string;
  /** The command line that tells what was done. */
  readonly historyCommand: string;
  /** The command line that takes the secret of a key out of tables. */
  readonly takeOutCommand?: ((keyId: string) => string) | undefined;
  /** The command line that shows every row; undefined where this page does. */
  readonly allCommand: string | undefined;
}

/** Of each table, so that the page fits on a screen. */
const ROWS_MAX = 10;

export function renderStatus(given: StatusReport, style: StatusStyle): string {
  const report = printableAll(given);
  const { allCommand } = style;
  const page = allCommand === undefined ? pageFor(style) : withFewRows(pageFor(style));
  const rowsMax = allCommand === undefined ? Number.POSITIVE_INFINITY : ROWS_MAX;
  const { state_dir, open_rotations: all, handoff_files: files, overdue } = report;
  const open = all.filter(({ phase }) => phase !== 'in-grace');
  const waiting = all.filter(({ phase }) => phase === 'in-grace');
  const told = [...all, ...report.wrong_places, ...report.left_by_undo, ...files, ...overdue.keys];
  const within = (command: string, rows: readonly OfUser[]) =>
    [command, ...accountWords(rows, told)].join(' ');
  const sections = [
    statusHead(report, page),
    open.length === 0
      ? page.wrap('', `${nothingOpen(waiting.length)} in ${state_dir}.`)
      : openSection({ state_dir, open, rowsMax }, within(style.recoverCommand, open), page),
    overdueSection(overdue, within(style.dueCommand, overdue.keys), page),
    graceSection(waiting, within(style.keysCommand, waiting), page),
    configurationSection(all, style.configuredCommand, page),
    failedSection(report.failures, style.historyCommand, page),
    wrongSection(report.wrong_places, within(style.verifyCommand, report.wrong_places), page),
    leftSection(report.left_by_undo, within(style.keysCommand, report.left_by_undo), page),
    ...HANDOFF_SECTIONS.map((section) =>
      handoffSection({ ...section, rowsMax, takeOutCommand: style.takeOutCommand }, files, page),
    ),
    isCut(report, rowsMax) && allCommand !== undefined
      ? page.withCommand('Every row of these tables:', allCommand)
      : '',
    nextRunLines(report.next_run_at !== report.checked_at ? report.next_run_at : null)
      .map((line) => page.wrap('', line))
      .join('\n'),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

/** The same page, whose tables end after some rows and say how many more there are. */
function withFewRows(page: Page): Page {
  return {
    ...page,
    table: (titles, rows) => {
      const more = rows.length - ROWS_MAX;
      const shown = page.table(titles, rows.slice(0, ROWS_MAX));
      return more > 0 ? `${shown}\n  and ${more} more` : shown;
    },
  };
}

/** Whether any table has more rows than are shown. */
function isCut(report: StatusReport, rowsMax: number): boolean {
  const { open_rotations: open, left_by_undo: left, wrong_places: wrong } = report;
  const { handoff_files: files, failures } = report;
  const inGrace = open.filter(({ phase }) => phase === 'in-grace').length;
  const kept = HANDOFF_SECTIONS.map((section) => filesOf(section, files).length);
  const counts = [inGrace, open.length - inGrace, left.length, wrong.length, failures.length];
  return Math.max(...counts, ...kept) > rowsMax;
}

type HandoffState = StatusReport['handoff_files'][number]['state'];

/** A rotation in grace is open too, and nothing is left of it but the end of its old key. */
function nothingOpen(waiting: number): string {
  return waiting === 0 ? 'No rotation is open' : 'No rotation was left half-way';
}

/** What became of the key whose secret is in the file: the file itself is there. */
const WHAT_BECAME: Readonly<Record<HandoffState, string>> = {
  waits: 'waits',
  needed: 'needed',
  undone: 'its rotation is undone',
  replaced: 'its key is replaced',
  deleted: 'its key is deleted',
};

interface HandoffSection {
  readonly title: (count: number) => string;
  /** Of secrets in tables, where nothing is a file. */
  readonly inTables: (count: number) => string;
  /** Whether a table's are taken out by hand. */
  readonly isTaken?: boolean;
  readonly states: readonly HandoffState[];
  readonly isEncrypted?: boolean | undefined;
}

const HANDOFF_SECTIONS: readonly HandoffSection[] = [
  {
    title: (count) => `Secrets that wait in hand-off files (${count}); delete each once it is used`,
    inTables: (count) =>
      `Secrets in custody that wait (${count}); take each out for whoever uses it`,
    isTaken: true,
    states: ['waits'],
    isEncrypted: false,
  },
  {
    title: (count) =>
      `Encrypted secrets that wait for their age recipients (${count}); delete each once it is used`,
    inTables: (count) => `Encrypted secrets that wait for their age recipients (${count})`,
    states: ['waits', 'needed'],
    isEncrypted: true,
  },
  {
    title: (count) => `Hand-off files that the next run needs (${count}); leave them there`,
    inTables: (count) => `Secrets in custody that the next run needs (${count}); leave them there`,
    states: ['needed'],
    isEncrypted: false,
  },
  {
    title: (count) => `Hand-off files that nobody is to be given any more (${count}); delete them`,
    inTables: (count) =>
      `Secrets in custody that nobody is to be given any more (${count}); take each out, and delete it`,
    isTaken: true,
    states: ['undone', 'replaced', 'deleted'],
  },
];

interface ShownSection {
  readonly rowsMax: number;
  readonly takeOutCommand: StatusStyle['takeOutCommand'];
}

/** By user, with the folder told once: the name of each file is the ID of the new key. */
function handoffSection(
  section: HandoffSection & ShownSection,
  all: StatusReport['handoff_files'],
  page: Page,
): string {
  const { states, isEncrypted, rowsMax, takeOutCommand } = section;
  const files = filesOf(section, all);
  if (files.length === 0) return '';
  const shown = files.slice(0, rowsMax);
  const folders = [...new Set(shown.map(({ path }) => dirname(path)))];
  const [first] = files;
  const isInTables = first !== undefined && !isAbsolute(first.path);
  const title = isInTables ? section.inTables : section.title;
  return [
    isInTables && section.isTaken === true && takeOutCommand !== undefined
      ? page.withCommand(`${title(files.length)}:`, takeOutCommand(first.access_key_id))
      : page.wrap('', title(files.length)),
    ...folders.flatMap((folder) => [
      `  ${folder}/`,
      page.table(
        ['USER', isInTables ? 'KEY' : 'FILE', 'AGE', ''],
        shown
          .filter(({ path }) => dirname(path) === folder)
          .map((file) => [
            file.username ?? '-',
            basename(file.path),
            age(file.age_days),
            states.length > 1 && isEncrypted === undefined ? WHAT_BECAME[file.state] : '',
          ]),
      ),
    ]),
    ...(files.length > shown.length ? [`  and ${files.length - shown.length} more`] : []),
  ].join('\n');
}

function filesOf(
  { states, isEncrypted }: Pick<HandoffSection, 'states' | 'isEncrypted'>,
  all: StatusReport['handoff_files'],
): StatusReport['handoff_files'] {
  return all.filter(
    (file) =>
      states.includes(file.state) && (isEncrypted ?? file.is_encrypted) === file.is_encrypted,
  );
}

function age(days: number | null): string {
  if (days === null) return '-';
  return days === 0 ? 'today' : `${days} d`;
}

interface OfUser {
  readonly account_id: string;
  readonly username: string;
}

function byUser(a: OfUser, b: OfUser): number {
  return a.account_id.localeCompare(b.account_id) || a.username.localeCompare(b.username);
}

/** The account is told once where there is only one. */
function accountsOf(all: readonly OfUser[]) {
  const [only, second] = new Set(all.map(({ account_id: account }) => account));
  const isSeveral = second !== undefined;
  return {
    words: isSeveral ? '' : ` of account ${only}`,
    head: isSeveral ? ['ACCOUNT'] : [],
    cell: ({ account_id: account }: OfUser) => (isSeveral ? [account] : []),
  };
}

/** Rotations that are done but for the end of the old key: nothing is wrong with them. */
function graceSection(waiting: readonly OpenRotation[], keysCommand: string, page: Page): string {
  if (waiting.length === 0) return '';
  const accounts = accountsOf(waiting);
  const rows = waiting
    .toSorted(byUser)
    .map((each) => [
      ...accounts.cell(each),
      each.username,
      each.old_key_id,
      each.new_key_id ?? '-',
      localDay(each.begun),
      notBefore(each),
    ]);
  const vetoed = waiting.filter((each) => each.vetoed !== null).toSorted(byUser);
  return [
    page.wrap(
      '',
      `Old keys${accounts.words} that stay Active until nobody uses them; each run looks again`,
    ),
    page.table([...accounts.head, 'USER', 'OLD KEY', 'NEW KEY', 'ROTATED', 'NOT BEFORE'], rows),
    page.withCommand(
      'What uses them, and from when on each may go by that:',
      `${keysCommand} --in-grace`,
    ),
    ...(vetoed.length === 0
      ? []
      : [
          page.wrap(
            '',
            'A hook keeps these Active; each run with the configuration asks it again:',
          ),
          page.rows(vetoed.map(({ username, vetoed: because }) => [username, because ?? ''])),
        ]),
  ].join('\n');
}

/** What began with hooks is left by every run that does not know them, and so by `keyturn recover`. */
function configurationSection(
  all: readonly OpenRotation[],
  configuredCommand: string,
  page: Page,
): string {
  const [first, ...others] = all.filter((each) => each.needs_configuration);
  if (first === undefined) return '';
  const isOne = others.length === 0;
  const which = isOne
    ? `The rotation of ${first.username}`
    : plural(others.length + 1, 'open rotation');
  const text = `${which} began with hooks: only a run with the configuration takes ${isOne ? 'it' : 'them'} further, such as:`;
  return page.withCommand(text, configuredCommand);
}

function notBefore({ next_run_at: from, vetoed }: OpenRotation): string {
  if (vetoed !== null) return 'a yes';
  return from === null ? 'now' : localDay(from);
}

/** Their readers have no key, or another one than is meant for them. */
function wrongSection(
  wrong: StatusReport['wrong_places'],
  verifyCommand: string,
  page: Page,
): string {
  if (wrong.length === 0) return '';
  const accounts = accountsOf(wrong);
  const rows = wrong
    .toSorted(byUser)
    .map((each) => [
      ...accounts.cell(each),
      each.username,
      `${each.kind} ${each.place}`,
      each.access_key_id,
      each.state,
      localDay(each.found),
    ]);
  return [
    page.paint(
      'red',
      page.wrap('', `Places${accounts.words} that are not as their rotation left them`),
    ),
    page.table([...accounts.head, 'USER', 'PLACE', 'KEY', 'STATE', 'FOUND'], rows),
    page.withCommand(
      'What could be healed, and from where:',
      [verifyCommand, ...healWords(wrong)].join(' '),
    ),
  ].join('\n');
}

/** Their readers have to go back, and nobody but a person ends them. */
function leftSection(left: StatusReport['left_by_undo'], keysCommand: string, page: Page): string {
  if (left.length === 0) return '';
  const accounts = accountsOf(left);
  const rows = left
    .toSorted(byUser)
    .map((each) => [
      ...accounts.cell(each),
      each.username,
      each.access_key_id,
      each.back_to_key_id,
      localDay(each.undone),
    ]);
  const [only, second] = left;
  const one =
    second === undefined && only !== undefined
      ? ` ${shellWords(flagWords('--user', only.username))}`
      : '';
  return [
    page.wrap(
      '',
      `Keys${accounts.words} that an undo may have left Active, because something may use them`,
    ),
    page.table([...accounts.head, 'USER', 'KEY', 'BACK TO', 'UNDONE'], rows),
    page.withCommand('What uses them, and from when on each may go:', `${keysCommand}${one}`),
  ].join('\n');
}

function openSection(
  {
    state_dir: stateDir,
    open,
    rowsMax,
  }: Pick<StatusReport, 'state_dir'> & { readonly open: OpenRotation[]; readonly rowsMax: number },
  recoverCommand: string,
  page: Page,
): string {
  return [
    page.wrap('', `Open rotations in ${stateDir}`),
    page.table(
      ['ACCOUNT', 'USER', 'PHASE', 'OLD KEY', 'NEW KEY', 'SINCE', 'AGE'],
      open.map((each) => [
        each.account_id,
        each.username,
        each.phase,
        each.old_key_id,
        each.new_key_id ?? each.orphan_key_id ?? '-',
        each.begun.replace(/\.\d+Z$/, 'Z'),
        age(each.age_days),
      ]),
    ),
    ...(open.every((each) => each.needs_configuration)
      ? []
      : [
          page.withCommand(
            'The next run of rotate-iam-keys or keyturn apply finishes or undoes them; this does only that:',
            recoverCommand,
          ),
        ]),
    ...open.slice(0, rowsMax).flatMap((each) => waitLines(each, recoverCommand, page)),
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
  const text = `Whether AWS made a key for ${username} is not on record. This asks AWS, and names the key if there is one:`;
  return ['', page.withCommand(text, `${recoverCommand} --dry-run`)];
}
