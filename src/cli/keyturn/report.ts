// `keyturn report`: everything that is to be told of the keys of one account or several, as a page, as data, for a
// spreadsheet or for the summary of a job.

import { extname } from 'node:path';
import { openState } from '../../app/open-state.ts';
import type { KeyReportFacts } from '../../app/report/build-key-report.ts';
import type { ReadReportOptions } from '../../app/report/read-report.ts';
import type { ReportFormat } from '../../app/report/report-file.ts';
import { MS_PER_DAY } from '../../base/clock.ts';
import { KeyturnError } from '../../base/errors.ts';
import { command } from '../../base/hint.ts';
import { printable, printableJson } from '../../base/printable.ts';
import { shellWords } from '../../base/shell-words.ts';
import type { KeyReport } from '../../reports/key-report/document.ts';
import { selectionOf } from '../flags/account-flags.ts';
import { isAskedFor, parseFlags } from '../flags/argv.ts';
import { askedConfig } from '../flags/config-flag.ts';
import { helpWidth } from '../flags/help.ts';
import { entranceWords, flagWords, whereaboutWords } from '../flags/later-command.ts';
import { sameReach } from '../flags/same-reach.ts';
import { absolute, regionOf, stateDirectory, stateVariable } from '../flags/surroundings.ts';
import type { Host } from '../host.ts';
import { DEFAULTS } from '../rotate/flags.ts';
import type { Session } from '../run.ts';
import { inRunShell } from '../run-shell.ts';
import { readingShell } from './reading-shell.ts';
import {
  REPORT_FLAGS,
  type ReportValues,
  reportHelp,
  SINCE_DAYS,
  UNUSED_DAYS,
} from './report-flags.ts';

export async function runReport(session: Session, args: readonly string[]): Promise<number> {
  const { host } = session;
  if (isAskedFor(REPORT_FLAGS, args, 'help')) {
    await host.stdout.write(reportHelp(helpWidth(host.stdout)));
    return 0;
  }
  const values = parseFlags(REPORT_FLAGS, args);
  const format = formatOf(values, host);
  const settled = await settle(values, host);
  const path = values.output === undefined ? undefined : absolute(values.output, host);
  if (path !== undefined) {
    const { assertReportFits } = await import('../../app/report/report-file.ts');
    await assertReportFits(path, format);
  }
  const shell = readingShell(values, host);
  return await inRunShell(session, shell, async ({ log, signal, print }) => {
    const { clock, env } = host;
    const { options } = settled;
    const reach = { ...options, clock, env, emit: log.emit, signal };
    const state = await openState(settled.state, reach);
    const { readReport } = await import('../../app/report/read-report.ts');
    const { buildKeyReport } = await import('../../app/report/build-key-report.ts');
    const context = { clock, emit: log.emit, signal, env, state };
    const read = await readReport(options, context);
    const report = buildKeyReport(read, {
      ...{ ...settled.facts, since: options.since, daysThreshold: options.daysThreshold },
      ...{ now: clock.now(), state: state.where, config: options.config },
    });
    const text = await rendered(report, format);
    if (path === undefined) await print(text);
    else {
      const { writeReport } = await import('../../app/report/report-file.ts');
      await writeReport(path, text, format);
      await print(await writtenWords(report, values.output ?? path));
    }
    const isWhole =
      read.failures.length === 0 &&
      read.accounts.every(({ listed }) => listed.unreadable.length === 0);
    return isWhole ? 0 : 1;
  });
}

async function rendered(report: KeyReport, format: ReportFormat): Promise<string> {
  switch (format) {
    case 'json':
      return `${printableJson(report, 2)}\n`;
    case 'csv':
      return (await import('../../reports/key-report/csv.ts')).renderCsv(report);
    case 'md':
      return (await import('../../reports/key-report/report-markdown.ts')).renderMarkdown(report);
    case 'html':
      return (await import('../../reports/key-report/html/page.ts')).renderHtml(report);
  }
}

async function writtenWords(report: KeyReport, shown: string): Promise<string> {
  const { verdictOf } = await import('../../reports/key-report/report-words.ts');
  return printable(`${shown}: ${verdictOf(report).text}`).concat('\n');
}

const BY_NAME: Readonly<Record<string, ReportFormat>> = {
  '.html': 'html',
  '.htm': 'html',
  '.json': 'json',
  '.csv': 'csv',
  '.md': 'md',
};

