// A webhook of anybody's, signed as Standard Webhooks 1.0.0 has it: what is signed is the name of the message, the
// time and the body, so that a receiver knows who wrote it, and that nobody sends an old one again.

import { createHmac } from 'node:crypto';
import { KeyturnError } from '../../../base/errors.ts';
import { Secret } from '../../../base/secret.ts';
import { credentialReference } from '../../../destinations/place-credentials.ts';
import type { Channel, ChannelSurroundings } from './channel.ts';
import { documentOf } from './document.ts';
import { postTo } from './hook-url.ts';

export interface WebhookSettings {
  readonly name: string;
  /** The URL, or where it is. */
  readonly webhook: string;
  /** Where the secret is that signs; undefined for messages without a signature. */
  readonly secret: string | undefined;
}

export function webhookChannel(
  { name, webhook, secret }: WebhookSettings,
  { http, credentials, clock }: ChannelSurroundings,
): Channel {
  const channel = `the channel ${name}`;
  return {
    name,
    kind: 'webhook',
    writesToOwners: false,
    send: async (message) => {
      const isPublic = credentialReference(webhook) === undefined;
      const url = isPublic ? new Secret(webhook) : await credentials.resolve(webhook);
      const body = JSON.stringify(documentOf(message));
      const signing = secret === undefined ? undefined : await credentials.resolve(secret);
      const timestamp = Math.floor(clock.now().getTime() / 1000);
      const signature =
        signing && signatures({ id: message.id, timestamp, body }, signing, channel);
      await postTo({
        ...{ http, channel, url, isPublic, takesPages: true },
        json: new Secret(body),
        headers: {
          'webhook-id': message.id,
          'webhook-timestamp': String(timestamp),
          ...(signature !== undefined && { 'webhook-signature': signature }),
        },
      });
    },
  };
}

interface Signed {
  readonly id: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly body: string;
}

const PREFIX = 'whsec_';
const KEY_BYTES_MIN = 24;
const KEY_BYTES_MAX = 64;

/** One signature for each secret: while one is being replaced, both are there. Throws `notification-failed`. */
export function signatures(signed: Signed, secrets: Secret, channel: string): string {
  const { id, timestamp, body } = signed;
  const each = secrets
    .reveal()
    .split(/\s+/)
    .map((text) => keyOf(text, channel));
  return each
    .map((key) => {
      const mac = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
      return `v1,${mac}`;
    })
    .join(' ');
}

function keyOf(text: string, channel: string): Buffer {
  const encoded = text.startsWith(PREFIX) ? text.slice(PREFIX.length) : '';
  const key = Buffer.from(encoded, 'base64');
  if (
    /^[A-Za-z0-9+/]+={0,2}$/.test(encoded) &&
    key.length >= KEY_BYTES_MIN &&
    key.length <= KEY_BYTES_MAX
  ) {
    return key;
  }
  throw new KeyturnError('notification-failed', `the secret of ${channel} cannot sign`, {
    hint: `it takes ${PREFIX} and ${KEY_BYTES_MIN} to ${KEY_BYTES_MAX} bytes in base64, such as of: openssl rand -base64 32`,
  });
}
