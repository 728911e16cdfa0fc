// Metrics in the text format of Prometheus, for the textfile collector of the node exporter; and what an earlier
// run wrote there, read back. Samples carry no time: the collector drops a file that has one.

import {
  AGE_BOUNDS_S,
  type Ages,
  FAMILIES,
  type Family,
  type FamilyName,
  type LabelName,
  type Labels,
  type Sample,
} from './families.ts';

const NAMES = Object.keys(FAMILIES) as FamilyName[];

/** Every family with its help and its type, also one without a series; always in the same order. */
export function prometheusText(samples: readonly Sample[]): string {
  const lines: string[] = [];
  for (const name of NAMES) {
    const family: Family = FAMILIES[name];
    const own = samples.filter((sample) => sample.family === name);
    lines.push(`# HELP ${family.name} ${family.help}`, `# TYPE ${family.name} ${family.type}`);
    lines.push(...own.flatMap((sample) => linesOf(family, sample)));
  }
  return `${lines.join('\n')}\n`;
}

function linesOf(family: Family, sample: Sample): readonly string[] {
  const { name } = family;
  const label = labelText(family, sample.labels);
  if ('value' in sample) return [`${name}${label([])} ${numberText(sample.value)}`];
  const { counts, sum } = sample.ages;
  let below = 0;
  const buckets = counts.map((count, index) => {
    below += count;
    const bound = AGE_BOUNDS_S[index];
    return `${name}_bucket${label([['le', bound === undefined ? '+Inf' : numberText(bound)]])} ${below}`;
  });
  return [
    ...buckets,
    `${name}_sum${label([])} ${numberText(sum)}`,
    `${name}_count${label([])} ${below}`,
  ];
}

function labelText({ labels: order }: Family, labels: Labels) {
  return (more: readonly (readonly [string, string])[]): string => {
    const all = [...order.map((name) => [name, labels[name] ?? ''] as const), ...more];
    if (all.length === 0) return '';
    return `{${all.map(([name, value]) => `${name}="${escaped(value)}"`).join(',')}}`;
  };
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

/** Whole numbers up to 2^53 stay digits; Prometheus reads both forms. */
function numberText(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Math.round(value * 1000) / 1000);
}

const LINE = /^([a-z_]+)(?:\{([^}]*)\})? ([\d.e+-]+)$/;

/**
 * The series of such a text. What does not look like one of ours is left out: the file is written anew, and only
 * what an earlier run of this or another version told of its accounts is taken over.
 */
export function samplesIn(text: string): readonly Sample[] {
  const samples: Sample[] = [];
  const ages = new Map<string, { labels: Labels; below: number[]; sum: number }>();
  for (const line of text.split('\n')) {
    const [, name = '', labelsText = '', value = ''] = LINE.exec(line) ?? [];
    const number = Number(value);
    if (name === '' || !Number.isFinite(number)) continue;
    const labels = labelsIn(labelsText);
    const plain = NAMES.find((each) => FAMILIES[each].name === name);
    if (plain !== undefined && FAMILIES[plain].type === 'gauge') {
      samples.push({ family: plain, labels: ownLabels(plain, labels), value: number });
      continue;
    }
    const [, part] = /^keyturn_key_age_seconds_(bucket|sum)$/.exec(name) ?? [];
    if (part === undefined) continue;
    const account = labels.get('account') ?? '';
    const found = ages.get(account) ?? { labels: { account }, below: [], sum: 0 };
    ages.set(account, found);
    if (part === 'sum') found.sum = number;
    else found.below.push(number);
  }
  for (const { labels, below, sum } of ages.values()) {
    if (below.length !== AGE_BOUNDS_S.length + 1) continue;
    samples.push({ family: 'ages', labels, ages: { counts: eachAlone(below), sum } });
  }
  return samples;
}

function eachAlone(below: readonly number[]): Ages['counts'] {
  return below.map((count, index) => Math.max(0, count - (below[index - 1] ?? 0)));
}

function labelsIn(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [, name = '', value = ''] of text.matchAll(/([a-z_]+)="([^"\\]*)"/g)) {
    found.set(name, value);
  }
  return found;
}

function ownLabels(family: FamilyName, labels: ReadonlyMap<string, string>): Labels {
  const names: readonly LabelName[] = FAMILIES[family].labels;
  return Object.fromEntries(names.map((name) => [name, labels.get(name) ?? '']));
}
