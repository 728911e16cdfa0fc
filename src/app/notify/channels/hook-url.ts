// A POST to an address that is a secret as a whole: whoever knows it may write there.

import { KeyturnError } from '../../../base/errors.ts';
import { isLoopback } from '../../../base/loopback.ts';
import { isMetadataHost } from '../../../base/metadata-host.ts';
import type { Secret } from '../../../base/secret.ts';
import { HttpFailure } from '../../../http/failure.ts';
import type { HttpAnswer, HttpCall, HttpHeaders, OpenService } from '../../../http/service.ts';
import { SEND_MS } from './channel.ts';

export interface HookPost {
  readonly http: OpenService;
  /** As in the configuration, for messages: `the channel ops`. */
  readonly channel: string;
  readonly url: Secret;
  /** Whether its path may be shown. */
  readonly isPublic?: boolean;
  readonly headers?: HttpHeaders;
  readonly json: Secret;
  /** Whether a web page is an answer like every other one. */
  readonly takesPages?: boolean;
}

const BYTES_MAX = 65_536;

export async function postTo(post: HookPost): Promise<HttpAnswer> {
  const url = urlOf(post);
  const service = await post.http({
    name: post.channel,
    address: url.origin,
    setting: `the address of ${post.channel}`,
  });
  const call: HttpCall = {
    method: 'POST',
    path: `${url.pathname.slice(1)}${url.search}`,
    hidesPath: post.isPublic !== true,
    headers: post.headers,
    json: { text: post.json, secrets: [] },
    // Whoever gets one twice knows it by its name; one that is lost nobody sends again.
    isRepeatable: true,
    endsWithRun: true,
    requestMs: SEND_MS,
    takesPages: post.takesPages,
    bytesMax: BYTES_MAX,
  };
  try {
    return await service.send(call);
  } catch (thrown) {
    if (!(thrown instanceof HttpFailure)) throw thrown;
    const { message, hintParts: hint } = thrown;
    throw new KeyturnError('notification-failed', message, { hint });
  }
}

function urlOf({ url: secret, channel }: HookPost): URL {
  const text = secret.reveal();
  const refuse = (why: string) =>
    new KeyturnError('notification-failed', `the address of ${channel} ${why}`, {
      hint: 'look at what the reference in the configuration stands for; it takes a whole https URL',
    });
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw refuse('is no https URL');
  if (url.username !== '' || url.password !== '') throw refuse('has a user or a password in it');
  if (isMetadataHost(url.hostname)) throw refuse('is one at which nobody is told anything');
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw refuse('is of http on another machine, where anybody on the way could read it');
  }
  return url;
}
