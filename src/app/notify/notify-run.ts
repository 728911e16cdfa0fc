// Tells what is to be told after a run. It is over when the time for it is, and nothing of it throws: what could not
// be told is a warning, and the next run tells it.

import { KeyturnError, toKeyturnError } from '../../base/errors.ts';
import type { EventSink } from '../../base/events.ts';
import type { NotifyModel } from '../../config/tell-model.ts';
import type { Notices } from '../../state/state-store.ts';
import type { Channel } from './channels/channel.ts';
import type { OpenedChannel } from './channels/open-channels.ts';
import type { Said } from './judge-matter.ts';
import { NoticeBook, type Unsent } from './notice-book.ts';
import { occasionsOf } from './notice-days.ts';
import {
  type ChannelView,
  type PlannedMessage,
  planMessages,
  type Standing,
} from './plan-messages.ts';

const REPEAT_DAYS = 7;

export interface NotifyOptions {
  readonly notify: NotifyModel;
  /** What there is to tell. */
  readonly standing: Standing;
  /** Where it is kept what was said; undefined where that cannot be known. */
  readonly notices: Notices;
  readonly run: string;
  readonly emit: EventSink;
  /** When no more time is left. */
  readonly signal: AbortSignal;
}

/** How many messages were sent, and how many could not be. */
export interface NoticeCounts {
  readonly sent: number;
  readonly failed: number;
}

export async function notifyRun(
  channels: readonly OpenedChannel[],
  options: NotifyOptions,
): Promise<NoticeCounts> {
  const { notices, run, emit, standing } = options;
  const book = new NoticeBook(notices, run);
  try {
    await book.read();
  } catch (thrown) {
    // Whoever does not know what was said would say all of it, every day.
    emit({ code: 'notices-unreadable', reason: toKeyturnError(thrown).message });
    return { sent: 0, failed: 0 };
  }
  const counts = await Promise.all(
    channels.map(async (opened) => {
      const plan = planMessages(viewOf(opened, book, options), standing);
      if (standing.run.isDryRun) return foretell(opened.channel, plan.messages, emit);
      const forgotten = plan.forgotten.map((matter) => ({ matter, said: undefined }));
      const { name } = opened.channel;
      await unlessUnwritable(book.put(name, forgotten), emit);
      for (const message of plan.dropped) {
        await unlessUnwritable(book.putUnsent(name, message, undefined), emit);
      }
      return await sendAll(opened.channel, plan.messages, { book, options });
    }),
  );
  return {
    sent: counts.reduce((sum, { sent }) => sum + sent, 0),
    failed: counts.reduce((sum, { failed }) => sum + failed, 0),
  };
}

function viewOf(
  { channel, model }: OpenedChannel,
  book: NoticeBook,
  { notify }: NotifyOptions,
): ChannelView {
  const { name, writesToOwners } = channel;
  const { repeat_days: repeat = REPEAT_DAYS } = notify;
  return {
    ...{ name, writesToOwners, entries: book.entriesOf(name), unsent: book.unsentOf(name) },
    occasions: occasionsOf(model, notify),
    repeatDays: repeat === 'never' ? undefined : repeat,
  };
}

function foretell(
  { name }: Channel,
  messages: readonly PlannedMessage[],
  emit: EventSink,
): NoticeCounts {
  for (const { message } of messages) {
    const { to, subject } = message;
    emit({ code: 'notification-foretold', channel: name, to, subject });
  }
  return { sent: 0, failed: 0 };
}

interface Sending {
  readonly book: NoticeBook;
  readonly options: NotifyOptions;
}

async function sendAll(
  channel: Channel,
  messages: readonly PlannedMessage[],
  sending: Sending,
): Promise<NoticeCounts> {
  let sent = 0;
  let failed = 0;
  for (const planned of messages) {
    const isSent = await sendOne(channel, planned, sending);
    if (isSent === undefined) continue;
    if (isSent) sent += 1;
    else failed += 1;
  }
  return { sent, failed };
}

/** Undefined where others tell it. */
async function sendOne(
  channel: Channel,
  planned: PlannedMessage,
  { book, options }: Sending,
): Promise<boolean | undefined> {
  const { emit, signal, standing } = options;
  const { at: now } = standing.run;
  const { message, matters, deeds } = planned;
  const { to, subject, id } = message;
  const keep = async (unsent: Unsent | undefined) =>
    await unlessUnwritable(book.putUnsent(channel.name, id, unsent), emit);
  // Kept before it leaves, and before the time is over: no later run would meet it again.
  const unsent = { deeds, to, message: id, at: now.toISOString() };
  const tellsDeeds = deeds.length > 0 && ((await keep(unsent)) ?? true);
  try {
    signal.throwIfAborted();
    const under = matters.map(({ matter, before, after }) => ({
      matter,
      said: underWay(before ?? after, { at: now.toISOString(), message: id }),
    }));
    const claimed = await book.put(channel.name, under);
    // Somebody else may tell some of it at this moment: what both would say is said once.
    const own = planned.about(claimed, tellsDeeds);
    if (own === undefined) return undefined;
    await channel.send(own, signal);
    emit({ code: 'notified', channel: channel.name, to, subject });
    if (tellsDeeds) await keep(undefined);
    const said = matters.filter(({ matter }) => claimed.has(matter));
    await unlessUnwritable(
      book.put(
        channel.name,
        said.map(({ matter, after }) => ({ matter, said: after })),
      ),
      emit,
    );
    return true;
  } catch (thrown) {
    const reason = reasonOf(thrown, signal);
    emit({ code: 'notification-failed', channel: channel.name, to, reason });
    return false;
  }
}

/** As it is while the message is under way: with how often it was said before. */
function underWay(
  said: Said | undefined,
  { at, message }: { readonly at: string; readonly message: string },
): Said | undefined {
  if (said === undefined) return undefined;
  const isFirst = said.at === at && said.times === 1;
  return { ...said, status: 'sending', at, message, times: isFirst ? 0 : said.times };
}

function reasonOf(thrown: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'the time for notifications was over; the next run tells it';
  const error = toKeyturnError(thrown);
  return error instanceof KeyturnError && error.hint !== undefined
    ? `${error.message}; ${error.hint.replaceAll(/\s+/g, ' ')}`
    : error.message;
}

/** A message that was sent is sent, whether or not that can be put down. */
async function unlessUnwritable<Result>(
  work: Promise<Result>,
  emit: EventSink,
): Promise<Result | undefined> {
  try {
    return await work;
  } catch (thrown) {
    emit({ code: 'notices-unreadable', reason: toKeyturnError(thrown).message });
    return undefined;
  }
}
