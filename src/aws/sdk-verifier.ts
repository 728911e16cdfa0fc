// Asks STS who signs with a new key (I4). A key has a client of its own, which goes when the key goes:
// making one costs more than asking. It asks once each time, because the caller polls; and with a pair
// that never changes there is nothing that it could remember.

import { classifyProbe } from './classify.ts';
import { type ClientSettings, openProbes } from './clients.ts';
import type { KeyVerifier, NewAccessKey } from './gateway.ts';
import type { QueryClient } from './query-client.ts';
import { GET_CALLER_IDENTITY } from './query-operations.ts';

export function createVerifier(settings: ClientSettings, signal?: AbortSignal): KeyVerifier {
  const openProbe = openProbes(settings);
  const clients = new WeakMap<NewAccessKey, QueryClient>();
  function clientOf(key: NewAccessKey): QueryClient {
    const known = clients.get(key);
    if (known !== undefined) return known;
    const pair = { accessKeyId: key.id, secretAccessKey: key.secret.reveal() };
    const client = openProbe(pair);
    clients.set(key, client);
    return client;
  }
  return {
    async whoSigns(key) {
      try {
        const answer = await clientOf(key).call(GET_CALLER_IDENTITY, {}, signal);
        if (answer.Account === undefined || answer.Arn === undefined) {
          return { kind: 'unclear', reason: 'an answer without account and ARN' };
        }
        return { kind: 'accepted', account: answer.Account, arn: answer.Arn };
      } catch (thrown) {
        return classifyProbe(thrown);
      }
    },
  };
}
