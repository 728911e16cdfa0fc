// Which regions exist, as far as a credential scope can tell: by the shape of their names.

import type { Partition } from './model.ts';

const COMMERCIAL =
  /^(us|eu|ap|sa|ca|me|af|il|mx)-(north|south|east|west|central|northeast|northwest|southeast|southwest)-[1-9]$/;
const GOVCLOUD = /^us-gov-(east|west)-1$/;
const CHINA = /^cn-(north|northwest)-1$/;

/** The partition of a region; undefined for a region that AWS does not have. */
export function partitionOf(region: string): Partition | undefined {
  if (GOVCLOUD.test(region)) return 'aws-us-gov';
  if (CHINA.test(region)) return 'aws-cn';
  return COMMERCIAL.test(region) ? 'aws' : undefined;
}

/** The region where IAM of a partition lives and where its calls are counted as used. */
export function homeRegion(partition: Partition): string {
  if (partition === 'aws-us-gov') return 'us-gov-west-1';
  return partition === 'aws-cn' ? 'cn-north-1' : 'us-east-1';
}
