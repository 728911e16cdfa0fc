// A topic of Amazon SNS: the message as text, with attributes by which subscriptions can filter.

import { fitted, type Message, moreLine, plainText } from '../message.ts';
import type { Channel, ChannelSurroundings } from './channel.ts';

/** Of a message of SNS, with room for its attributes. */
const BYTES_MAX = 200_000;
const SUBJECT_MAX = 99;

export function topicChannel(
  { name, arn }: { readonly name: string; readonly arn: string },
  { topics }: ChannelSurroundings,
): Channel {
  return {
    name,
    kind: 'sns',
    writesToOwners: false,
    send: async (message) => {
      const topic = await topics(arn.split(':')[3] ?? '');
      await topic.publish(arn, {
        id: message.id,
        subject: asciiOf(message.subject),
        text: textOf(message),
        attributes: { kinds: [...new Set(kindsOf(message))] },
      });
    },
  };
}

function textOf(message: Message): string {
  return fitted(
    message,
    (cut, more) => `${plainText(cut)}${more > 0 ? `\n${moreLine(more)}` : ''}\n`,
    (text) => Buffer.byteLength(text) <= BYTES_MAX,
  );
}

/** A subject of SNS is ASCII, begins with a letter or a digit and has no line break. */
function asciiOf(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, SUBJECT_MAX);
}

function kindsOf({ sections }: Message): readonly string[] {
  return sections.flatMap(({ items }) =>
    items.map(({ kind, why }) => (why === 'over' ? 'over' : kind)),
  );
}
