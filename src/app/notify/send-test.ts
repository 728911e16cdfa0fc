// Use case of `keyturn notify test`: one message to each channel, to see whether it arrives. No account is asked,
// and nothing is put down.

import type { MessengerOptions } from '../../aws/open-messengers.ts';
import { toKeyturnError } from '../../base/errors.ts';
import { newId } from '../../base/new-id.ts';
import { VERSION } from '../../base/version.ts';
import { kindOf } from '../../config/tell-judge.ts';
import type { NotifyModel } from '../../config/tell-model.ts';
import { openChannels } from './channels/open-channels.ts';
import { digest } from './matter.ts';
import type { Message } from './message.ts';
import { openSurroundings } from './open-surroundings.ts';

export interface TriedChannel {
  readonly channel: string;
  readonly kind: string;
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly hint: string | null;
  } | null;
}

/** One after the other. Throws as opening a gateway does before anybody is asked. */
export async function sendTest(
  notify: NotifyModel,
  options: MessengerOptions,
): Promise<readonly TriedChannel[]> {
  const around = await openSurroundings(options);
  const tried: TriedChannel[] = [];
  try {
    for (const { channel, model } of openChannels(notify, around)) {
      const about = { channel: channel.name, kind: kindOf(model) ?? '' };
      try {
        options.signal.throwIfAborted();
        await channel.send(testMessage(channel.name, options.clock.now()), options.signal);
        tried.push({ ...about, error: null });
      } catch (thrown) {
        const { code, message, hint = null } = toKeyturnError(thrown);
        tried.push({ ...about, error: { code, message, hint } });
      }
    }
  } finally {
    around.close();
  }
  return tried;
}

function testMessage(channel: string, at: Date): Message {
  const nobody = { account: null, user: null, keyId: null, hint: null, dueAt: null };
  const item = {
    ...nobody,
    kind: 'test',
    text: `the channel ${channel} is reached, and nothing else is to be done`,
    why: null,
    noOwner: null,
  };
  return {
    id: digest(['test', newId()]),
    to: null,
    subject: 'keyturn: this is a test',
    sections: [{ title: 'Test', items: [item] }],
    run: { id: null, at, version: VERSION, isDryRun: false },
  };
}
