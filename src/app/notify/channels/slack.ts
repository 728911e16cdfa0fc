// Slack, and whatever takes what Slack takes: Mattermost, Rocket.Chat, Discord's `/slack` addresses. The text holds
// all of it for those who know no blocks, and for notifications and screen readers.

import { Secret } from '../../../base/secret.ts';
import { fitted, footer, itemLine, itemNotes, type Message, moreLine } from '../message.ts';
import type { Channel, ChannelSurroundings } from './channel.ts';
import { postTo } from './hook-url.ts';

/** Slack refuses longer sections, and messages whose blocks are longer together. */
const SECTION_MAX = 2_900;
const BLOCKS_MAX = 11_000;
const TEXT_MAX = 3_500;

export function slackChannel(
  { name, reference }: { readonly name: string; readonly reference: string },
  { http, credentials }: ChannelSurroundings,
): Channel {
  return {
    name,
    kind: 'slack',
    writesToOwners: false,
    send: async (message) => {
      const url = await credentials.resolve(reference);
      const json = new Secret(JSON.stringify(slackBody(message)));
      await postTo({ http, channel: `the channel ${name}`, url, json });
    },
  };
}

export function slackBody(message: Message): object {
  const text = fitted(message, plainOf, (written) => written.length <= TEXT_MAX);
  const blocks = fitted(message, blocksOf, (all) => {
    const lengths = all.map((block) => JSON.stringify(block).length);
    return lengths.reduce((sum, each) => sum + each, 0) <= BLOCKS_MAX && all.length <= 48;
  });
  return { text, blocks };
}

function plainOf(message: Message, more: number): string {
  const lines = message.sections.flatMap(({ title, items }) => [
    `${title}:`,
    ...items.map((item) => `• ${itemLine(item)}`),
  ]);
  const all = [message.subject, ...lines, ...(more > 0 ? [moreLine(more)] : []), footer(message)];
  return escaped(all.join('\n'));
}

interface Block {
  readonly type: string;
}

function blocksOf(message: Message, more: number): readonly Block[] {
  const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } });
  const small = (text: string) => ({
    type: 'context',
    elements: [{ type: 'mrkdwn', text: escaped(text) }],
  });
  return [
    section(`*${escaped(message.subject)}*`),
    ...message.sections.flatMap(({ title, items }) => {
      const lines = items.map((item) =>
        [`• ${itemLine(item)}`, ...itemNotes(item).map((note) => `   ${note}`)].join('\n'),
      );
      return packed(`*${title}*`, lines.map(escaped)).map(section);
    }),
    ...(more > 0 ? [small(moreLine(more))] : []),
    small(footer(message)),
  ];
}

/** As few texts as there is room in; a line that is too long for one is cut. */
function packed(title: string, lines: readonly string[]): readonly string[] {
  const texts: string[] = [];
  let text = title;
  for (const line of lines) {
    const own = line.length > SECTION_MAX ? `${line.slice(0, SECTION_MAX - 1)}…` : line;
    if (text.length + own.length + 1 > SECTION_MAX) {
      texts.push(text);
      text = own;
    } else text = `${text}\n${own}`;
  }
  return [...texts, text];
}

/** The three characters by which Slack takes a text for a mention, a link or a command. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
