// Metrics as OTLP has them in JSON: names in lower camel case, enums as numbers, 64-bit integers as texts. Every
// point is of the same moment.

import {
  AGE_BOUNDS_S,
  FAMILIES,
  type Family,
  type FamilyName,
  type Labels,
  type Sample,
} from './families.ts';

/** The names of our labels among the attributes of OpenTelemetry, where those are others. */
const ATTRIBUTES: Readonly<Record<string, string>> = { account: 'cloud.account.id' };

/** CUMULATIVE: the point tells all that there is, and not what came since. */
const CUMULATIVE = 2;

export interface OtlpResource {
  /** Besides service.name and service.version. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly version: string;
}

export function otlpPayload(samples: readonly Sample[], resource: OtlpResource, at: Date): object {
  const time = `${BigInt(at.getTime()) * 1_000_000n}`;
  const names = Object.keys(FAMILIES) as FamilyName[];
  const metrics = names.flatMap((name) => {
    const own = samples.filter(({ family }) => family === name);
    return own.length === 0 ? [] : [metricOf(FAMILIES[name], own, time)];
  });
  const all = {
    'service.name': 'keyturn',
    'service.version': resource.version,
    'cloud.provider': 'aws',
    ...resource.attributes,
  };
  const scope = { name: 'keyturn', version: resource.version };
  const attributes = attributesOf(all);
  return { resourceMetrics: [{ resource: { attributes }, scopeMetrics: [{ scope, metrics }] }] };
}

function metricOf({ otel, help, type }: Family, samples: readonly Sample[], time: string): object {
  const about = { name: otel.name, description: help, unit: otel.unit };
  const dataPoints = samples.map((sample) => pointOf(sample, time));
  if (type === 'gauge') return { ...about, gauge: { dataPoints } };
  return { ...about, histogram: { aggregationTemporality: CUMULATIVE, dataPoints } };
}

function pointOf(sample: Sample, timeUnixNano: string): object {
  const attributes = attributesOf(renamed(sample.labels));
  if ('value' in sample) return { attributes, timeUnixNano, asDouble: sample.value };
  const { counts, sum } = sample.ages;
  return {
    ...{ attributes, timeUnixNano, startTimeUnixNano: timeUnixNano, sum },
    count: String(counts.reduce((all, count) => all + count, 0)),
    bucketCounts: counts.map(String),
    explicitBounds: AGE_BOUNDS_S,
  };
}

function renamed(labels: Labels): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(labels).map(([name, value]) => [ATTRIBUTES[name] ?? name, value]),
  );
}

function attributesOf(all: Readonly<Record<string, string>>): readonly object[] {
  return Object.entries(all).map(([key, value]) => ({ key, value: { stringValue: value } }));
}
