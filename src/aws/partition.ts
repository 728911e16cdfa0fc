// Partitions: worlds of AWS that know nothing of each other. An ARN says which one it belongs to.

/** Where AWS Organizations lives: one region for a whole partition (its API reference, "Endpoints"). */
const ORGANIZATIONS_REGIONS: ReadonlyMap<string, string> = new Map([
  ['aws', 'us-east-1'],
  ['aws-cn', 'cn-northwest-1'],
  ['aws-us-gov', 'us-gov-west-1'],
]);

/** `arn:aws-cn:sts::…` is of partition `aws-cn`. */
export function partitionOf(arn: string): string {
  return arn.split(':')[1] ?? 'aws';
}

/** Undefined for a partition that we know nothing about. */
export function organizationsRegion(partition: string): string | undefined {
  return ORGANIZATIONS_REGIONS.get(partition);
}
