// A bus of Amazon EventBridge: an event for each item, so that rules can choose by kind, account and user.

import type { Channel, ChannelSurroundings } from './channel.ts';
import { itemData } from './document.ts';

export function eventBusChannel(
  {
    name,
    bus,
    region,
  }: { readonly name: string; readonly bus: string; readonly region?: string | undefined },
  { buses }: ChannelSurroundings,
): Channel {
  return {
    name,
    kind: 'eventbridge',
    writesToOwners: false,
    send: async (message) => {
      const { run, id } = message;
      const ofArn = bus.startsWith('arn:') ? bus.split(':')[3] : undefined;
      const events = await buses(ofArn ?? region);
      const items = message.sections.flatMap((section) => section.items);
      await events.put(
        bus,
        items.map((item, index) => ({
          detailType: item.why === 'over' ? `${item.kind}-over` : item.kind,
          time: run.at,
          detail: {
            // An event that comes twice is known by it.
            ...{ message_id: id, item: index, run_id: run.id, keyturn_version: run.version },
            ...itemData(item),
          },
        })),
      );
    },
  };
}
