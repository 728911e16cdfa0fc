// Figures as markdown, and their place in docs/performance.md.

import { ScriptError } from '../scripts/support/script-error.ts';
import { type Growth, growthTable } from './growth-users.ts';
import { machine } from './machine.ts';
import type { OneKeyFigures, OneKeyResult } from './one-key.ts';
import { type ComparisonResult, type Figures, type ScenarioResult, title } from './scenario.ts';
import type { StartUp } from './start-up.ts';

const BEGIN = '<!-- figures: written by npm run bench -- --write -->';
const END = '<!-- end of figures -->';

export interface Findings {
  readonly oneKey: OneKeyResult;
  readonly comparisons: readonly ComparisonResult[];
  /** Without a limit of calls a second. */
  readonly large: readonly ScenarioResult[];
  readonly limited: readonly ScenarioResult[];
  readonly growth: Growth;
  readonly startUps: readonly StartUp[];
}

export function renderMarkdown(findings: Findings): string {
  const { oneKey, comparisons, large, limited, growth, startUps } = findings;
  return [
    `Machine: ${machine()}.`,
    oneKeyTable(oneKey),
    ...comparisons.map(comparisonTable),
    ...large.map(largeTable),
    ...limited.map(limitedTable),
    '### Growth with the users of an account',
    'One user in a hundred is due. The same figures: [growth-users.json](performance/growth-users.json).',
    '![Calls, seconds, CPU and memory against users](performance/growth-users.svg)',
    growthSection(growth),
    '### Start-up without AWS',
    startUpTable(startUps),
  ].join('\n\n');
}

function growthSection(growth: Growth): string {
  const columns = ['calls', 'seconds', 'CPU s', 'memory'];
  const head = ['users', 'due', ...columns, ...columns.map((name) => `scan: ${name}`)];
  return table(head, growthTable(growth));
}

/** What a due key may cost, and what a run may cost beside its due keys. */
const CALLS_PER_DUE_KEY = 7;
const CALLS_BESIDE = 12;

function largeTable({ scenario, keyturn }: ScenarioResult): string {
  const { due, latencyMs, keyLagSeconds } = scenario;
  const allowed = due * CALLS_PER_DUE_KEY + CALLS_BESIDE;
  return [
    `### ${title(scenario)}, through the credential report`,
    `Latency ${latencyMs} ms per call; a new key is refused for ${keyLagSeconds} s; AWS takes 2 s to ` +
      `make the report. ${CALLS_PER_DUE_KEY} calls per due key and ${CALLS_BESIDE} more would be ${allowed}.`,
    table(
      ['', 'calls', 'seconds', 'CPU seconds', 'peak memory'],
      [row('`rotate-iam-keys`', keyturn)],
    ),
  ].join('\n\n');
}

function limitedTable({ scenario, keyturn }: ScenarioResult): string {
  const { latencyMs, keyLagSeconds, limit = { perSecond: 1, burst: 0 } } = scenario;
  const ideal = (keyturn.calls - keyturn.throttledCalls - limit.burst) / limit.perSecond;
  return [
    `### ${title(scenario)}, AWS takes ${limit.perSecond} calls a second and ${limit.burst} at once`,
    `No credential report. Latency ${latencyMs} ms per call; a new key is refused for ${keyLagSeconds} s. ` +
      'Ideal is what the bucket alone takes for the calls that it let pass; nothing failed.',
    table(
      ['', 'calls', 'of these throttled', 'seconds', 'CPU seconds'],
      [
        [
          '`rotate-iam-keys`',
          String(keyturn.calls),
          String(keyturn.throttledCalls),
          keyturn.seconds.toFixed(1),
          keyturn.cpuSeconds.toFixed(1),
        ],
        ['ideal', '', '', ideal.toFixed(1), ''],
        ['`rotate-iam-keys` / ideal', '', '', ratio(keyturn.seconds, ideal), ''],
      ],
    ),
  ].join('\n\n');
}

