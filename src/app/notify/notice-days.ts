// What of a run is told, and how far ahead it has to look for that. Light: every run with a configuration asks.

import type { ChannelModel, NotifyModel } from '../../config/tell-model.ts';
import type { Occasion } from '../../config/tell-takes.ts';

const DUE_SOON_DAYS = 14;

/** Unless the file says otherwise. That an old key is in use is the usual thing for some days. */
const USUAL: readonly Occasion[] = ['done', 'needs-person', 'due-soon', 'deadline'];

export function occasionsOf(
  channel: ChannelModel,
  { on }: Pick<NotifyModel, 'on'>,
): readonly Occasion[] {
  return channel.on ?? on ?? USUAL;
}

/** How many days ahead a run looks for keys that fall due; undefined where nobody is told of them. */
export function noticeDaysOf(notify: NotifyModel | undefined): number | undefined {
  const isWanted = notify?.channels.some((channel) =>
    occasionsOf(channel, notify).includes('due-soon'),
  );
  return isWanted === true ? (notify?.due_soon_days ?? DUE_SOON_DAYS) : undefined;
}
