// Microsoft Teams, by the trigger of a workflow, "When a Teams webhook request is received": an Adaptive Card. Its
// texts are runs, in which nothing is taken for a link or for emphasis.

import { Secret } from '../../../base/secret.ts';
import { fitted, footer, itemLine, itemNotes, type Message, moreLine } from '../message.ts';
import type { Channel, ChannelSurroundings } from './channel.ts';
import { postTo } from './hook-url.ts';

/** A workflow takes 28 kB at most, and some senders have found less. */
const BYTES_MAX = 20_000;

export function teamsChannel(
  { name, reference }: { readonly name: string; readonly reference: string },
  { http, credentials }: ChannelSurroundings,
): Channel {
  return {
    name,
    kind: 'teams',
    writesToOwners: false,
    send: async (message) => {
      const url = await credentials.resolve(reference);
      const json = new Secret(JSON.stringify(teamsBody(message)));
      await postTo({ http, channel: `the channel ${name}`, url, json });
    },
  };
}

export function teamsBody(message: Message): object {
  return fitted(message, bodyOf, (body) => Buffer.byteLength(JSON.stringify(body)) <= BYTES_MAX);
}

function bodyOf(message: Message, more: number): object {
  const text = (words: string, more_: object = {}) => ({
    type: 'RichTextBlock',
    inlines: [{ type: 'TextRun', text: words, ...more_ }],
  });
  const content = {
    type: 'AdaptiveCard',
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    version: '1.4',
    body: [
      text(message.subject, { size: 'Medium', weight: 'Bolder' }),
      ...message.sections.flatMap(({ title, items }) => [
        text(title, { weight: 'Bolder' }),
        ...items.flatMap((item) => [
          text(`• ${itemLine(item)}`),
          ...itemNotes(item).map((note) => text(note, { isSubtle: true })),
        ]),
      ]),
      ...(more > 0 ? [text(moreLine(more))] : []),
      text(footer(message), { isSubtle: true, size: 'Small' }),
    ],
  };
  const contentType = 'application/vnd.microsoft.card.adaptive';
  return { type: 'message', attachments: [{ contentType, contentUrl: null, content }] };
}