/** Throws `conflicting-flags`, and `bad-value` for a page that would go to a terminal. */
function formatOf({ format, json, output }: ReportValues, { stdout }: Host): ReportFormat {
  if (json === true && format !== undefined && format !== 'json') {
    throw new KeyturnError(
      'conflicting-flags',
      `--json and --format ${format} contradict each other`,
      {
        hint: 'keep one of them',
      },
    );
  }
  const named = output === undefined ? undefined : BY_NAME[extname(output).toLowerCase()];
  const settled = json === true ? 'json' : (format ?? named ?? 'html');
  if (settled === 'html' && output === undefined && stdout.isTerminal) {
    throw new KeyturnError('bad-value', 'a page is no use on a terminal: no file is named', {
      hint: ['name one:', command('keyturn', 'report', '-o', 'report.html')],
    });
  }
  return settled;
}

interface Settled {
  readonly options: ReadReportOptions;
  readonly facts: Pick<KeyReportFacts, 'unusedDays' | 'reach' | 'commands'>;
  /** Where the state is kept. */
  readonly state: string;
}

/** Throws what a configuration throws, and `conflicting-flags`. */
async function settle(values: ReportValues, host: Host): Promise<Settled> {
  const { profile, region = regionOf(host.env), daysThreshold, unused = UNUSED_DAYS } = values;
  const { since = { days: SINCE_DAYS }, inventory = 'auto' } = values;
  const { ids = false, maxParallel = DEFAULTS.maxParallel } = values;
  const now = host.clock.now();
  const configured = await withConfig(values, host, now);
  const accounts = configured === undefined ? selectionOf(values) : configured.accounts;
  return {
    state: configured?.state ?? stateDirectory(values.stateDir, host),
    options: {
      ...{ accounts, profile, region, maxParallel, inventory, withIds: ids },
      daysThreshold: configured?.daysThreshold ?? daysThreshold ?? DEFAULTS.daysThreshold,
      since: 'at' in since ? since.at : new Date(now.getTime() - since.days * MS_PER_DAY),
      config: configured?.config,
      overrides: configured?.overrides,
      accountFacts: configured?.accountFacts,
    },
    facts: {
      unusedDays: unused,
      reach: (account) => sameReach(values, accounts === undefined ? undefined : account),
      commands: commandsOf(values, configured?.shown),
    },
  };
}

/** The configuration, and what it says of accounts and state; undefined where nobody named one. */
async function withConfig(values: ReportValues, host: Host, now: Date) {
  const file = askedConfig(values.config, host);
  if (file === undefined) return undefined;
  const { loadConfig } = await import('../../app/config/config-file.ts');
  const { reportedConfig } = await import('../../app/report/reported-config.ts');
  const config = await loadConfig(file, now);
  const { daysThreshold, organization, accounts, roleName, externalId } = values;
  const isGiven = organization !== undefined || accounts !== undefined;
  const reported = reportedConfig(config, {
    overrides: daysThreshold === undefined ? {} : { days_threshold: daysThreshold },
    accounts: {
      given: isGiven ? selectionOf(values) : undefined,
      excluded: values.excludeAccounts ?? [],
      ...{ roleName, externalId },
    },
  });
  const { state } = config.model;
  const isStateSaid = values.stateDir !== undefined || Boolean(stateVariable(host.env));
  const place = isStateSaid || state === undefined ? undefined : stateDirectory(state, host);
  return { ...reported, config, state: place, shown: file.shown };
}

/** Commands about the same accounts and the same state. */
function commandsOf(values: ReportValues, config: string | undefined): KeyReportFacts['commands'] {
  const { organization, accounts, excludeAccounts, daysThreshold } = values;
  const reach = [
    ...(organization === true ? ['--organization'] : []),
    ...flagWords('accounts', accounts?.join(',')),
    ...flagWords('exclude-accounts', excludeAccounts?.join(',')),
    ...entranceWords(values),
  ];
  const where = whereaboutWords(values);
  const days = flagWords('days-threshold', daysThreshold?.toString());
  const lookFirst =
    config === undefined
      ? ['rotate-iam-keys', '--dry-run', ...days, ...reach, ...where]
      : ['keyturn', 'plan', ...flagWords('config', config), ...where];
  return {
    lookFirst: shellWords(lookFirst),
    keys: (...words) => shellWords(['keyturn', 'keys', ...words, ...days, ...reach, ...where]),
  };
}
