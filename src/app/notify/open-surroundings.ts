// What channels are opened with: the way that calls to AWS take, and the credentials that the configuration names.

import type { MessengerOptions } from '../../aws/open-messengers.ts';
import { nodePrograms } from '../node-programs.ts';
import { placeCredentials } from '../place-credentials.ts';
import { placeHttp } from '../place-http.ts';
import type { ChannelSurroundings } from './channels/channel.ts';

/** Throws as opening a gateway does before anybody is asked. */
export async function openSurroundings(
  options: MessengerOptions,
): Promise<ChannelSurroundings & { readonly close: () => void }> {
  const { env, clock, signal } = options;
  // Runs that tell nobody load no client for it.
  const { openMessengers } = await import('../../aws/open-messengers.ts');
  const messengers = await openMessengers(options);
  const programs = nodePrograms(env);
  return {
    ...{ env, clock, programs },
    credentials: placeCredentials(env, programs),
    http: placeHttp({ env, ways: { ...messengers.ways, signal } }, clock),
    trust: messengers.ways.trust,
    topics: messengers.topics,
    buses: messengers.buses,
    close: messengers.close,
  };
}
