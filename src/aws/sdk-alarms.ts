// Alarms of CloudWatch over the SDK. Only caller-services.ts imports this file, when somebody watches one.

import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import type { AlarmReader, AlarmState } from '../base/aws-stores.ts';
import { KeyturnError } from '../base/errors.ts';
import { readOptions, type ServiceSetup, serviceConfig, serviceFailure } from './service-client.ts';

export function openAlarmReader(setup: ServiceSetup): AlarmReader {
  const client = new CloudWatchClient(serviceConfig(setup));
  return {
    read: async (name) => {
      let found: readonly { StateValue?: string; StateReason?: string }[];
      try {
        const command = new DescribeAlarmsCommand({
          AlarmNames: [name],
          // Left out, alarms made of alarms are not told.
          AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
        });
        const answer = await client.send(command, readOptions(setup));
        found = [...(answer.MetricAlarms ?? []), ...(answer.CompositeAlarms ?? [])];
      } catch (thrown) {
        throw serviceFailure(thrown, 'cloudwatch:DescribeAlarms', setup);
      }
      const [alarm] = found;
      if (alarm !== undefined && isState(alarm.StateValue)) {
        return { state: alarm.StateValue, reason: alarm.StateReason };
      }
      const { account, settings } = setup;
      throw new KeyturnError(
        'not-deliverable',
        `account ${account} has no alarm ${name} in region ${settings.region}`,
        { hint: 'check the name, and write "region:" beside it where it is in another one' },
      );
    },
  };
}

function isState(value: string | undefined): value is AlarmState['state'] {
  return value === 'OK' || value === 'ALARM' || value === 'INSUFFICIENT_DATA';
}
