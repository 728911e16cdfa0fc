// Figures as markdown, and their place in docs/performance.md.

import { availableParallelism, totalmem } from 'node:os';
import { ScriptError } from '../scripts/support/script-error.ts';
import { type Figures, type ScenarioResult, title } from './scenario.ts';
import type { StartUp } from './start-up.ts';

const BEGIN = '<!-- figures: written by npm run bench -- --write -->';
const END = '<!-- end of figures -->';

export function renderMarkdown(
  scenarios: readonly ScenarioResult[],
  startUps: readonly StartUp[],
): string {
  return [
    `Machine: ${machine()}.`,
    ...scenarios.map(scenarioTable),
    '### Start-up without AWS',
    startUpTable(startUps),
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

function machine(): string {
  const gigabytes = Math.round(totalmem() / 1e9);
  return `${availableParallelism()} cores, ${gigabytes} GB, Node ${process.version}, ${process.platform}`;
}

function scenarioTable(result: ScenarioResult): string {
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
