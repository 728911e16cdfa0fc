// Amazon SNS over the SDK. Only open-messengers.ts imports this file, when a message goes to a topic.

import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { Topics } from '../base/aws-messengers.ts';
import { readOptions, type ServiceSetup, serviceConfig, serviceFailure } from './service-client.ts';

/** One order for all: messages of keyturn are few. */
const GROUP = 'keyturn';

export function openTopics(setup: ServiceSetup): Topics {
  const client = new SNSClient(serviceConfig(setup));
  return {
    publish: async (arn, { id, subject, text, attributes }) => {
      const command = new PublishCommand({
        TopicArn: arn,
        Subject: subject,
        Message: text,
        MessageAttributes: Object.fromEntries(
          Object.entries(attributes).map(([name, words]) => [
            name,
            { DataType: 'String.Array', StringValue: JSON.stringify(words) },
          ]),
        ),
        ...(arn.endsWith('.fifo') && { MessageGroupId: GROUP, MessageDeduplicationId: id }),
      });
      try {
        await client.send(command, readOptions(setup));
      } catch (thrown) {
        throw serviceFailure(thrown, 'sns:Publish', setup);
      }
    },
  };
}