function oneKeyTable({ scenario, keyctl, plain }: OneKeyResult): string {
  const { latencyMs, keyLagSeconds } = scenario;
  const line = (name: string, { calls, probes, seconds, cpuSeconds }: OneKeyFigures) => [
    name,
    String(calls),
    String(probes),
    seconds.toFixed(1),
    cpuSeconds.toFixed(2),
  ];
  return [
    '### One key of a credentials file',
    `Latency ${latencyMs} ms per call; a new key is refused for ${keyLagSeconds} s. The plain sequence is that ` +
      'of aws-rotate-key, played by a script of the bench: it writes the file at once and makes the old key ' +
      'Inactive right after.',
    table(
      ['', 'calls', 'asks whether the key works', 'seconds', 'CPU seconds'],
      [
        line('`keyctl PROFILE`', keyctl),
        line('plain sequence', plain),
        [
          '`keyctl PROFILE` / plain',
          ratio(keyctl.calls, plain.calls),
          '',
          ratio(keyctl.seconds, plain.seconds),
          ratio(keyctl.cpuSeconds, plain.cpuSeconds),
        ],
      ],
    ),
    `Of the seconds of \`keyctl PROFILE\`, ${keyLagSeconds} are AWS's. After the plain sequence a reader of the ` +
      `file is refused for about ${keyLagSeconds} s, with neither key working; after keyctl's, never.`,
  ].join('\n\n');
}

/** The document with new figures between its markers. */
export function withFigures(document: string, figures: string): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin === -1 || end < begin) {
    throw new ScriptError('the document has no place for figures between its two markers');
  }
  return `${document.slice(0, begin + BEGIN.length)}\n\n${figures}\n\n${document.slice(end)}`;
}

function comparisonTable(result: ComparisonResult): string {
  const { scenario, keyturn, baseline, baselineExtrapolatedKeys: extrapolated } = result;
  const { latencyMs, keyLagSeconds, sleepMs, due } = scenario;
  const measuredKeys = due - extrapolated;
  const label = extrapolated === 0 ? 'one by one' : 'one by one (extrapolated)';
  const notes =
    extrapolated === 0
      ? []
      : [
          `One by one, ${measuredKeys} of the ${due} keys were rotated and measured; calls, seconds and ` +
            'CPU of the others are extrapolated linearly from those. Memory is as measured.',
        ];
  return [
    `### ${title(scenario)}`,
    `Latency ${latencyMs} ms per call; a new key is refused for ${keyLagSeconds} s; the one-by-one ` +
      `way sleeps ${sleepMs / 1000} s per key.`,
    table(
      ['', 'calls', 'seconds', 'CPU seconds', 'peak memory'],
      [
        row('`rotate-iam-keys`', keyturn),
        row(label, baseline),
        [
          `${label} / \`rotate-iam-keys\``,
          ratio(baseline.calls, keyturn.calls),
          ratio(baseline.seconds, keyturn.seconds),
          ratio(baseline.cpuSeconds, keyturn.cpuSeconds),
          ratio(baseline.peakMegabytes, keyturn.peakMegabytes),
        ],
      ],
    ),
    ...notes,
    `The practice AWS, a process of its own and not counted above, used ` +
      `${keyturn.sandboxCpuSeconds.toFixed(1)} s of CPU beside \`rotate-iam-keys\`.`,
  ].join('\n\n');
}

function row(name: string, figures: Figures): string[] {
  return [
    name,
    String(figures.calls),
    figures.seconds.toFixed(1),
    figures.cpuSeconds.toFixed(1),
    `${figures.peakMegabytes.toFixed(0)} MB`,
  ];
}

function startUpTable(startUps: readonly StartUp[]): string {
  return table(
    ['', 'median', 'ratio'],
    startUps.map(({ title: name, medianMs, ratio: times }) => [
      name,
      `${medianMs.toFixed(0)} ms`,
      times.toFixed(2),
    ]),
  );
}

function ratio(one: number, other: number): string {
  const value = one / other;
  return `${value.toFixed(value < 10 ? 2 : 0)} x`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, index) => (index === 0 ? '---' : '---:'));
  return [head, rule, ...rows].map(line).join('\n');
}
