// What IAM policies are made of.

export const PARTITIONS = ['aws', 'aws-us-gov', 'aws-cn'] as const;

export type Partition = (typeof PARTITIONS)[number];

export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly PolicyStatement[];
}

export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Conditions;
}

/** By operator, then by key. */
export type Conditions = Readonly<
  Record<string, Readonly<Record<string, string | readonly string[]>>>
>;

/** The trust policy of a role: who may take it on. */
export interface TrustDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly [
    {
      readonly Sid: string;
      readonly Effect: 'Allow';
      readonly Principal: { readonly AWS: string };
      readonly Action: readonly string[];
      readonly Condition?: Conditions;
    },
  ];
}

export function documentOf(statements: readonly PolicyStatement[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: merged(statements) };
}

/** Those about the same things, under the same conditions, in one; nothing is named twice. */
function merged(statements: readonly PolicyStatement[]): readonly PolicyStatement[] {
  const known = new Map<string, PolicyStatement>();
  for (const each of statements) {
    const name = JSON.stringify([each.Sid, each.Resource, each.Condition]);
    const actions = new Set([...(known.get(name)?.Action ?? []), ...each.Action]);
    known.set(name, { ...each, Action: [...actions] });
  }
  const bySid = new Map<string, PolicyStatement>();
  for (const each of known.values()) {
    const name = JSON.stringify([each.Sid, each.Action, each.Condition]);
    const resources = new Set([bySid.get(name)?.Resource ?? [], each.Resource].flat(2));
    const [first, ...others] = resources;
    const Resource = others.length === 0 ? (first ?? '*') : [...resources];
    bySid.set(name, { ...each, Resource });
  }
  return numbered([...bySid.values()]);
}

/** A statement's name is there once. */
function numbered(statements: readonly PolicyStatement[]): readonly PolicyStatement[] {
  const seen = new Map<string, number>();
  return statements.map((each) => {
    const count = (seen.get(each.Sid) ?? 0) + 1;
    seen.set(each.Sid, count);
    return count === 1 ? each : { ...each, Sid: `${each.Sid}${count}` };
  });
}

/** Where something is, as far as a command line tells: `*` stands for what it does not. */
export interface Whereabouts {
  readonly partition: Partition;
  readonly account: string;
  readonly region: string;
}

export function arn(
  service: string,
  { partition, region, account }: Whereabouts,
  rest: string,
): string {
  return `arn:${partition}:${service}:${region}:${account}:${rest}`;
}
