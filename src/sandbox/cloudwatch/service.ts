// Alarms of CloudWatch: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/

import { optionalString, stringList } from '../json-input.ts';
import type { Call, JsonService, Operation, Resource } from '../operation.ts';
import type { ResultFields } from '../result.ts';

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

export interface Alarm {
  readonly name: string;
  readonly state: AlarmState;
  readonly reason: string;
}

/** Where an alarm of that name is kept among those of the account. */
export function alarmPlace(region: string, name: string): string {
  return `${region} ${name}`;
}

const operations: Readonly<Record<string, Operation>> = {
  DescribeAlarms: { access: 'read', resource: alarmNamed, run: describeAlarms },
};

/** The one that is named, of which AWS asks whether it may be read. */
function alarmNamed({ account, caller, ...call }: Call): Resource {
  const [name = '*'] = stringList({ ...call, account, caller }, 'AlarmNames') ?? [];
  return {
    arn: `arn:${account.partition}:cloudwatch:${caller.region}:${account.id}:alarm:${name}`,
  };
}

/** Those that are named, or whose names begin so; all of the region where nothing is said. */
function describeAlarms(call: Call): ResultFields {
  const names = stringList(call, 'AlarmNames');
  const prefix = optionalString(call, 'AlarmNamePrefix') ?? '';
  const { account, caller } = call;
  const own = alarmPlace(caller.region, '');
  const alarms = [...account.alarms]
    .filter(([place]) => place.startsWith(own))
    .map(([, alarm]) => alarm)
    .filter(({ name }) => names?.includes(name) ?? name.startsWith(prefix));
  return {
    CompositeAlarms: [],
    MetricAlarms: alarms.map(({ name, state, reason }) => ({
      AlarmName: name,
      AlarmArn: `arn:${account.partition}:cloudwatch:${caller.region}:${account.id}:alarm:${name}`,
      StateValue: state,
      StateReason: reason,
      ActionsEnabled: true,
    })),
  };
}

export const cloudWatch: JsonService = {
  protocol: 'json',
  name: 'monitoring',
  actionPrefix: 'cloudwatch',
  target: 'GraniteServiceVersion20100801',
  refusals: {
    AccessDenied: { code: 'AccessDenied' },
    Throttling: { code: 'Throttling' },
    ServiceFailure: { code: 'InternalServiceFault' },
  },
  operations,
};
